// SPDX-License-Identifier: Apache-2.0
//! The switch of stacks on AArch64.

use core::arch::{asm, naked_asm};

use super::Frame;

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
        "sub sp, sp, #160",
        "stp x19, x20, [sp]",
        "stp x21, x22, [sp, #16]",
        "stp x23, x24, [sp, #32]",
        "stp x25, x26, [sp, #48]",
        "stp x27, x28, [sp, #64]",
        "stp x29, x30, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "mov x9, sp",
        "str x9, [x0]",
        "ldr x10, [x0, #16]",
        "mov x19, x0",
        "mov sp, x10",
        "mov x29, #0",
        "mov x0, x2",
        "blr x1",
        "mov x0, x19",
        "mov x1, #0",
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
        "ldr x9, [x0]",
        "mov sp, x9",
        "mov x0, x1",
        "ldp x19, x20, [sp]",
        "ldp x21, x22, [sp, #16]",
        "ldp x23, x24, [sp, #32]",
        "ldp x25, x26, [sp, #48]",
        "ldp x27, x28, [sp, #64]",
        "ldp x29, x30, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "add sp, sp, #160",
        "ret",
    )
}

/// The stack pointer.
pub(super) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// Number of the exception that is served: none in a process.
pub(super) const fn exception() -> usize {
    0
}
