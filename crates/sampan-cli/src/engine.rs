// SPDX-License-Identifier: Apache-2.0
//! The engines that this tool is linked with: the only file that names one.

use sampan_abi::EngineKind;
use sampan_engine::{Arena, Either};
use sampan_engine_packed::PackedEngine;
use sampan_engine_wasmi::WasmiEngine;
use sampan_engine_wasmi::wall::DEFAULT_STACK_BYTES;

/// What runs the containers: packed images and plain modules.
pub(crate) type HostEngine = Either<PackedEngine, WasmiEngine>;

/// Makes the engine.
pub(crate) fn make() -> Option<HostEngine> {
    make_with(|wasmi| wasmi)
}

/// Makes the engine for a comparison: wasmi takes what it's known to run wrongly, so that it shows.
pub(crate) fn make_for_comparison() -> Option<HostEngine> {
    make_with(WasmiEngine::without_screening)
}

/// Its stack isn't taken from the containers' arena: what a 64-bit machine needs says nothing of a device.
fn make_with(adapt: impl FnOnce(WasmiEngine) -> WasmiEngine) -> Option<HostEngine> {
    // An arena hands out all of itself but for a sixteenth.
    let memory = vec![0; DEFAULT_STACK_BYTES / 8 * 9];
    let stack = Arena::new(memory.leak()).allocate(DEFAULT_STACK_BYTES)?;
    Some(Either { first: PackedEngine::new(), second: adapt(WasmiEngine::new(stack).ok()?) })
}

/// The engines, a line each.
pub(crate) fn list() -> String {
    let linked = [
        (EngineKind::Packed, "packed images (.spk, from `sampan pack`), run in place"),
        (EngineKind::Wasmi, "plain WebAssembly modules (.wasm), translated when loaded"),
    ];
    linked.into_iter().map(|(kind, what)| format!("{}\t{what}\n", kind.text())).collect()
}
