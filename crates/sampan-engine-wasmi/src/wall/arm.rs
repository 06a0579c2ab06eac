// SPDX-License-Identifier: Apache-2.0
//! The switch of stacks on Cortex-M: v7-M, v7E-M and v8-M mainline.
//!
//! On v8-M the stack in use, main or process, has a limit register; it's moved along with the stack
//! pointer. In unprivileged code these registers read as zero and ignore writes: there the limit stays, and
//! the engine's stack must lie above the task's. Between the two stacks the limit is zero, so an interrupt
//! at any instruction finds a limit below its stack pointer.

use core::arch::{asm, naked_asm};

use super::Frame;

/// Pushes the callee-saved registers of the FPU, where the ABI has them: `vpush {d8-d15}`, in numbers since
/// naked functions are assembled without the target's FPU.
#[cfg(target_abi = "eabihf")]
macro_rules! save_fpu {
    () => {
        ".inst.w 0xed2d8b10"
    };
}
#[cfg(not(target_abi = "eabihf"))]
macro_rules! save_fpu {
    () => {
        ""
    };
}

/// Pops what `save_fpu` pushed: `vpop {d8-d15}`.
#[cfg(target_abi = "eabihf")]
macro_rules! restore_fpu {
    () => {
        ".inst.w 0xecbd8b10"
    };
}
#[cfg(not(target_abi = "eabihf"))]
macro_rules! restore_fpu {
    () => {
        ""
    };
}

/// Reads the limit of the stack in use into r3 and sets it to zero; clobbers r12.
#[cfg(armv8m)]
macro_rules! take_limit {
    () => {
        "mrs r12, control
         mov r3, #0
         tst r12, #2
         itttt ne
         mrsne r12, psplim
         msrne psplim, r3
         movne r3, r12
         bne 2f
         mrs r12, msplim
         msr msplim, r3
         mov r3, r12
         2:"
    };
}
#[cfg(not(armv8m))]
macro_rules! take_limit {
    () => {
        "mov r3, #0"
    };
}

/// Sets the limit of the stack in use to r3; clobbers r12.
#[cfg(armv8m)]
macro_rules! set_limit {
    () => {
        "mrs r12, control
         tst r12, #2
         ite ne
         msrne psplim, r3
         msreq msplim, r3"
    };
}
#[cfg(not(armv8m))]
macro_rules! set_limit {
    () => {
        ""
    };
}

/// Saves the callee-saved registers, then calls `base(argument)` on the frame's stack; 0 if it returned,
/// else the reason that [`leave`] was given.
///
/// # Safety
/// The frame describes a stack that nothing else uses; `base` doesn't unwind.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn enter(
    frame: *mut Frame,
    base: unsafe extern "C" fn(*mut ()),
    argument: *mut (),
) -> usize {
    naked_asm!(
        "push {{r4-r11, lr}}",
        save_fpu!(),
        take_limit!(),
        // The limit makes it ten words, so that the stack stays aligned to eight bytes.
        "push {{r3}}",
        "mov r4, r0",
        "mov r5, sp",
        "str r5, [r0]",
        "ldr r5, [r0, #8]",
        "mov sp, r5",
        "ldr r3, [r0, #4]",
        set_limit!(),
        "mov r0, r2",
        "blx r1",
        "mov r0, r4",
        "movs r1, #0",
        "b {leave}",
        leave = sym leave,
    )
}

/// Makes the [`enter`] that filled the frame return `reason`.
///
/// # Safety
/// That `enter` has not returned.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn leave(frame: *mut Frame, reason: usize) -> ! {
    naked_asm!(
        "mov r3, #0",
        set_limit!(),
        "ldr r2, [r0]",
        "mov sp, r2",
        "pop {{r3}}",
        set_limit!(),
        restore_fpu!(),
        "mov r0, r1",
        "pop {{r4-r11, pc}}",
    )
}

/// The stack pointer.
pub(super) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// Number of the exception that is served; 0 in a thread.
pub(super) fn exception() -> usize {
    let exception: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mrs {}, ipsr", out(reg) exception, options(nomem, nostack, preserves_flags)) };
    exception
}
