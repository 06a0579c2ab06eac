// SPDX-License-Identifier: Apache-2.0
//! Messages between the firmware and its containers, and the time of day that it tells them.

use crate::check::{Context, bytes, not_null, status, write};
use crate::host::{CFunction, CHandler, static_text};
use crate::runtime::{handle, sampan_runtime};
use core::ffi::{c_char, c_void};
use sampan_abi::{Status, limits};
use sampan_core::{CallToken, Message};

/// A message that the firmware has subscribed to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_message {
    /// sizeof(struct sampan_message) as the library was compiled.
    pub size: u32,
    /// The container that sent it; 0: the firmware itself.
    pub sender: u32,
    /// Its topic, not NUL-terminated.
    pub topic: *const c_char,
    /// Bytes of `topic`.
    pub topic_len: usize,
    /// What it says.
    pub payload: *const u8,
    /// Bytes of `payload`.
    pub payload_len: usize,
    /// For `sampan_message_reply`, if the sender waits for an answer; else 0.
    pub token: u64,
}

pub(crate) fn c_message(message: &Message<'_>) -> sampan_message {
    sampan_message {
        size: size_of::<sampan_message>().try_into().unwrap_or(0),
        sender: message.sender.map_or(0, |id| id.to_raw()),
        topic: message.topic.as_ptr().cast(),
        topic_len: message.topic.len(),
        payload: message.payload.as_ptr(),
        payload_len: message.payload.len(),
        token: message.token.map_or(0, |token| token.to_raw()),
    }
}

/// Sends a message to all containers, and all of the firmware, that have subscribed to its topic.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `topic`, `topic_len`: UTF-8 without wildcards, 1 to SAMPAN_MAX_TOPIC bytes.
/// - `payload`, `payload_len`: what it says, at most SAMPAN_MAX_PAYLOAD bytes. Copied. NULL only if `payload_len` is 0.
/// - `out_taken`: gets how many got it. What a full mailbox lost is in its container's statistics. NULL if nobody asks.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `topic` is readable for `topic_len` bytes, `payload` for `payload_len`. `out_taken` is NULL, or aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_message_publish(
    rt: *mut sampan_runtime,
    topic: *const c_char,
    topic_len: usize,
    payload: *const u8,
    payload_len: usize,
    out_taken: *mut u32,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller's promise.
        let topic = unsafe { bytes(topic.cast(), topic_len) }?;
        // SAFETY: the caller's promise.
        let payload = unsafe { bytes(payload, payload_len) }?;
        let topic = core::str::from_utf8(topic).map_err(|_| Status::InvalidArgument)?;
        let taken = runtime.with(|core| core.publish(topic, payload))?;
        runtime.wake();
        if let Ok(out_taken) = not_null(out_taken) {
            // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
            unsafe { write(out_taken, u32::try_from(taken).unwrap_or(u32::MAX)) };
        }
        Ok(())
    };
    status(run())
}

/// Has the firmware get messages, as long as the runtime is in service.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `filter`: an MQTT topic filter, NUL-terminated, at most SAMPAN_MAX_TOPIC bytes. Borrowed as long as the runtime is in
///   service. Not NULL.
/// - `receive`: gets each message whose topic the filter matches. Called from within `sampan_runtime_poll` or
///   `sampan_message_publish`, the lock held: no function may be called but `sampan_runtime_wake`, and what the message points
///   to is good only until it returns. Not NULL.
/// - `ctx`: handed back to `receive`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_TABLE_FULL` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `filter` stays readable and unchanged, and `receive` callable with `ctx`, as long as the runtime is in service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_message_subscribe(
    rt: *mut sampan_runtime,
    filter: *const c_char,
    receive: Option<unsafe extern "C" fn(ctx: *mut c_void, message: *const sampan_message)>,
    ctx: *mut c_void,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller's promise.
        let filter = unsafe { static_text(filter, limits::MAX_TOPIC) }?;
        let receive = receive.ok_or(Status::NullPointer)?;
        let handler = CHandler { function: CFunction::Message(receive), ctx: Context(ctx) };
        runtime.with(|core| core.subscribe(filter, handler))
    };
    status(run())
}

/// Answers a message whose sender waits.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `token`: from the message.
/// - `payload`, `payload_len`: the answer, at most SAMPAN_MAX_PAYLOAD bytes. Copied. NULL only if `payload_len` is 0.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_CALL` if the sender no longer
/// waits; `_BUSY` if its mailbox has no room.
/// Context: thread; takes the runtime lock, so it may block. Not the function that got the message.
///
/// # Safety
///
/// `payload` is readable for `payload_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_message_reply(
    rt: *mut sampan_runtime,
    token: u64,
    payload: *const u8,
    payload_len: usize,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let token = CallToken::from_raw(token).ok_or(Status::InvalidArgument)?;
        // SAFETY: the caller's promise.
        let payload = unsafe { bytes(payload, payload_len) }?;
        if payload.len() > limits::MAX_PAYLOAD {
            return Err(Status::InvalidArgument);
        }
        runtime.with(|core| core.reply(token, payload))?;
        runtime.wake();
        Ok(())
    };
    status(run())
}

/// Tells the time of day, which containers can ask for from then on; it counts in the place of the platform's `wall_us`.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `unix_us`: microseconds since 1970-01-01 UTC.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_clock_set(rt: *mut sampan_runtime, unix_us: u64) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        runtime.with(|core| {
            core.set_wall_clock(unix_us);
            Ok(())
        })
    };
    status(run())
}
