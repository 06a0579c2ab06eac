// SPDX-License-Identifier: Apache-2.0
//! The switch of stacks on RV32 without hardware floating point.

use core::arch::{asm, naked_asm};

use super::Frame;

#[cfg(target_feature = "f")]
compile_error!("the wall doesn't save the floating-point registers of RV32F");

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
        "addi sp, sp, -64",
        "sw ra, 0(sp)",
        "sw s0, 4(sp)",
        "sw s1, 8(sp)",
        "sw s2, 12(sp)",
        "sw s3, 16(sp)",
        "sw s4, 20(sp)",
        "sw s5, 24(sp)",
        "sw s6, 28(sp)",
        "sw s7, 32(sp)",
        "sw s8, 36(sp)",
        "sw s9, 40(sp)",
        "sw s10, 44(sp)",
        "sw s11, 48(sp)",
        "sw sp, 0(a0)",
        "mv s1, a0",
        "lw sp, 8(a0)",
        "mv s0, zero",
        "mv a0, a2",
        "jalr a1",
        "mv a0, s1",
        "li a1, 0",
        "tail {leave}",
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
        "lw sp, 0(a0)",
        "mv a0, a1",
        "lw ra, 0(sp)",
        "lw s0, 4(sp)",
        "lw s1, 8(sp)",
        "lw s2, 12(sp)",
        "lw s3, 16(sp)",
        "lw s4, 20(sp)",
        "lw s5, 24(sp)",
        "lw s6, 28(sp)",
        "lw s7, 32(sp)",
        "lw s8, 36(sp)",
        "lw s9, 40(sp)",
        "lw s10, 44(sp)",
        "lw s11, 48(sp)",
        "addi sp, sp, 64",
        "ret",
    )
}

/// The stack pointer.
pub(super) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mv {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// Number of the exception that is served: RISC-V has no register that tells, so nobody knows. Handlers
/// must not panic; the functions that Sampan allows in them don't.
pub(super) const fn exception() -> usize {
    0
}
