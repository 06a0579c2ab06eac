// SPDX-License-Identifier: Apache-2.0
//! The engines under test, each with what a build does to a module before the engine sees it.

use crate::session::Refusal;
use sampan_engine::{Arena, Engine, Status};
use sampan_engine_packed::PackedEngine;
use sampan_engine_wasmi::{WasmiEngine, wall};
use sampan_pack::{Options, PackErrorKind, pack};

/// Size of the arena that instances live in; the largest block of an arena is 32 MiB.
pub const ARENA_LEN: usize = 30 << 20;

/// An engine under test.
pub trait Subject {
    /// The engine.
    type Engine: Engine;

    /// Size of the region of an instance whose need isn't known exactly.
    const REGION_LEN: usize = 24 << 20;

    /// Name in reports and in the skip list.
    fn name(&self) -> &'static str;

    /// The engine, and the arena that it gets regions of.
    fn parts(&mut self) -> (&mut Self::Engine, &mut Arena);

    /// Makes an image of a module, as a build does.
    ///
    /// # Errors
    /// Why this engine can't run it.
    fn build(&self, wasm: &[u8]) -> Result<Vec<u8>, Refusal>;
}

/// wasmi, which takes modules as they are, what it's known to get wrong among them.
pub struct Wasmi {
    engine: WasmiEngine,
    arena: Arena,
}

impl Wasmi {
    /// An engine and an arena, both of which last as long as the process.
    ///
    /// # Errors
    /// A message, if the arena has no room for the engine's stack.
    pub fn new() -> Result<Self, String> {
        let mut arena = Arena::new(vec![0; ARENA_LEN].leak());
        let stack = arena.allocate(wall::DEFAULT_STACK_BYTES).ok_or("no room for the engine's stack")?;
        let engine = WasmiEngine::new(stack).map_err(|_| "the engine's stack is too small")?;
        Ok(Self { engine: engine.without_screening(), arena })
    }
}

impl Subject for Wasmi {
    type Engine = WasmiEngine;

    fn name(&self) -> &'static str {
        "wasmi"
    }

    fn parts(&mut self) -> (&mut WasmiEngine, &mut Arena) {
        (&mut self.engine, &mut self.arena)
    }

    fn build(&self, wasm: &[u8]) -> Result<Vec<u8>, Refusal> {
        Ok(wasm.to_vec())
    }
}

/// The packed engine, which takes what `sampan-pack` makes of a module.
pub struct Packed {
    engine: PackedEngine,
    arena: Arena,
    memory_bytes: u32,
}

/// What a table may grow to.
const PACKED_TABLE_ENTRIES: u32 = 4000;

/// What a memory may grow to; larger ones of the suite are refused on any machine of this size.
const PACKED_MEMORY_BYTES: u32 = 20 << 20;

impl Packed {
    /// An engine and an arena that lasts as long as the process.
    #[must_use]
    pub fn new() -> Self {
        Self::with_memory(PACKED_MEMORY_BYTES)
    }

    /// The same, with memories that grow to `memory_bytes` at most.
    #[must_use]
    pub fn with_memory(memory_bytes: u32) -> Self {
        Self { engine: PackedEngine::new(), arena: Arena::new(vec![0; ARENA_LEN].leak()), memory_bytes }
    }
}

impl Default for Packed {
    fn default() -> Self {
        Self::new()
    }
}

impl Subject for Packed {
    type Engine = PackedEngine;

    fn name(&self) -> &'static str {
        "packed"
    }

    fn parts(&mut self) -> (&mut PackedEngine, &mut Arena) {
        (&mut self.engine, &mut self.arena)
    }

    fn build(&self, wasm: &[u8]) -> Result<Vec<u8>, Refusal> {
        let options = Options { memory_bytes: Some(self.memory_bytes), table_entries: PACKED_TABLE_ENTRIES };
        match std::panic::catch_unwind(|| pack(wasm, &options)) {
            Ok(Ok(packed)) => Ok(packed.image),
            Ok(Err(error)) => Err(Refusal {
                status: match error.kind {
                    PackErrorKind::Unsupported => Status::Unsupported,
                    PackErrorKind::Invalid | PackErrorKind::OutOfBounds => Status::BadImage,
                },
                detail: error.to_string(),
            }),
            Err(_) => Err(Refusal { status: Status::Internal, detail: "the packer panicked".to_owned() }),
        }
    }
}
