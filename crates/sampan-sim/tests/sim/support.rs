// SPDX-License-Identifier: Apache-2.0
//! What every test needs: a simulator with wasmi, and images.

use sampan_core::{ContainerOptions, Effective, Permissions};
use sampan_engine::Arena;
use sampan_engine_wasmi::WasmiEngine;
use sampan_engine_wasmi::wall::DEFAULT_STACK_BYTES;
use sampan_sim::{Ending, RecordedLog, Settings, Simulator};
use std::ops::ControlFlow;
use std::sync::Arc;

pub(crate) type Sim = Simulator<WasmiEngine>;

/// Translates text to a module that lives as long as the process.
pub(crate) fn image(wat: &str) -> &'static [u8] {
    wat::parse_str(wat).unwrap().leak()
}

pub(crate) fn engine() -> WasmiEngine {
    // An arena hands out all of itself but for a sixteenth.
    let memory = vec![0; DEFAULT_STACK_BYTES / 8 * 9].leak();
    let stack = Arena::new(memory).allocate(DEFAULT_STACK_BYTES);
    WasmiEngine::new(stack.unwrap()).unwrap()
}

/// A simulator with `change`d settings, and its log.
pub(crate) fn simulator(change: impl FnOnce(&mut Settings)) -> (Sim, Arc<RecordedLog>) {
    let log = Arc::new(RecordedLog::default());
    let mut settings = Settings::new(Arc::<RecordedLog>::clone(&log));
    settings.arena_bytes = 1 << 20;
    change(&mut settings);
    (Simulator::new(settings, engine()).unwrap(), log)
}

/// Runs to the end, at most ten seconds of its time.
pub(crate) fn run(simulator: &mut Sim) -> Ending {
    simulator.run(10_000_000, |_| ControlFlow::Continue(()))
}

pub(crate) fn named(name: &str) -> ContainerOptions<'_> {
    ContainerOptions { name: name.as_bytes(), ..permitted() }
}

/// What programs of WASI need.
pub(crate) fn permitted() -> ContainerOptions<'static> {
    let granted = Permissions::of_texts(&["clock", "log", "random"]).unwrap();
    ContainerOptions { permissions: Effective::granted(granted), ..ContainerOptions::default() }
}
