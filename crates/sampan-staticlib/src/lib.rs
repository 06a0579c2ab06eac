// SPDX-License-Identifier: Apache-2.0
//! `libsampan.a`: the C interface with what an archive needs beside it.
//!
//! There is one allocator, which serves engines from the region of the container that runs and has
//! nothing for anyone else; and one panic handler. A panic inside an engine ends that container alone. A
//! panic anywhere else is a defect of Sampan: the runtime goes out of service, and the platform's `fatal`
//! decides what becomes of the task that ran it. Firmware goes on either way.
#![no_std]

#[cfg(not(target_has_atomic = "32"))]
mod critical_section;

pub use sampan_capi::*;

#[cfg(feature = "wasmi")]
#[global_allocator]
static ALLOCATOR: sampan_engine_wasmi::RegionAllocator<sampan_engine_wasmi::NoFallback> =
    sampan_engine_wasmi::RegionAllocator::new(sampan_engine_wasmi::NoFallback);

/// On a host the precompiled `core` mentions this, though nothing unwinds.
#[cfg(not(target_os = "none"))]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "wasmi")]
    sampan_engine_wasmi::wall::panicked();
    sampan_capi::fatal(info.location().map_or("panic", core::panic::Location::file));
    // The platform broke its promise not to return; nothing is left to do.
    loop {}
}

/// Makes the `nth` allocation of an engine from now fail, counted from 1; 0 for none. Returns 1 if one was still
/// to fail, else 0. Only in archives for tests, and in no header.
#[cfg(feature = "fault-injection")]
#[unsafe(no_mangle)]
pub extern "C" fn sampan_test_fail_allocation(nth: u32) -> u8 {
    use sampan_engine_wasmi::fault::{Fault, arm, disarm};
    let pending = disarm();
    arm(nth, Fault::NoMemory);
    u8::from(pending)
}
