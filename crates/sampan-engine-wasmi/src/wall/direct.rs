// SPDX-License-Identifier: Apache-2.0
//! No switch of stacks: for Miri, which runs no assembly.

use super::Frame;

/// Calls `base(argument)` on the stack in use.
///
/// # Safety
/// `base` takes this argument and doesn't unwind.
pub(super) unsafe fn enter(
    _frame: *mut Frame,
    base: unsafe extern "C" fn(*mut ()),
    argument: *mut (),
) -> usize {
    // SAFETY: the caller promised so.
    unsafe { base(argument) };
    0
}

/// There is nothing to leave to.
///
/// # Safety
/// None is needed: it ends the process.
pub(super) unsafe fn leave(_frame: *mut Frame, _reason: usize) -> ! {
    std::process::abort()
}

/// No address of the engine's stack.
pub(super) const fn stack_pointer() -> usize {
    0
}

/// None, in a process.
pub(super) const fn exception() -> usize {
    0
}
