// SPDX-License-Identifier: Apache-2.0
//! Panics on a microcontroller: nothing unwinds, and the binary's panic handler asks
//! [`panicked`](super::panicked).

use core::convert::Infallible;

/// Runs `f`, which doesn't come back if it panics.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Infallible> {
    Ok(f())
}

/// There is nothing to pass on.
pub(crate) fn pass_on<R>(panic: Infallible) -> R {
    match panic {}
}
