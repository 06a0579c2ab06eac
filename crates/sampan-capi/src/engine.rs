// SPDX-License-Identifier: Apache-2.0
//! The engines that this archive has, as one.

use sampan_engine::Region;

#[cfg(feature = "wasmi")]
pub(crate) use sampan_engine_wasmi::WasmiEngine as LinkedEngine;

#[cfg(not(feature = "wasmi"))]
compile_error!("sampan needs an engine: enable the feature `wasmi`");

/// Stack of the engine when firmware doesn't say.
#[cfg(feature = "wasmi")]
pub(crate) const DEFAULT_STACK_BYTES: usize = sampan_engine_wasmi::wall::DEFAULT_STACK_BYTES;

/// Makes the engine, running on `stack`; `None` if that is too small to run on.
#[cfg(feature = "wasmi")]
pub(crate) fn make(stack: Region) -> Option<LinkedEngine> {
    LinkedEngine::new(stack).ok()
}

/// Size of the engine's stack and the most that was ever used of it, in bytes.
#[cfg(feature = "wasmi")]
pub(crate) fn stack(engine: &LinkedEngine) -> (usize, usize) {
    (engine.stack_len(), engine.stack_peak())
}
