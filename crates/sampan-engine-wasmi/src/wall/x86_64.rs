// SPDX-License-Identifier: Apache-2.0
//! The switch of stacks on x86-64, System V ABI.

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
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "mov [rdi], rsp",
        "mov rbx, rdi",
        "mov rsp, [rdi + 16]",
        "xor ebp, ebp",
        "mov rax, rsi",
        "mov rdi, rdx",
        "call rax",
        "mov rdi, rbx",
        "xor esi, esi",
        "jmp {leave}",
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
        "mov rsp, [rdi]",
        "mov rax, rsi",
        "ldmxcsr [rsp]",
        "fldcw [rsp + 4]",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// The stack pointer.
pub(super) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// Number of the exception that is served: none in a process.
pub(super) const fn exception() -> usize {
    0
}
