// SPDX-License-Identifier: Apache-2.0
//! No engine: what a firmware with one is compared with, for its size.
//!
//! The answers are hidden from the optimiser, so that the benchmark's own code, the arena and what they
//! use of the language's library stay in this firmware as in the others.

use core::ffi::CStr;
use core::hint::black_box;
use sampan_engine::{
    Activation, Arena, Engine, EngineKind, Host, Limits, Linker, LoadError, Location, MemoryNeed,
    MemoryUsage, Outcome, Region, Status,
};

/// Name in the output.
pub(crate) const NAME: &CStr = c"none";

/// Loads nothing and runs nothing.
pub(crate) struct NullEngine;

/// An engine.
pub(crate) fn make(_arena: &mut Arena) -> Option<NullEngine> {
    black_box(Some(NullEngine))
}

/// There is nothing to leave.
pub(crate) fn panicked() {}

impl Engine for NullEngine {
    type Instance = Region;

    fn accepts(&self, _image: &[u8]) -> bool {
        black_box(true)
    }

    fn kind(&self, _instance: &Region) -> EngineKind {
        black_box(EngineKind::Packed)
    }

    fn memory_need(&self, _image: &[u8], _limits: &Limits) -> Result<MemoryNeed, Status> {
        black_box(Ok(MemoryNeed { bytes: 0, exact: true }))
    }

    fn load(
        &mut self,
        _image: &'static [u8],
        region: Region,
        _limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<Region, LoadError> {
        match linker.resolve(black_box("bench"), black_box("seed"), &[], &[]) {
            Ok(_) => Ok(region),
            Err(status) => Err(LoadError { status, detail: "", region }),
        }
    }

    fn exports(&self, _instance: &Region, _name: &str) -> bool {
        black_box(true)
    }

    fn begin(&mut self, _instance: &mut Region, _name: &str) -> Result<(), Status> {
        black_box(Ok(()))
    }

    fn resume(
        &mut self,
        _instance: &mut Region,
        _reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        host.call(black_box(sampan_engine::HostFunction(0)), &mut [0], &mut []);
        black_box(Activation { outcome: Outcome::Finished, fuel: u64::from(fuel) })
    }

    fn memory<'i>(&mut self, instance: &'i mut Region) -> &'i mut [u8] {
        instance.bytes()
    }

    fn reset(&mut self, _instance: &mut Region, _linker: &mut dyn Linker) -> Result<(), Status> {
        black_box(Ok(()))
    }

    fn usage(&self, _instance: &Region) -> MemoryUsage {
        MemoryUsage::default()
    }

    fn frames(&self, _instance: &Region, _frames: &mut [Location]) -> usize {
        black_box(0)
    }

    fn unload(&mut self, instance: Region) -> Region {
        instance
    }
}
