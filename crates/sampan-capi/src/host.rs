// SPDX-License-Identifier: Apache-2.0
//! Host functions that C firmware offers to containers.

use crate::call::sampan_call;
use crate::check::{Context, read_struct, status, text};
use crate::message::{c_message, sampan_message};
use crate::runtime::{handle, sampan_runtime};
use crate::types::CStruct;
use core::ffi::{c_char, c_void};
use sampan_abi::{Signature, Status, limits};
use sampan_core::{Call, Handler, HostRegistration, Message};

/// A host function. Zero the struct, then set `size` and the members.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_host_function {
    /// sizeof(struct sampan_host_function) as the caller compiled it.
    pub size: u32,
    /// Import module, NUL-terminated, at most SAMPAN_MAX_IMPORT_NAME bytes of UTF-8; not `sampan:…` nor
    /// `wasi_snapshot_preview1`. Borrowed as long as the runtime is in service.
    pub module: *const c_char,
    /// Import field, likewise.
    pub name: *const c_char,
    /// Its type, NUL-terminated: parameters in parentheses, then the result if there is one, as in
    /// `(iI)f`. `i` is i32, `I` i64, `f` f32, `F` f64; at most SAMPAN_MAX_PARAMS parameters.
    pub signature: *const c_char,
    /// Answers a call. `values` has one `uint64_t` an argument (32-bit ones zero-extended, floats as
    /// their bits), and the result replaces `values[0]`. Returns 0 when done; `SAMPAN_STATUS_PENDING` after
    /// `sampan_call_defer`; any other code faults the container with `SAMPAN_EXIT_KIND_HOST_ERROR` and
    /// that code.
    ///
    /// Called from within `sampan_runtime_poll`, the lock held, on the engine's stack: no function may be
    /// called but `sampan_call_*` and `sampan_runtime_wake`; the others answer
    /// `SAMPAN_STATUS_WRONG_CONTEXT`. Not NULL.
    pub call: Option<unsafe extern "C" fn(ctx: *mut c_void, call: *mut sampan_call, values: *mut u64) -> i32>,
    /// Handed back to `call`.
    pub ctx: *mut c_void,
    /// The permission that a container needs to call it, such as `relay` or `relay:left`, NUL-terminated; borrowed likewise.
    /// Without it the call isn't made: it answers -1, or NaN, or what the container's policy says. NULL: it's open to
    /// every container that imports it.
    pub permission: *const c_char,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_host_function {}

/// What answers the calls of one host function.
#[derive(Clone, Copy)]
pub(crate) struct CHandler {
    pub(crate) function: CFunction,
    pub(crate) ctx: Context,
}

/// A function of the firmware's.
#[derive(Clone, Copy)]
pub(crate) enum CFunction {
    /// Answers calls.
    Call(unsafe extern "C" fn(*mut c_void, *mut sampan_call, *mut u64) -> i32),
    /// Gets messages.
    Message(unsafe extern "C" fn(*mut c_void, *const sampan_message)),
}

impl Handler for CHandler {
    fn call(&self, call: &mut Call<'_>, values: &mut [u64]) -> i32 {
        let CFunction::Call(function) = self.function else { return Status::Internal.to_raw() };
        let call = core::ptr::from_mut(call).cast::<sampan_call>();
        // SAFETY: firmware promised that its function may be called so from within a poll; `call` is good
        // while it runs, and `values` has room for every argument and the result.
        unsafe { function(self.ctx.0, call, values.as_mut_ptr()) }
    }

    fn message(&self, message: &Message<'_>) {
        let CFunction::Message(function) = self.function else { return };
        let message = c_message(message);
        // SAFETY: firmware promised that its function may be called so from within a poll or a publish; the message is
        // good while it runs.
        unsafe { function(self.ctx.0, &raw const message) };
    }
}

/// Offers a host function to the containers that are created from now on.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `function`: read and copied, its texts borrowed. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` for a name, signature or permission,
/// `_VERSION`, `_DUPLICATE`, `_TABLE_FULL` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `function` is readable. Its module, name and permission stay so, unchanged, as long as the runtime is in service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_host_register(
    rt: *mut sampan_runtime,
    function: *const sampan_host_function,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller's promise.
        let function = unsafe { read_struct(function) }?;
        // SAFETY: the caller keeps the name as long as the runtime is in service.
        let module = unsafe { static_text(function.module, limits::MAX_IMPORT_NAME) }?;
        // SAFETY: as above.
        let name = unsafe { static_text(function.name, limits::MAX_IMPORT_NAME) }?;
        // SAFETY: the caller's promise; parentheses and the result come on top of the parameters.
        let signature = unsafe { text(function.signature, limits::MAX_PARAMS.saturating_add(3)) }?;
        let signature = Signature::parse(signature).map_err(|_| Status::InvalidArgument)?;
        let call = function.call.ok_or(Status::NullPointer)?;
        let handler = CHandler { function: CFunction::Call(call), ctx: Context(function.ctx) };
        let permission = match function.permission.is_null() {
            true => None,
            // SAFETY: as for the name.
            false => Some(unsafe { static_text(function.permission, limits::MAX_PERMISSION) }?),
        };
        runtime.with(|core| core.register(HostRegistration { module, name, signature, permission, handler }))
    };
    status(run())
}

/// # Safety
///
/// `start` is NULL or NUL-terminated, and stays readable and unchanged for as long as it is used.
pub(crate) unsafe fn static_text(start: *const c_char, max_len: usize) -> Result<&'static str, Status> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { text(start, max_len) }?;
    core::str::from_utf8(bytes).map_err(|_| Status::InvalidArgument)
}
