// SPDX-License-Identifier: Apache-2.0
//! Numbers as people read them.

use crate::check::not_null;
use core::ffi::{CStr, c_char};
use core::fmt::{self, Write};
use sampan_abi::{ABI_VERSION, ContainerState, ExitReason, Status};

/// Version of the library.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// Tells the library's version, as in `0.1.0`. NUL-terminated, never NULL.
/// Context: any.
#[unsafe(no_mangle)]
pub extern "C" fn sampan_version() -> *const c_char {
    VERSION.as_ptr().cast()
}

/// Tells the version of the C ABI that the library was built for; the header's is SAMPAN_ABI_VERSION.
/// Context: any.
#[unsafe(no_mangle)]
pub extern "C" fn sampan_abi_version() -> u32 {
    ABI_VERSION
}

/// Tells what a status means, as in `stale container id`. Any number; NUL-terminated, never NULL.
/// Context: any.
#[unsafe(no_mangle)]
pub extern "C" fn sampan_status_text(status: i32) -> *const c_char {
    Status::from_raw(status).map_or(c"unknown", Status::c_text).as_ptr()
}

/// Tells what a container's state is called, as in `running`. Any number; NUL-terminated, never NULL.
/// Context: any.
#[unsafe(no_mangle)]
pub extern "C" fn sampan_state_text(state: u8) -> *const c_char {
    ContainerState::from_raw(state).map_or(c"unknown", ContainerState::c_text).as_ptr()
}

/// Writes why a container ended, as in `trap: memory access out of bounds`; `-` if it hasn't.
///
/// - `exit_kind`, `exit_code`: from `sampan_container_status` or an event; any numbers.
/// - `buf`, `len`: get the text and a NUL, cut to fit. NULL only if `len` is 0.
///
/// Returns the length of the whole text without the NUL; 0 if `buf` is NULL though `len` isn't 0.
/// Context: any.
///
/// # Safety
///
/// `buf` is writable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_exit_text(
    exit_kind: u8,
    exit_code: i32,
    buf: *mut c_char,
    len: usize,
) -> usize {
    match ExitReason::from_raw(exit_kind, exit_code) {
        // SAFETY: the caller's promise, passed on.
        Some(reason) => unsafe { put(buf, len, format_args!("{reason}")) },
        // SAFETY: the caller's promise, passed on.
        None => unsafe { put(buf, len, format_args!("-")) },
    }
}

/// Writes `text` and a NUL into a caller's buffer and tells how long the text is.
///
/// # Safety
///
/// `buf` is NULL or writable for `len` bytes.
pub(crate) unsafe fn put(buf: *mut c_char, len: usize, text: fmt::Arguments<'_>) -> usize {
    if len > 0 && not_null(buf).is_err() {
        return 0;
    }
    let mut buffer = Buffer { start: buf.cast(), room: len.saturating_sub(1), written: 0 };
    // The buffer takes what fits and never fails.
    let _ = buffer.write_fmt(text);
    if len > 0 {
        // SAFETY: at most `len - 1` bytes lie before the NUL.
        let end = unsafe { buf.add(buffer.written.min(buffer.room)) };
        // SAFETY: within the buffer, as above.
        unsafe { end.write(0) };
    }
    buffer.written
}

/// A caller's buffer: takes `room` bytes and counts the rest.
struct Buffer {
    start: *mut u8,
    room: usize,
    written: usize,
}

impl Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if self.written < self.room {
                // SAFETY: `written` is below `room`, for which the buffer is writable.
                let place = unsafe { self.start.add(self.written) };
                // SAFETY: within the buffer, as above.
                unsafe { place.write(byte) };
            }
            self.written = self.written.saturating_add(1);
        }
        Ok(())
    }
}

const _: () = assert!(CStr::from_bytes_with_nul(VERSION.as_bytes()).is_ok());
