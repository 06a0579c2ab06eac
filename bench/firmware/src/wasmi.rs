// SPDX-License-Identifier: Apache-2.0
//! The wasmi engine, for firmware.

use core::ffi::CStr;
use sampan_engine::Arena;
use sampan_engine_wasmi::{NoFallback, RegionAllocator, WasmiEngine, wall};

/// Name in the output.
pub(crate) const NAME: &CStr = c"wasmi";

#[global_allocator]
static ALLOCATOR: RegionAllocator<NoFallback> = RegionAllocator::new(NoFallback);

/// An engine with its stack.
pub(crate) fn make(arena: &mut Arena) -> Option<WasmiEngine> {
    // The testsuite also asks for what wasmi is known to get wrong.
    Some(WasmiEngine::new(arena.allocate(wall::DEFAULT_STACK_BYTES)?).ok()?.without_screening())
}

/// Leaves the engine, if it's the engine that panicked.
pub(crate) fn panicked() {
    wall::panicked();
}
