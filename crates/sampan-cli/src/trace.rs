// SPDX-License-Identifier: Apache-2.0
//! An engine that notes what its container does, and whose time is told by calls alone.
//!
//! Two engines can be compared only if nothing that differs by nature reaches the container. Fuel does, as
//! virtual time: so here it takes none, and each host call takes [`CALL_US`] instead, on whatever engine.
//! What is noted is what a container can be told by: its calls with their arguments, and its memory when
//! it ends.
//!
//! Made for one container; comparing two of them is `compare.rs`.

use sampan_engine::{
    Activation, Engine, EngineKind, Host, HostFunction, HostReply, Limits, Linker, LoadError, Location,
    MemoryNeed, MemoryUsage, Outcome, Region, Status, ValueType,
};
use sampan_sim::SimClock;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Virtual time of a host call.
const CALL_US: u64 = 1;
/// Calls that are kept one by one; of those after them there is a digest.
const KEPT_CALLS: usize = 1_000_000;

/// A host call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CallRecord {
    /// Number that the linker gave the function.
    function: u16,
    arguments: Vec<u64>,
}

/// A function that the module imports.
#[derive(Clone, Debug)]
struct Import {
    name: String,
    params: Vec<ValueType>,
}

/// What a container did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Fuel that it used, in its engine's units.
    pub(crate) fuel: u64,
    /// Its calls, up to [`KEPT_CALLS`].
    pub(crate) calls: Vec<CallRecord>,
    /// Calls after those, and their digest.
    pub(crate) further: (u64, u64),
    /// Its memory when it ended by itself, as its engine shows it.
    pub(crate) memory: Option<Vec<u8>>,
    imports: Vec<(u16, Import)>,
}

impl Trace {
    fn import(&self, function: u16) -> Option<&Import> {
        self.imports.iter().find(|(number, _)| *number == function).map(|(_, import)| import)
    }

    fn note(&mut self, function: u16, values: &[u64]) {
        let params = self.import(function).map_or(&[][..], |import| &import.params);
        let bits = |(&value, &kind): (&u64, &ValueType)| match kind {
            ValueType::I32 | ValueType::F32 => u64::from(value as u32),
            ValueType::I64 | ValueType::F64 => value,
        };
        let call = CallRecord { function, arguments: values.iter().zip(params).map(bits).collect() };
        if self.calls.len() < KEPT_CALLS {
            return self.calls.push(call);
        }
        let mut digest = DefaultHasher::new();
        (self.further.1, call).hash(&mut digest);
        self.further = (self.further.0 + 1, digest.finish());
    }

    /// A call as a person reads it.
    pub(crate) fn show(&self, call: &CallRecord) -> String {
        let Some(import) = self.import(call.function) else { return format!("function {}", call.function) };
        let arguments = import.params.iter().zip(&call.arguments);
        let arguments: Vec<String> =
            arguments.map(|(&kind, &bits)| crate::provide::show_value(bits, kind)).collect();
        format!("{}({})", import.name, arguments.join(", "))
    }
}

/// A trace that an engine writes, and whoever runs it reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedTrace(Arc<Mutex<Trace>>);

impl SharedTrace {
    /// The trace as it is now. Nobody who holds it calls anything that takes it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Trace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Engine `E`, watched.
#[derive(Debug)]
pub(crate) struct Traced<E> {
    inner: E,
    clock: SimClock,
    trace: SharedTrace,
}

impl<E> Traced<E> {
    pub(crate) const fn new(inner: E, clock: SimClock, trace: SharedTrace) -> Self {
        Self { inner, clock, trace }
    }
}

/// Notes names and types of what is linked.
struct NotingLinker<'a> {
    inner: &'a mut dyn Linker,
    trace: &'a SharedTrace,
}

impl Linker for NotingLinker<'_> {
    fn resolve(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValueType],
        results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        let function = self.inner.resolve(module, name, params, results)?;
        let import = Import { name: format!("{module}.{name}"), params: params.to_vec() };
        self.trace.lock().imports.push((function.0, import));
        Ok(function)
    }
}

/// Notes calls, and lets their time pass.
struct NotingHost<'a> {
    inner: &'a mut dyn Host,
    clock: &'a SimClock,
    trace: &'a SharedTrace,
}

impl Host for NotingHost<'_> {
    fn call(&mut self, function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply {
        self.trace.lock().note(function.0, values);
        self.clock.advance(CALL_US);
        self.inner.call(function, values, memory)
    }
}

impl<E: Engine> Engine for Traced<E> {
    type Instance = E::Instance;

    fn accepts(&self, image: &[u8]) -> bool {
        self.inner.accepts(image)
    }

    fn kind(&self, instance: &Self::Instance) -> EngineKind {
        self.inner.kind(instance)
    }

    fn memory_need(&self, image: &[u8], limits: &Limits) -> Result<MemoryNeed, Status> {
        self.inner.memory_need(image, limits)
    }

    fn load(
        &mut self,
        image: &'static [u8],
        region: Region,
        limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<Self::Instance, LoadError> {
        self.inner.load(image, region, limits, &mut NotingLinker { inner: linker, trace: &self.trace })
    }

    fn exports(&self, instance: &Self::Instance, name: &str) -> bool {
        self.inner.exports(instance, name)
    }

    fn begin(&mut self, instance: &mut Self::Instance, name: &str) -> Result<(), Status> {
        self.inner.begin(instance, name)
    }

    fn resume(
        &mut self,
        instance: &mut Self::Instance,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        let mut host = NotingHost { inner: host, clock: &self.clock, trace: &self.trace };
        let activation = self.inner.resume(instance, reply, fuel, &mut host);
        self.trace.lock().fuel += activation.fuel;
        if matches!(activation.outcome, Outcome::Finished | Outcome::Ended | Outcome::Trapped(_)) {
            let memory = self.inner.memory(instance).to_vec();
            self.trace.lock().memory = Some(memory);
        }
        // The clock is told nothing of it: see above.
        Activation { fuel: 0, ..activation }
    }

    fn memory<'i>(&mut self, instance: &'i mut Self::Instance) -> &'i mut [u8] {
        self.inner.memory(instance)
    }

    fn reset(&mut self, instance: &mut Self::Instance, linker: &mut dyn Linker) -> Result<(), Status> {
        self.inner.reset(instance, linker)
    }

    fn usage(&self, instance: &Self::Instance) -> MemoryUsage {
        self.inner.usage(instance)
    }

    fn frames(&self, instance: &Self::Instance, frames: &mut [Location]) -> usize {
        self.inner.frames(instance, frames)
    }

    fn unload(&mut self, instance: Self::Instance) -> Region {
        self.inner.unload(instance)
    }
}
