// SPDX-License-Identifier: Apache-2.0
//! Panics on a host: the engine's are caught at the wall, a host function's go on behind it.
//!
//! A panic within one of wasmi's instruction handlers can't be caught on x86-64: they're declared not to
//! unwind, so it ends the process.

use core::any::Any;
use core::panic::AssertUnwindSafe;
use std::boxed::Box;
use std::panic::{catch_unwind, resume_unwind};

use super::{HOST_PANIC, leave};
use crate::context;

/// What was thrown.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Runs `f`; the panic, if it panics.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Panic> {
    catch_unwind(AssertUnwindSafe(f))
}

/// Lets a host function's panic go on: outside of the wall, if there is one.
pub(crate) fn pass_on<R>(panic: Panic) -> R {
    let region = context::with(|context| {
        let region = context.region();
        context.set_region(core::ptr::null_mut());
        region
    });
    let panic = Box::into_raw(Box::new(panic));
    context::with(|context| {
        context.swap_panic(panic);
        context.set_region(region);
    });
    leave(HOST_PANIC);
    resume()
}

/// Goes on with the panic that was on its way out.
pub(super) fn resume() -> ! {
    let panic = context::with(|context| context.swap_panic(core::ptr::null_mut()));
    // SAFETY: only `pass_on` sets it, to a box that is taken here once.
    let panic = unsafe { Box::from_raw(panic) };
    resume_unwind(*panic)
}
