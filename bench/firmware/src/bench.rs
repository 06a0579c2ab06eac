// SPDX-License-Identifier: Apache-2.0
//! Loads, runs and switches images through the `Engine` trait, and counts what it takes.

use crate::board::{arena, ticks};
use crate::engine;
use sampan_engine::{
    Arena, Engine, Host, HostFunction, HostReply, Limits, Linker, Outcome, Status, ValueType,
};

/// Guest stack of a container that runs a kernel.
const LIMITS: Limits = Limits { stack_bytes: 8192 };
/// Fuel of a slice.
const SLICE_FUEL: u32 = 100_000;
/// Region of an instance whose need isn't known exactly.
const REGION_LEN: usize = 512 * 1024;

/// What a run took.
pub(crate) struct Run {
    pub(crate) load_ticks: u32,
    pub(crate) run_ticks: u32,
    pub(crate) checksum: u32,
    pub(crate) fuel: u64,
}

/// The two host functions of a kernel's image: `bench.seed` and `bench.result`.
struct Kernel {
    seed: u32,
    checksum: u32,
}

const SEED: HostFunction = HostFunction(0);
const RESULT: HostFunction = HostFunction(1);

struct Imports;

impl Linker for Imports {
    fn resolve(
        &mut self,
        _module: &str,
        name: &str,
        params: &[ValueType],
        results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        match (name, params, results) {
            ("seed", [], [ValueType::I32]) => Ok(SEED),
            ("result", [ValueType::I32], []) => Ok(RESULT),
            _ => Err(Status::UnknownImport),
        }
    }
}

impl Host for Kernel {
    fn call(&mut self, function: HostFunction, values: &mut [u64], _memory: &mut [u8]) -> HostReply {
        if let Some(value) = values.first_mut() {
            if function == SEED {
                *value = u64::from(self.seed);
            } else {
                self.checksum = self.checksum.rotate_left(1) ^ *value as u32;
            }
        }
        HostReply::Return
    }
}

fn load<E: Engine>(engine: &mut E, arena: &mut Arena, image: &'static [u8]) -> Result<E::Instance, Status> {
    let need = engine.memory_need(image, &LIMITS)?;
    let len = if need.exact { need.bytes as usize } else { REGION_LEN };
    let region = arena.allocate(len).ok_or(Status::NoMemory)?;
    engine.load(image, region, &LIMITS, &mut Imports).map_err(|error| error.status)
}

/// Runs the export `run` of `image` to its end.
pub(crate) fn run(image: &'static [u8], seed: u32) -> Result<Run, Status> {
    let mut arena = arena();
    let mut engine = engine::make(&mut arena).ok_or(Status::NoMemory)?;
    let start = ticks();
    let mut instance = load(&mut engine, &mut arena, image)?;
    let load_ticks = ticks().wrapping_sub(start);
    engine.begin(&mut instance, "run")?;
    let mut kernel = Kernel { seed, checksum: 0 };
    let mut fuel = 0;
    let start = ticks();
    loop {
        let activation = engine.resume(&mut instance, None, SLICE_FUEL, &mut kernel);
        fuel += activation.fuel;
        match activation.outcome {
            Outcome::Yielded => {}
            Outcome::Finished => break,
            _ => return Err(Status::Internal),
        }
    }
    let run_ticks = ticks().wrapping_sub(start);
    arena.free(engine.unload(instance));
    Ok(Run { load_ticks, run_ticks, checksum: kernel.checksum, fuel })
}

/// Ticks of `count` switches between two containers, without what the containers themselves run.
///
/// A slice of `n` units costs a switch and `n` times what a unit buys, so twice a slice of `n` less one
/// of `2 n` is a switch.
pub(crate) fn switch(image: &'static [u8], count: u32) -> Result<u32, Status> {
    const FUEL: u32 = 200;
    let mut arena = arena();
    let mut engine = engine::make(&mut arena).ok_or(Status::NoMemory)?;
    let mut first = load(&mut engine, &mut arena, image)?;
    let mut second = load(&mut engine, &mut arena, image)?;
    engine.begin(&mut first, "spin")?;
    engine.begin(&mut second, "spin")?;
    let mut time = |fuel: u32| {
        let start = ticks();
        for _ in 0..count / 2 {
            for instance in [&mut first, &mut second] {
                let mut kernel = Kernel { seed: 0, checksum: 0 };
                if engine.resume(instance, None, fuel, &mut kernel).outcome != Outcome::Yielded {
                    return Err(Status::Internal);
                }
            }
        }
        Ok(ticks().wrapping_sub(start))
    };
    time(FUEL)?;
    let (single, double) = (time(FUEL)?, time(2 * FUEL)?);
    Ok((2 * single).saturating_sub(double))
}
