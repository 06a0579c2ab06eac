// SPDX-License-Identifier: Apache-2.0
//! What `board.c` and `main.c` offer, made safe, and the exports they call.

use crate::bench::{self, Run};
use crate::spec;
use core::ffi::c_char;
use core::panic::PanicInfo;
use sampan_engine::Status;

/// `struct bench_run`.
#[repr(C)]
pub(crate) struct RawRun {
    load_ticks: u32,
    run_ticks: u32,
    checksum: u32,
    fuel: u64,
}

unsafe extern "C" {
    safe fn bench_ticks() -> u32;
    safe fn bench_exit(code: i32) -> !;
    fn bench_print(text: *const c_char);
    fn bench_arena(len: *mut usize) -> *mut u8;
}

/// The counter.
pub(crate) fn ticks() -> u32 {
    bench_ticks()
}

/// The memory of all instances, afresh: nothing made of it before may still be in use.
pub(crate) fn arena() -> sampan_engine::Arena {
    let mut len = 0;
    // SAFETY: it writes the length, and returns a static array of that length.
    let start = unsafe { bench_arena(&raw mut len) };
    // SAFETY: the array is static and initialised, and whatever was made of it before is gone: each run makes
    // its own arena and drops it before it returns.
    sampan_engine::Arena::new(unsafe { core::slice::from_raw_parts_mut(start, len) })
}

/// An image that `main.c` passed.
///
/// # Safety
/// `len` bytes at `start` are constant, for ever.
unsafe fn image(start: *const u8, len: usize) -> &'static [u8] {
    // SAFETY: as the caller promised.
    unsafe { core::slice::from_raw_parts(start, len) }
}

#[unsafe(no_mangle)]
extern "C" fn bench_engine_name() -> *const c_char {
    crate::engine::NAME.as_ptr()
}

/// # Safety
/// `start` and `len` are a constant image, and `out` is writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_engine_run(start: *const u8, len: usize, seed: u32, out: *mut RawRun) -> i32 {
    // SAFETY: the images of `main.c` are constants.
    let image = unsafe { image(start, len) };
    match bench::run(image, seed) {
        Ok(Run { load_ticks, run_ticks, checksum, fuel }) => {
            // SAFETY: writable, as the caller promised.
            unsafe { out.write(RawRun { load_ticks, run_ticks, checksum, fuel }) };
            Status::Ok.to_raw()
        }
        Err(status) => status.to_raw(),
    }
}

/// # Safety
/// `start` and `len` are a constant image.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_engine_switch(start: *const u8, len: usize, count: u32) -> u32 {
    // SAFETY: the images of `main.c` are constants.
    let image = unsafe { image(start, len) };
    bench::switch(image, count).unwrap_or(0)
}

/// # Safety
/// `start` and `len` are a constant bundle, and `passed` is writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn bench_spec_run(start: *const u8, len: usize, passed: *mut u32) -> bool {
    // SAFETY: the bundle of `spec_main.c` is a constant.
    let counts = spec::run(unsafe { image(start, len) });
    // SAFETY: writable, as the caller promised.
    unsafe { passed.write(counts.passed) };
    counts.failed == 0 && counts.passed > 0
}

/// Ends the run: nothing here may panic.
#[panic_handler]
fn panic(_info: &PanicInfo<'_>) -> ! {
    crate::engine::panicked();
    print("panic\n");
    bench_exit(4)
}

/// Prints a text, in pieces that end with a NUL as C wants them.
pub(crate) fn print(text: &str) {
    for piece in text.as_bytes().chunks(31) {
        let mut buffer = [0; 32];
        for (place, byte) in buffer.iter_mut().zip(piece) {
            *place = *byte;
        }
        // SAFETY: a text that ends with a NUL.
        unsafe { bench_print(buffer.as_ptr().cast()) }
    }
}
