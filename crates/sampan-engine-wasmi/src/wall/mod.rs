// SPDX-License-Identifier: Apache-2.0
//! The wall: engine code runs on a stack of its own, which can be left for good from any depth.
//!
//! wasmi can neither promise not to panic nor bear a failed allocation. So it runs inside `enter`; if it
//! must not go on, `escape` puts the stack pointer back to where `enter` was called from. No frame is
//! unwound: what lay on the engine's stack is forgotten, as if it had never come to its end, and the
//! container's region is laid out afresh or given back whole. That is sound because all that the
//! forgotten values own or lock lies in that region.
//!
//! Who may leave: an allocation that fails while a region is current, and a panic of the engine. On a
//! microcontroller the panic handler of the firmware's archive asks [`panicked`]; on a host the panic
//! unwinds, within the engine's stack, and is caught at its base. A panic of a *host function* isn't the
//! engine's: it passes through the wall.
//!
//! # Targets
//! The switch of stacks is a few instructions of assembly for Thumb-2 (v7-M, v7E-M and v8-M mainline, with
//! the callee-saved FPU registers where the ABI has them, and the stack limit of the stack in use on
//! v8-M), RV32 without F, x86-64 (System V) and AArch64. Under Miri there is no second stack: running out
//! of memory aborts there.
//!
//! # What a port must know
//! - Bare metal on the main stack: interrupts push on the engine's stack as they do on the main one.
//! - An RTOS that checks that a task's stack pointer is within the task's stack must be told otherwise.
//! - An RTOS that sets a task's stack limit anew at each switch (v8-M) must save it there as well, or have
//!   the engine's stack above the task's.

#[cfg_attr(feature = "std", path = "panic_caught.rs")]
#[cfg_attr(not(feature = "std"), path = "panic_fatal.rs")]
mod panic;
mod stack;

#[cfg_attr(miri, path = "direct.rs")]
#[cfg_attr(all(target_arch = "arm", not(miri)), path = "arm.rs")]
#[cfg_attr(all(target_arch = "riscv32", not(miri)), path = "riscv32.rs")]
#[cfg_attr(all(target_arch = "x86_64", not(miri)), path = "x86_64.rs")]
#[cfg_attr(all(target_arch = "aarch64", not(miri)), path = "aarch64.rs")]
mod switch;

pub use stack::{DEFAULT_STACK_BYTES, MIN_STACK_BYTES};

#[cfg(feature = "std")]
pub(crate) use panic::Panic;
pub(crate) use panic::{catch, pass_on};
pub(crate) use stack::EngineStack;

use core::ptr::NonNull;

use crate::context;

/// Why the engine's stack was left before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// The region couldn't hold what the engine needed.
    OutOfMemory = 1,
    /// The engine panicked, or overran its stack.
    Defect = 2,
}

/// Why it was left, besides: a host function panicked, and that goes on outside.
#[cfg(feature = "std")]
const HOST_PANIC: usize = 3;

/// Where to go when the engine's stack is left; the assembly knows its layout.
#[repr(C)]
pub(crate) struct Frame {
    /// Stack pointer to go back to, below it the registers to restore.
    resume_sp: usize,
    /// First address of the engine's stack.
    stack_start: usize,
    /// Address after its last; where the stack pointer starts.
    stack_end: usize,
    /// What was served when it was entered: an exception of lowest priority may be what polls.
    exception: usize,
}

/// A closure and what comes of it.
struct Call<F, R> {
    run: Option<F>,
    result: Option<R>,
}

/// Runs `f` on `stack`, and comes back when it ends or is left.
pub(crate) fn enter<R, F: FnOnce() -> R>(stack: &mut EngineStack, f: F) -> Result<R, Escape> {
    if !context::with(context::Context::wall).is_null() {
        return Err(Escape::Defect);
    }
    let bounds = stack.bounds();
    let mut frame = Frame {
        resume_sp: 0,
        stack_start: bounds.start,
        stack_end: bounds.end,
        exception: switch::exception(),
    };
    let mut call = Call::<F, R> { run: Some(f), result: None };
    context::with(|context| context.set_wall(&raw mut frame));
    // SAFETY: the stack is exclusively ours and at least the minimum large; `base` takes a pointer to a
    // `Call` of these types; frame and call outlive the switch.
    let left = unsafe { switch::enter(&raw mut frame, base::<F, R>, (&raw mut call).cast()) };
    context::with(|context| context.set_wall(core::ptr::null_mut()));
    let intact = stack.check();
    #[cfg(feature = "std")]
    if left == HOST_PANIC {
        panic::resume();
    }
    match call.result {
        _ if !intact => Err(Escape::Defect),
        Some(result) => Ok(result),
        None if left == Escape::OutOfMemory as usize => Err(Escape::OutOfMemory),
        None => Err(Escape::Defect),
    }
}

/// What runs first on the engine's stack.
unsafe extern "C" fn base<F: FnOnce() -> R, R>(call: *mut ()) {
    let call = call.cast::<Call<F, R>>();
    // SAFETY: `enter` passed its own `Call` of these types, and doesn't touch it until this returns.
    let call = unsafe { &mut *call };
    let Some(run) = call.run.take() else { return };
    // Without a result it's a defect.
    call.result = catch(run).ok();
}

/// Leaves the engine's stack. Returns only where there is no wall, or a host function is running.
pub(crate) fn escape(reason: Escape) {
    leave(reason as usize);
}

fn leave(reason: usize) {
    let frame =
        context::with(|context| if context.hosting() { core::ptr::null_mut() } else { context.wall() });
    let Some(frame) = NonNull::new(frame) else { return };
    // SAFETY: a wall that is set belongs to an `enter` that has not come back.
    unsafe { switch::leave(frame.as_ptr(), reason) }
}

/// For the binary's panic handler: leaves the engine's stack if it's the engine that panicked.
///
/// Returns if not: no engine is running, a host function runs, or the panic is in another task, on
/// another stack, or in an interrupt handler other than the one that runs the engine (where the architecture
/// tells).
pub fn panicked() {
    let frame = context::with(context::Context::wall);
    let Some(frame) = NonNull::new(frame) else { return };
    // SAFETY: a wall that is set belongs to an `enter` that has not come back; its frame isn't written.
    let frame = unsafe { frame.as_ref() };
    let bounds = frame.stack_start..frame.stack_end;
    if bounds.contains(&switch::stack_pointer()) && switch::exception() == frame.exception {
        escape(Escape::Defect);
    }
}

#[cfg(test)]
#[cfg(not(miri))]
mod tests;
