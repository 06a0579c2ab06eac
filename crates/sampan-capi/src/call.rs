// SPDX-License-Identifier: Apache-2.0
//! What a host function may do with the call that it answers, then and later.

use crate::check::{bytes, bytes_mut, copy, not_null, status, write};
use crate::runtime::{handle, sampan_runtime};
use sampan_abi::Status;
use sampan_core::{Call, CallToken};

/// One call of a host function. Opaque, and good only until that function returns.
pub struct sampan_call {
    _opaque: [u8; 0],
}

/// # Safety
///
/// `call` is NULL, or the one that a host function was given and that hasn't returned; the result isn't
/// used longer, nor beside another.
unsafe fn current<'a>(call: *mut sampan_call) -> Result<&'a mut Call<'a>, Status> {
    let mut call = not_null(call)?.cast::<Call<'a>>();
    // SAFETY: it points to the core's call, by the caller's promise.
    Ok(unsafe { call.as_mut() })
}

/// Tells which container calls.
///
/// - `call`: as given to the host function. Not NULL.
/// - `out_id`: gets the container's id. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK` or `_NULL_POINTER`.
/// Context: the host function that `call` was given to.
///
/// # Safety
///
/// `call` is current. `out_id` is aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_container(call: *mut sampan_call, out_id: *mut u32) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let call = unsafe { current(call) }?;
        let out_id = not_null(out_id)?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_id, call.container().to_raw()) };
        Ok(())
    };
    status(run())
}

/// Copies bytes out of the guest's memory.
///
/// - `call`: as given to the host function. Not NULL.
/// - `guest_addr`: where they lie in the guest's linear memory.
/// - `buf`, `len`: where they go. NULL only if `len` is 0.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, or `_OUT_OF_BOUNDS` if any of them lies outside.
/// Context: the host function that `call` was given to.
///
/// # Safety
///
/// `call` is current. `buf` is writable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_read(
    call: *mut sampan_call,
    guest_addr: u32,
    buf: *mut u8,
    len: usize,
) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let call = unsafe { current(call) }?;
        let memory = call.memory(guest_addr, len)?;
        // SAFETY: the caller's promise.
        copy(memory, unsafe { bytes_mut(buf, len) }?)
    };
    status(run())
}

/// Copies bytes into the guest's memory.
///
/// - `call`: as given to the host function. Not NULL.
/// - `guest_addr`: where they go in the guest's linear memory.
/// - `buf`, `len`: the bytes. NULL only if `len` is 0.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, or `_OUT_OF_BOUNDS` if any of them would lie outside; then
/// none is written.
/// Context: the host function that `call` was given to.
///
/// # Safety
///
/// `call` is current. `buf` is readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_write(
    call: *mut sampan_call,
    guest_addr: u32,
    buf: *const u8,
    len: usize,
) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let call = unsafe { current(call) }?;
        let memory = call.memory(guest_addr, len)?;
        // SAFETY: the caller's promise.
        copy(unsafe { bytes(buf, len) }?, memory)
    };
    status(run())
}

/// Gives access to bytes of the guest's memory in place.
///
/// - `call`: as given to the host function. Not NULL.
/// - `guest_addr`, `len`: the bytes in the guest's linear memory.
/// - `out_bytes`: gets their address, good until the host function returns. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, or `_OUT_OF_BOUNDS` if any of them lies outside.
/// Context: the host function that `call` was given to.
///
/// # Safety
///
/// `call` is current. `out_bytes` is aligned and writable. No byte beyond `len` is touched, nor any after
/// the host function returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_slice(
    call: *mut sampan_call,
    guest_addr: u32,
    len: usize,
    out_bytes: *mut *mut u8,
) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let call = unsafe { current(call) }?;
        let out_bytes = not_null(out_bytes)?;
        let memory = call.memory(guest_addr, len)?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_bytes, memory.as_mut_ptr()) };
        Ok(())
    };
    status(run())
}

/// Parks the call: the host function then returns `SAMPAN_STATUS_PENDING`, the container waits, and
/// `sampan_call_complete` or `sampan_call_fail` answers.
///
/// - `call`: as given to the host function. Not NULL.
/// - `out_token`: gets what names the call from then on. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK` or `_NULL_POINTER`.
/// Context: the host function that `call` was given to.
///
/// # Safety
///
/// `call` is current. `out_token` is aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_defer(call: *mut sampan_call, out_token: *mut u64) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let call = unsafe { current(call) }?;
        let out_token = not_null(out_token)?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_token, call.defer().to_raw()) };
        Ok(())
    };
    status(run())
}

/// Answers a parked call. The container runs on at the next poll, which is woken.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `token`: from `sampan_call_defer`. One whose call is over is dropped at the next poll, with a line in the log.
/// - `result`: the result's bits; ignored if the host function has none.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, or `_BUSY` if more answers than there
/// can be containers came since the last poll.
/// Context: any, ISR and host function included; never blocks.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_complete(rt: *mut sampan_runtime, token: u64, result: u64) -> Status {
    // SAFETY: the caller's promise, passed on.
    status(unsafe { answer(rt, token, Ok(result)) })
}

/// Answers a parked call with a failure, which faults its container with `SAMPAN_EXIT_KIND_HOST_ERROR`.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `token`: from `sampan_call_defer`. One whose call is over is dropped at the next poll, with a line in the log.
/// - `code`: what the container's exit code becomes.
///
/// Returns what `sampan_call_complete` does.
/// Context: any, ISR and host function included; never blocks.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_call_fail(rt: *mut sampan_runtime, token: u64, code: i32) -> Status {
    // SAFETY: the caller's promise, passed on.
    status(unsafe { answer(rt, token, Err(code)) })
}

/// # Safety
///
/// `rt` stays in service during the call.
unsafe fn answer(rt: *mut sampan_runtime, token: u64, result: Result<u64, i32>) -> Result<(), Status> {
    // SAFETY: the caller's promise, passed on.
    let runtime = unsafe { handle(rt) }?;
    CallToken::from_raw(token).ok_or(Status::InvalidArgument)?;
    match result {
        Ok(value) => runtime.inbox().complete(token, value),
        Err(code) => runtime.inbox().fail(token, code),
    }?;
    runtime.wake();
    Ok(())
}

/// Copies bytes out of the memory of a container that waits in a parked call.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `token`: from `sampan_call_defer`.
/// - `guest_addr`: where they lie in the guest's linear memory.
/// - `buf`, `len`: where they go. NULL only if `len` is 0.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_CALL` if the call is over,
/// `_OUT_OF_BOUNDS` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `buf` is writable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_pending_read(
    rt: *mut sampan_runtime,
    token: u64,
    guest_addr: u32,
    buf: *mut u8,
    len: usize,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let token = CallToken::from_raw(token).ok_or(Status::InvalidArgument)?;
        // SAFETY: the caller's promise.
        let buf = unsafe { bytes_mut(buf, len) }?;
        runtime.with(|core| copy(core.pending_memory(token, guest_addr, len)?, buf))
    };
    status(run())
}

/// Copies bytes into the memory of a container that waits in a parked call.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `token`: from `sampan_call_defer`.
/// - `guest_addr`: where they go in the guest's linear memory.
/// - `buf`, `len`: the bytes. NULL only if `len` is 0.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_CALL` if the call is over,
/// `_OUT_OF_BOUNDS` (then none is written) or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `buf` is readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_pending_write(
    rt: *mut sampan_runtime,
    token: u64,
    guest_addr: u32,
    buf: *const u8,
    len: usize,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let token = CallToken::from_raw(token).ok_or(Status::InvalidArgument)?;
        // SAFETY: the caller's promise.
        let buf = unsafe { bytes(buf, len) }?;
        runtime.with(|core| copy(buf, core.pending_memory(token, guest_addr, len)?))
    };
    status(run())
}
