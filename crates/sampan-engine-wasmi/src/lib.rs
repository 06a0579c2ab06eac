// SPDX-License-Identifier: Apache-2.0
//! Runs plain WebAssembly modules with wasmi, each in a region of its own and behind a wall.
//!
//! wasmi is a good interpreter that wasn't made for this: it allocates when it likes, aborts when that
//! fails, and may panic. Here it can't hurt anyone: all that it does for a container lies in the container's
//! region (`region`), and it runs on a stack that is left for good if it must not go on ([`wall`]).
//! What then remains of the container is its region, whole.
//!
//! What else wasmi can't do is kept out of its reach. It can't resume a `table.grow` or a start function,
//! so neither is there; it grows its stacks as it goes, so they're made at their full size; it would take
//! modules whose cost has no relation to their size, so `scan` refuses those that it can tell. It translates
//! two things wrongly that no usual compiler makes; `scan` refuses those, too.
//!
//! What remains: a load can't be sliced. It takes some hundred instructions a byte of an ordinary module,
//! and far more of one made for it. Whoever loads modules of strangers does it where that can be borne.
//!
//! # Binaries
//! Whoever makes one sets [`RegionAllocator`] as its global allocator, and without `std` calls
//! [`wall::panicked`] first thing in its panic handler.
//!
//! # Features
//! - `std`: for hosts. State is kept per thread, and panics are caught.
//! - `fault-injection`: adds `fault`, which makes the n-th allocation fail.
#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", miri))]
extern crate std;

mod context;
mod estimate;
#[cfg(feature = "fault-injection")]
pub mod fault;
#[cfg(not(feature = "fault-injection"))]
mod fault;
mod guest;
mod host;
mod instance;
mod limiter;
mod load;
mod region;
mod scan;
mod stack_plan;
pub mod wall;

pub use instance::WasmiInstance;
pub use region::{NoFallback, RegionAllocator};

use sampan_engine::{
    Activation, Engine, EngineKind, Host, Limits, Linker, LoadError, Location, MemoryNeed, MemoryUsage,
    Region, Status,
};

use stack_plan::StackPlan;
use wall::EngineStack;

/// Bytes of one table entry, as wasmi keeps it.
pub(crate) const TABLE_ENTRY_BYTES: usize = 4;

/// The engine: a stack that every instance runs on in turn.
pub struct WasmiEngine {
    stack: EngineStack,
    screened: bool,
}

impl core::fmt::Debug for WasmiEngine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WasmiEngine").field("stack_len", &self.stack_len()).finish()
    }
}

impl WasmiEngine {
    /// Makes an engine that runs on `stack`; see [`wall::DEFAULT_STACK_BYTES`].
    ///
    /// # Errors
    /// The region back, if it's smaller than [`wall::MIN_STACK_BYTES`].
    pub fn new(stack: Region) -> Result<Self, Region> {
        let stack = EngineStack::new(stack)?;
        context::forget();
        Ok(Self { stack, screened: true })
    }

    /// Takes modules, too, that wasmi is known to translate wrongly and that are refused otherwise. For
    /// comparing engines, where that must be seen; nothing that is to work is run so.
    #[must_use]
    pub fn without_screening(mut self) -> Self {
        self.screened = false;
        self
    }

    /// Ends the engine, and gives its stack back.
    #[must_use]
    pub fn into_stack(self) -> Region {
        self.stack.into_region()
    }

    /// Bytes of stack that the engine can use.
    #[must_use]
    pub fn stack_len(&self) -> usize {
        self.stack.len()
    }

    /// Most bytes of it that were ever in use, host functions and interrupts included.
    #[must_use]
    pub fn stack_peak(&self) -> usize {
        self.stack.peak()
    }
}

impl Engine for WasmiEngine {
    type Instance = WasmiInstance;

    fn accepts(&self, image: &[u8]) -> bool {
        scan::accepts(image)
    }

    fn kind(&self, _instance: &WasmiInstance) -> EngineKind {
        EngineKind::Wasmi
    }

    /// An estimate: linear memory, stack, tables, about 14 KB, and five times the code; on a host 24 KB and
    /// nine times. A module made for it can take far more; the load then fails, and nothing else happens.
    fn memory_need(&self, image: &[u8], limits: &Limits) -> Result<MemoryNeed, Status> {
        let facts = scan::scan(image, self.screened).map_err(|refusal| refusal.status)?;
        Ok(MemoryNeed { bytes: estimate::bytes(&facts, StackPlan::new(limits.stack_bytes)), exact: false })
    }

    fn load(
        &mut self,
        image: &'static [u8],
        region: Region,
        limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<WasmiInstance, LoadError> {
        let facts = match scan::scan(image, self.screened) {
            Ok(facts) => facts,
            Err(refusal) => {
                return Err(LoadError { status: refusal.status, detail: refusal.detail, region });
            }
        };
        let mut instance = WasmiInstance::new(image, facts, region, *limits);
        match instance.load(&mut self.stack, linker) {
            Ok(()) => Ok(instance),
            Err(refusal) => Err(LoadError {
                status: refusal.status,
                detail: refusal.detail,
                region: instance.into_region(),
            }),
        }
    }

    fn exports(&self, instance: &WasmiInstance, name: &str) -> bool {
        instance.exports(name)
    }

    fn begin(&mut self, instance: &mut WasmiInstance, name: &str) -> Result<(), Status> {
        instance.begin(name)
    }

    fn resume(
        &mut self,
        instance: &mut WasmiInstance,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        instance.resume(&mut self.stack, reply, fuel, host)
    }

    fn memory<'i>(&mut self, instance: &'i mut WasmiInstance) -> &'i mut [u8] {
        instance.memory()
    }

    fn reset(&mut self, instance: &mut WasmiInstance, linker: &mut dyn Linker) -> Result<(), Status> {
        instance.load(&mut self.stack, linker).map_err(|refusal| refusal.status)
    }

    fn usage(&self, instance: &WasmiInstance) -> MemoryUsage {
        instance.usage()
    }

    /// wasmi tells no locations.
    fn frames(&self, _instance: &WasmiInstance, _frames: &mut [Location]) -> usize {
        0
    }

    fn unload(&mut self, instance: WasmiInstance) -> Region {
        instance.into_region()
    }
}
