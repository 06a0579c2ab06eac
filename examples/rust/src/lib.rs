// SPDX-License-Identifier: Apache-2.0
//! Counts to five, ten times a second, in Rust: each count is logged, and published on `tally/rust`.
#![cfg_attr(target_os = "none", no_std)]

use sampan_guest::{Error, Event, event, log, msg, timer};

const PERIOD_US: u64 = 100_000;
const INFORMATION: u32 = 3;

fn tell(count: u8) -> Result<(), Error> {
    let line = [b'c', b'o', b'u', b'n', b't', b' ', b'0' + count];
    log::write(INFORMATION, &line)?;
    match msg::publish("tally/rust", &line) {
        // A container can do without what it isn't granted.
        Err(Error::Denied) => log::write(INFORMATION, b"publishing is denied").map(drop),
        other => other.map(drop),
    }
}

fn tally() -> Result<(), Error> {
    timer::create(PERIOD_US, PERIOD_US)?;
    let mut event = Event::default();
    for count in 1..=5 {
        event::wait(u64::MAX, &mut event)?;
        tell(count)?;
    }
    Ok(())
}

/// Entry point of the container.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    if tally().is_err() {
        stop();
    }
}

/// Ends the container with a trap.
#[cfg(target_family = "wasm")]
fn stop() -> ! {
    core::arch::wasm32::unreachable()
}

/// Elsewhere it compiles, for the sake of checks, and can't be run.
#[cfg(not(target_family = "wasm"))]
fn stop() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    stop()
}
