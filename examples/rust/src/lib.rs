// SPDX-License-Identifier: Apache-2.0
//! Counts to five, ten times a second, in Rust: each count is logged, and published on `tally/rust`.
#![no_std]

use sampan_guest::{Error, Event, event, log, msg, timer};

const PERIOD_US: u64 = 100_000;

fn tally() -> Result<(), Error> {
    timer::create(PERIOD_US, PERIOD_US)?;
    let mut event = Event::default();
    for count in b'1'..=b'5' {
        event::wait(u64::MAX, &mut event)?;
        let line = [b'c', b'o', b'u', b'n', b't', b' ', count];
        log::write(3, &line)?;
        msg::publish("tally/rust", &line)?;
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
fn stop() -> ! {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    loop {}
}

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    stop()
}
