// SPDX-License-Identifier: Apache-2.0
//! The engines that this archive has, as one: the only file that names any.

use sampan_abi::Status;
use sampan_engine::Arena;

#[cfg(not(any(feature = "packed", feature = "wasmi")))]
compile_error!("sampan needs an engine: enable the feature `packed`, `wasmi` or both");

/// Packed images go to the packed engine, plain modules to wasmi.
#[cfg(all(feature = "packed", feature = "wasmi"))]
pub(crate) type LinkedEngine =
    sampan_engine::Either<sampan_engine_packed::PackedEngine, sampan_engine_wasmi::WasmiEngine>;

/// Packed images only.
#[cfg(all(feature = "packed", not(feature = "wasmi")))]
pub(crate) type LinkedEngine = sampan_engine_packed::PackedEngine;

/// Plain modules only.
#[cfg(all(feature = "wasmi", not(feature = "packed")))]
pub(crate) type LinkedEngine = sampan_engine_wasmi::WasmiEngine;

/// Makes the engine; what it needs for itself comes out of the arena.
///
/// # Errors
/// [`Status::NoMemory`] if the arena hasn't that much, [`Status::InvalidArgument`] for a stack that is too
/// small to run on. `stack_len` is 0 for the default.
pub(crate) fn make(arena: &mut Arena, stack_len: u32) -> Result<LinkedEngine, Status> {
    #[cfg(feature = "packed")]
    let packed = sampan_engine_packed::PackedEngine::new();
    #[cfg(feature = "wasmi")]
    let wasmi = make_wasmi(arena, stack_len)?;
    #[cfg(all(feature = "packed", feature = "wasmi"))]
    return Ok(sampan_engine::Either { first: packed, second: wasmi });
    #[cfg(all(feature = "wasmi", not(feature = "packed")))]
    return Ok(wasmi);
    #[cfg(not(feature = "wasmi"))]
    {
        let _ = (arena, stack_len); // the packed engine runs on its caller's stack
        Ok(packed)
    }
}

#[cfg(feature = "wasmi")]
fn make_wasmi(arena: &mut Arena, stack_len: u32) -> Result<sampan_engine_wasmi::WasmiEngine, Status> {
    let stack_len = match stack_len {
        0 => sampan_engine_wasmi::wall::DEFAULT_STACK_BYTES,
        len => len as usize,
    };
    let stack = arena.allocate(stack_len).ok_or(Status::NoMemory)?;
    sampan_engine_wasmi::WasmiEngine::new(stack).map_err(|_| Status::InvalidArgument)
}

/// Size of the engine's own stack and the most that was ever used of it, in bytes; zeros if it has none.
pub(crate) fn stack(engine: &LinkedEngine) -> (usize, usize) {
    #[cfg(all(feature = "packed", feature = "wasmi"))]
    let engine = &engine.second;
    #[cfg(feature = "wasmi")]
    return (engine.stack_len(), engine.stack_peak());
    #[cfg(not(feature = "wasmi"))]
    {
        let _ = engine;
        (0, 0)
    }
}

/// Version of packed bytecode that is run; `None` without that engine.
pub(crate) const PACKED_FORMAT: Option<u8> = {
    #[cfg(feature = "packed")]
    {
        Some(sampan_engine_packed::FORMAT_VERSION)
    }
    #[cfg(not(feature = "packed"))]
    {
        None
    }
};
