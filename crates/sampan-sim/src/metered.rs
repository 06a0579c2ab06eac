// SPDX-License-Identifier: Apache-2.0
//! Virtual CPU time: an engine whose fuel takes time.

use crate::SimClock;
use sampan_engine::{
    Activation, Engine, EngineKind, Host, Limits, Linker, LoadError, Location, MemoryNeed, MemoryUsage,
    Region, Status,
};
use std::num::NonZeroU32;

const MICROSECONDS: u64 = 1_000_000;

/// Engine `E`; the clock advances by the fuel that its instances use, at a fixed rate.
///
/// Time moves when an activation comes back: within one slice a container sees the clock stand still.
/// What is less than a microsecond is carried over, so no fuel is free however short the slices are.
/// Loading, and what host functions do, takes no virtual time.
#[derive(Debug)]
pub struct Metered<E> {
    inner: E,
    clock: SimClock,
    fuel_per_second: NonZeroU32,
    /// Fuel, times a million, that hasn't made a whole microsecond yet.
    carry: u64,
}

impl<E> Metered<E> {
    /// Wraps `inner`. With a real clock it changes nothing.
    pub const fn new(inner: E, clock: SimClock, fuel_per_second: NonZeroU32) -> Self {
        Self { inner, clock, fuel_per_second, carry: 0 }
    }

    /// The engine itself.
    pub const fn inner(&self) -> &E {
        &self.inner
    }

    fn pass(&mut self, fuel: u64) {
        let rate = u64::from(self.fuel_per_second.get());
        let due = fuel.saturating_mul(MICROSECONDS).saturating_add(self.carry);
        self.carry = due % rate;
        self.clock.advance(due / rate);
    }
}

impl<E: Engine> Engine for Metered<E> {
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
        self.inner.load(image, region, limits, linker)
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
        let activation = self.inner.resume(instance, reply, fuel, host);
        self.pass(activation.fuel);
        activation
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

#[cfg(test)]
mod tests {
    use super::*;
    use sampan_platform::Clock;

    #[test]
    fn fuel_takes_time_to_the_last_unit() {
        let clock = SimClock::virtual_time();
        let mut metered = Metered::new((), clock.clone(), NonZeroU32::new(3_000_000).unwrap());
        for _ in 0..3000 {
            metered.pass(1);
        }
        assert_eq!(clock.now_us(), 1000);
        metered.pass(2);
        metered.pass(1);
        assert_eq!(clock.now_us(), 1001);
    }
}
