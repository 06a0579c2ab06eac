// SPDX-License-Identifier: Apache-2.0
//! The trait behind which every engine stands, and the arena they share.
//!
//! An engine turns an image and one [`Region`] of memory into an instance, runs it for as much fuel as
//! it's given, and comes back: to be resumed, to be answered, or ended. It never waits, and never takes
//! memory but from the region. Whatever a module does, the instance alone suffers; the region comes
//! back whole from [`Engine::unload`].
//!
//! Images and arena are `'static`: on a microcontroller they are flash and a static array. A caller
//! that has them for less long (the C API, a test) promises that they outlive the instance.
//!
//! Containers, priorities and permissions are `sampan-core`'s; an engine knows none of them.
#![no_std]

mod arena;
mod either;

pub use arena::{Arena, Region};
pub use either::{Either, EitherInstance};
pub use sampan_abi::{EngineKind, Signature, Status, TrapKind, ValueType};

/// Number that the [`Linker`] gave an import, handed back at each call of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFunction(pub u16);

/// Resolves imports while an image is loaded.
pub trait Linker {
    /// Finds the host function `module`.`name` of exactly this type.
    ///
    /// # Errors
    /// [`Status::UnknownImport`] or [`Status::ImportType`], which the load then fails with. The linker has
    /// already told whoever reads the log which import it was.
    fn resolve(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValueType],
        results: &[ValueType],
    ) -> Result<HostFunction, Status>;
}

/// What a host function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostReply {
    /// Done; the result, if there is one, is in `values[0]`.
    Return,
    /// The answer comes with a later [`Engine::resume`]; until then the activation waits.
    Park,
    /// The activation ends here as [`Outcome::Ended`]; whoever answered so knows why.
    End,
    /// The activation ends with this trap.
    Trap(TrapKind),
}

/// Runs host functions for a module that calls them.
pub trait Host {
    /// Calls `function`. Runs on the engine's stack, within the activation.
    ///
    /// - `values`: the arguments, one a value. A result replaces `values[0]`: there is always room for it.
    /// - `memory`: the module's linear memory as it is now; empty if it has none.
    fn call(&mut self, function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply;
}

/// Bounds of one instance; all are in force from load to unload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of guest stack: values and frames, not what the module keeps in its linear memory.
    pub stack_bytes: u32,
}

/// Memory that an image needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryNeed {
    /// Bytes of region.
    pub bytes: u32,
    /// Whether a region of that size is certain to do. If not, `bytes` is an estimate and a load or run
    /// may still end out of memory.
    pub exact: bool,
}

/// How an instance uses its region, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUsage {
    /// Size of the region.
    pub region: u32,
    /// In use now.
    pub used: u32,
    /// Most that was ever in use.
    pub peak: u32,
    /// Linear memory now; part of `used`.
    pub linear: u32,
}

/// Where in a module something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Function index, imports counted first, as in the name section.
    pub function: u32,
    /// Engine-specific code offset; the debug map of the build translates it to a module offset.
    pub offset: u32,
}

/// How an activation came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The fuel is used up; resume it with more.
    Yielded,
    /// A host function parked; resume it with the result.
    Waiting,
    /// The entry point returned.
    Finished,
    /// A host function answered [`HostReply::End`].
    Ended,
    /// The module trapped.
    Trapped(TrapKind),
    /// The region could not hold what the engine needed.
    OutOfMemory,
    /// A defect in the engine ended the instance.
    EngineFault,
}

/// One run of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// How it came back.
    pub outcome: Outcome,
    /// Fuel it used. What a unit buys is the engine's; time is told by the clock.
    pub fuel: u64,
}

/// Why a load was refused, and the region back, whole.
#[derive(Debug)]
pub struct LoadError {
    /// [`Status::BadImage`], [`Status::Unsupported`], [`Status::NoMemory`], [`Status::NoEntry`],
    /// [`Status::Internal`], or what the [`Linker`] answered.
    pub status: Status,
    /// What was wrong, for the log; empty where the linker told already.
    pub detail: &'static str,
    /// The region that the load was given.
    pub region: Region,
}

/// A WebAssembly engine.
///
/// An instance is in one of three states: *idle* after [`load`](Self::load) and when an activation has
/// ended well; *active* between [`begin`](Self::begin) and that end; *dead* after
/// [`Outcome::OutOfMemory`], [`Outcome::EngineFault`] or a failed `begin`. A dead one can only be asked
/// for its usage, reset and unloaded. A call out of turn is refused, and changes nothing.
pub trait Engine {
    /// One loaded module with its memory.
    type Instance;

    /// Whether this engine takes images of this kind, by their first bytes. Says nothing of validity.
    fn accepts(&self, image: &[u8]) -> bool;

    /// Kind of the engine that runs `instance`.
    fn kind(&self, instance: &Self::Instance) -> EngineKind;

    /// Memory that `image` needs, found without running or fully validating it.
    ///
    /// # Errors
    /// [`Status::BadImage`] or [`Status::Unsupported`]. A load refuses the image in the same way, even with
    /// an empty region, and says why.
    fn memory_need(&self, image: &[u8], limits: &Limits) -> Result<MemoryNeed, Status>;

    /// Validates `image`, links it and makes an instance of it; runs no code of the module.
    ///
    /// # Errors
    /// A [`LoadError`], which has the region.
    fn load(
        &mut self,
        image: &'static [u8],
        region: Region,
        limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<Self::Instance, LoadError>;

    /// Whether the module exports a function `name` without parameters and results.
    fn exports(&self, instance: &Self::Instance, name: &str) -> bool;

    /// Makes the exported function `name` what the next [`resume`](Self::resume) runs.
    ///
    /// # Errors
    /// [`Status::NotFound`] or [`Status::WrongState`], with nothing changed; [`Status::NoMemory`] or
    /// [`Status::Internal`], and the instance is dead.
    fn begin(&mut self, instance: &mut Self::Instance, name: &str) -> Result<(), Status>;

    /// Runs the activation until it comes back, for at most `fuel` and the last block that fuel began.
    ///
    /// `reply` answers the call that it waits in: the result's bits, ignored if the function has none. It
    /// is `None` in every other case. Out of turn the answer is [`Outcome::EngineFault`] and the instance
    /// is dead.
    fn resume(
        &mut self,
        instance: &mut Self::Instance,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation;

    /// Linear memory as it is now; empty if the module has none or the instance is dead.
    fn memory<'i>(&mut self, instance: &'i mut Self::Instance) -> &'i mut [u8];

    /// Drops any activation and makes the instance as it was when loaded.
    ///
    /// # Errors
    /// As [`load`](Self::load) for the status; the instance is then dead.
    fn reset(&mut self, instance: &mut Self::Instance, linker: &mut dyn Linker) -> Result<(), Status>;

    /// Memory figures.
    fn usage(&self, instance: &Self::Instance) -> MemoryUsage;

    /// Writes where the instance is, innermost frame first, and returns how many frames were written.
    ///
    /// An engine that keeps no locations writes none.
    fn frames(&self, instance: &Self::Instance, frames: &mut [Location]) -> usize;

    /// Ends the instance, whatever its state, and gives its region back.
    fn unload(&mut self, instance: Self::Instance) -> Region;
}
