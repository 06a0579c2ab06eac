// SPDX-License-Identifier: Apache-2.0
//! Two engines as one: an image goes to the first that accepts it.

use crate::{
    Activation, Engine, EngineKind, Host, Limits, Linker, LoadError, Location, MemoryNeed, MemoryUsage,
    Region, Status,
};

/// Engine `A`, and `B` for what `A` doesn't accept. Nest it for more.
#[derive(Debug)]
pub struct Either<A, B> {
    /// Asked first.
    pub first: A,
    /// Asked for the rest.
    pub second: B,
}

/// An instance of one of two engines.
#[derive(Debug)]
pub enum EitherInstance<A, B> {
    /// Of the first engine.
    First(A),
    /// Of the second engine.
    Second(B),
}

/// Calls the engine that an instance belongs to.
macro_rules! dispatch {
    ($self:ident, $instance:expr, |$engine:ident, $inner:ident| $call:expr) => {
        match $instance {
            EitherInstance::First($inner) => {
                let $engine = &$self.first;
                $call
            }
            EitherInstance::Second($inner) => {
                let $engine = &$self.second;
                $call
            }
        }
    };
    (mut $self:ident, $instance:expr, |$engine:ident, $inner:ident| $call:expr) => {
        match $instance {
            EitherInstance::First($inner) => {
                let $engine = &mut $self.first;
                $call
            }
            EitherInstance::Second($inner) => {
                let $engine = &mut $self.second;
                $call
            }
        }
    };
}

impl<A: Engine, B: Engine> Engine for Either<A, B> {
    type Instance = EitherInstance<A::Instance, B::Instance>;

    fn accepts(&self, image: &[u8]) -> bool {
        self.first.accepts(image) || self.second.accepts(image)
    }

    fn kind(&self, instance: &Self::Instance) -> EngineKind {
        dispatch!(self, instance, |engine, inner| engine.kind(inner))
    }

    fn memory_need(&self, image: &[u8], limits: &Limits) -> Result<MemoryNeed, Status> {
        if self.first.accepts(image) {
            self.first.memory_need(image, limits)
        } else {
            self.second.memory_need(image, limits)
        }
    }

    fn load(
        &mut self,
        image: &'static [u8],
        region: Region,
        limits: &Limits,
        linker: &mut dyn Linker,
    ) -> Result<Self::Instance, LoadError> {
        if self.first.accepts(image) {
            self.first.load(image, region, limits, linker).map(EitherInstance::First)
        } else {
            self.second.load(image, region, limits, linker).map(EitherInstance::Second)
        }
    }

    fn exports(&self, instance: &Self::Instance, name: &str) -> bool {
        dispatch!(self, instance, |engine, inner| engine.exports(inner, name))
    }

    fn begin(&mut self, instance: &mut Self::Instance, name: &str) -> Result<(), Status> {
        dispatch!(mut self, instance, |engine, inner| engine.begin(inner, name))
    }

    fn resume(
        &mut self,
        instance: &mut Self::Instance,
        reply: Option<u64>,
        fuel: u32,
        host: &mut dyn Host,
    ) -> Activation {
        dispatch!(mut self, instance, |engine, inner| engine.resume(inner, reply, fuel, host))
    }

    fn memory<'i>(&mut self, instance: &'i mut Self::Instance) -> &'i mut [u8] {
        dispatch!(mut self, instance, |engine, inner| engine.memory(inner))
    }

    fn reset(&mut self, instance: &mut Self::Instance, linker: &mut dyn Linker) -> Result<(), Status> {
        dispatch!(mut self, instance, |engine, inner| engine.reset(inner, linker))
    }

    fn usage(&self, instance: &Self::Instance) -> MemoryUsage {
        dispatch!(self, instance, |engine, inner| engine.usage(inner))
    }

    fn frames(&self, instance: &Self::Instance, frames: &mut [Location]) -> usize {
        dispatch!(self, instance, |engine, inner| engine.frames(inner, frames))
    }

    fn unload(&mut self, instance: Self::Instance) -> Region {
        dispatch!(mut self, instance, |engine, inner| engine.unload(inner))
    }
}
