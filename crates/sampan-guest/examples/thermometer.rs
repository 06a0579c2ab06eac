// SPDX-License-Identifier: Apache-2.0
//! Publishes a temperature each second until it is asked to stop.
//!
//! Build with `cargo build --release --example thermometer -p sampan-guest --target wasm32v1-none`; it needs the
//! permissions `log`, `timer` and `msg.pub:plant/temperature`.
#![cfg_attr(target_family = "wasm", no_std)]

use sampan_guest::{Error, Event, event, log, msg, timer};

const SECOND_US: u64 = 1_000_000;

fn run() -> Result<(), Error> {
    timer::create(SECOND_US, SECOND_US)?;
    let mut event = Event::default();
    let mut tenths = 200_u8;
    loop {
        match event::wait(u64::MAX, &mut event) {
            Err(Error::Stopping) => return Ok(()),
            other => other?,
        };
        let reading = [b'0' + tenths / 100, b'0' + tenths / 10 % 10, b'.', b'0' + tenths % 10];
        msg::publish("plant/temperature", &reading)?;
        tenths = if tenths >= 250 { 200 } else { tenths + 1 };
    }
}

/// Entry point of the container.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    if run().is_err() {
        // Without a log there is nobody to tell.
        let _ = log::write(2, b"a call failed");
    }
}

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
