// SPDX-License-Identifier: Apache-2.0
//! The small layer that makes the C ABI's rules hold: pointers, lengths and struct sizes.

use crate::types::CStruct;
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use sampan_abi::Status;

/// A larger `size` is no struct of any version, but memory that nobody initialised.
const MAX_STRUCT_LEN: usize = 4096;

/// The status of a result.
pub(crate) fn status(result: Result<(), Status>) -> Status {
    result.err().unwrap_or(Status::Ok)
}

/// `Err` for NULL.
pub(crate) fn not_null<T>(pointer: *mut T) -> Result<NonNull<T>, Status> {
    NonNull::new(pointer).ok_or(Status::NullPointer)
}

/// The `len` bytes at `start`; NULL is fine when there are none.
///
/// # Safety
///
/// `start` is NULL or readable for `len` bytes, which don't change while the slice lives.
pub(crate) unsafe fn bytes<'a>(start: *const u8, len: usize) -> Result<&'a [u8], Status> {
    if len == 0 {
        return Ok(&[]);
    }
    not_null(start.cast_mut())?;
    if isize::try_from(len).is_err() {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: not NULL, not larger than an object can be, readable by the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(start, len) })
}

/// The `len` bytes at `start`, to be written; NULL is fine when there are none.
///
/// # Safety
///
/// `start` is NULL or writable for `len` bytes, which nobody else touches while the slice lives.
pub(crate) unsafe fn bytes_mut<'a>(start: *mut u8, len: usize) -> Result<&'a mut [u8], Status> {
    if len == 0 {
        return Ok(&mut []);
    }
    not_null(start)?;
    if isize::try_from(len).is_err() {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: not NULL, not larger than an object can be, writable by the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, len) })
}

/// The NUL-terminated text at `start`, of at most `max_len` bytes.
///
/// # Safety
///
/// `start` is NULL or readable up to its NUL, and doesn't change while the slice lives.
pub(crate) unsafe fn text<'a>(start: *const c_char, max_len: usize) -> Result<&'a [u8], Status> {
    let start = not_null(start.cast_mut())?.cast::<u8>();
    let mut len = 0_usize;
    loop {
        // SAFETY: no byte before this one is NUL, so it's still part of the text.
        let place = unsafe { start.add(len) };
        // SAFETY: readable, as above.
        if unsafe { place.read() } == 0 {
            break;
        }
        if len == max_len {
            return Err(Status::InvalidArgument);
        }
        len = len.saturating_add(1);
    }
    // SAFETY: `len` bytes before the NUL, readable by the caller's promise.
    unsafe { bytes(start.as_ptr(), len) }
}

/// Reads a struct that a caller of this or another version filled.
///
/// # Safety
///
/// `pointer` is NULL, or aligned and readable for as many bytes as its `size` says.
pub(crate) unsafe fn read_struct<T: CStruct>(pointer: *const T) -> Result<T, Status> {
    // SAFETY: the caller's promise, passed on.
    let len = unsafe { struct_len(pointer) }?;
    let known = len.min(size_of::<T>());
    // SAFETY: readable for `len` bytes by the caller's promise.
    let given = unsafe { bytes(pointer.cast::<u8>(), len) }?;
    let (given, newer) = given.split_at_checked(known).ok_or(Status::InvalidArgument)?;
    if newer.iter().any(|&byte| byte != 0) {
        return Err(Status::Version);
    }
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: `value` has at least `known` bytes, and `given` is another object.
    unsafe { value.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(given.as_ptr(), known) };
    // SAFETY: zeroed and partly overwritten; every bit pattern is valid for a `CStruct`.
    Ok(unsafe { value.assume_init() })
}

/// Writes as much of `value` as the caller's struct has room for, and leaves its `size` as it is.
///
/// # Safety
///
/// `pointer` is NULL, or aligned, readable and writable for as many bytes as its `size` says.
pub(crate) unsafe fn write_struct<T: CStruct>(pointer: *mut T, value: &T) -> Result<(), Status> {
    // SAFETY: the caller's promise, passed on.
    let len = unsafe { struct_len(pointer.cast_const()) }?;
    let from = size_of::<u32>();
    let count = len.min(size_of::<T>()).saturating_sub(from);
    let source = core::ptr::from_ref(value).cast::<u8>();
    // SAFETY: both are at least `from` bytes long.
    let source = unsafe { source.add(from) };
    // SAFETY: as above.
    let target = unsafe { pointer.cast::<u8>().add(from) };
    // SAFETY: both have `count` bytes from there on; `value` is ours, so they don't overlap.
    unsafe { target.copy_from_nonoverlapping(source, count) };
    Ok(())
}

/// What a caller's struct says of its size.
///
/// # Safety
///
/// `pointer` is NULL, or aligned and begins with a readable `size`.
unsafe fn struct_len<T: CStruct>(pointer: *const T) -> Result<usize, Status> {
    let pointer = not_null(pointer.cast_mut())?;
    if !pointer.is_aligned() {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: a `CStruct` begins with its size; aligned (checked) and readable by the caller's promise.
    let len = unsafe { pointer.cast::<u32>().read() } as usize;
    if len < size_of::<u32>() || len > MAX_STRUCT_LEN { Err(Status::InvalidArgument) } else { Ok(len) }
}

/// Writes an output through a caller's pointer.
///
/// # Safety
///
/// `pointer` is aligned and writable.
pub(crate) unsafe fn write<T>(pointer: NonNull<T>, value: T) {
    // SAFETY: aligned and writable by the caller's promise.
    unsafe { pointer.write(value) };
}

/// Something that firmware owns and hands back to its own callbacks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context(pub(crate) *mut c_void);
