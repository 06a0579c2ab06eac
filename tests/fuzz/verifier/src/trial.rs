// SPDX-License-Identifier: Apache-2.0
//! Loads one image into blocks of exact size, and runs whatever the verifier accepts.
//!
//! What must hold, and is a finding else: a load either refuses the image or is content with the memory that
//! it asked for; an activation that comes back because of its fuel has used it up; none uses more than it was
//! given and one charge; and nothing outside of image and region is accessed, which a sanitizer sees.
//! That each activation comes back at all is the caller's to watch.

use crate::header::{Parts, words};
use fastrand::Rng;
use sampan_engine::{
    Engine, Host, HostFunction, HostReply, Limits, Linker, Location, Outcome, Region, Status, TrapKind,
    ValueType,
};
use sampan_engine_packed::{PackedEngine, PackedInstance};
use sampan_packed_format::image::EXPORT_WORDS;
use sampan_packed_format::{BULK_PER_FUEL, BULK_STEP, CALL_CHARGE};
use std::collections::HashMap;

/// Guest stack: small, so that running out of it is tried too.
const LIMITS: Limits = Limits { stack_bytes: 2048 };
/// Larger regions are loaded into none: the verifier is done before it misses it.
const MAX_REGION: u32 = 512 << 10;
/// Exports of one image that are run.
const MAX_RUNS: usize = 6;
/// Fuel of one run.
const RUN_FUEL: u64 = if cfg!(miri) { 150 } else { 4000 };
/// Frames that are asked for.
const FRAMES: usize = 8;
/// What a region holds before it's used.
const UNUSED: u8 = 0xa5;

/// What came of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The verifier refused it.
    Refused,
    /// It was accepted, but wants more memory than a trial has.
    TooLarge,
    /// It was accepted, and so many of its exports were run.
    Ran(usize),
}

/// Runs images one after the other.
#[derive(Debug, Default)]
pub struct Trial {
    engine: PackedEngine,
    /// Regions of images before, by their size: an exact block is used again for the next need of that size.
    regions: HashMap<u32, Vec<Region>>,
}

impl Trial {
    /// A trial without any memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads `image`, and runs it if it's accepted. `seed` decides on slices, answers of the host, and exports.
    ///
    /// # Errors
    /// What must not be: a finding.
    pub fn run(&mut self, image: &[u8], seed: u64) -> Result<Verdict, String> {
        let mut rng = Rng::with_seed(seed);
        let mut linker = AnyLinker { refuses: rng.u32(..50) == 0 };
        // An image stays where it is for ever, as in flash; whoever runs many trials ends the process at times.
        let image: &'static [u8] = image.to_vec().leak();
        let need = match self.engine.memory_need(image, &LIMITS) {
            Ok(need) if need.bytes <= MAX_REGION => need.bytes,
            // The load must say the same, or at least do without.
            Ok(_) | Err(_) => 0,
        };
        let region = self.region(need);
        let mut instance = match self.engine.load(image, region, &LIMITS, &mut linker) {
            Ok(instance) => instance,
            Err(error) => {
                self.keep(error.region);
                return match error.status {
                    Status::BadImage | Status::Unsupported => Ok(Verdict::Refused),
                    Status::UnknownImport if linker.refuses => Ok(Verdict::Refused),
                    Status::NoMemory if need == 0 => Ok(Verdict::TooLarge),
                    other => Err(format!("a load with {need} bytes: {}: {}", other.text(), error.detail)),
                };
            }
        };
        let found = self.run_exports(&mut instance, image, &mut linker, &mut rng);
        let region = self.engine.unload(instance);
        self.keep(region);
        found.map(Verdict::Ran)
    }

    /// A heap block of exactly `len` bytes.
    fn region(&mut self, len: u32) -> Region {
        let used = self.regions.get_mut(&len).and_then(Vec::pop);
        used.unwrap_or_else(|| Region::from(vec![UNUSED; len as usize].leak()))
    }

    fn keep(&mut self, region: Region) {
        self.regions.entry(region.len() as u32).or_default().push(region);
    }

    fn run_exports(
        &mut self,
        instance: &mut PackedInstance,
        image: &'static [u8],
        linker: &mut AnyLinker,
        rng: &mut Rng,
    ) -> Result<usize, String> {
        let charge = largest_charge(image)?;
        let mut names = exports(image)?;
        rng.shuffle(&mut names);
        names.truncate(MAX_RUNS);
        for name in &names {
            if self.engine.begin(instance, name).is_err() {
                return Err(format!("the exported {name:?} can't be begun"));
            }
            self.run_one(instance, charge, rng)?;
            let is_reset = rng.u32(..4) == 0;
            if is_reset && self.engine.reset(instance, linker).is_err() && !linker.refuses {
                return Err("what was loaded can't be reset".to_owned());
            }
        }
        Ok(names.len())
    }

    /// Runs what was begun, in slices of all sizes, until it ends or has had enough.
    fn run_one(&mut self, instance: &mut PackedInstance, charge: u64, rng: &mut Rng) -> Result<(), String> {
        let mut host = RandomHost { rng: rng.fork() };
        let mut reply = None;
        let mut fuel = 0;
        while fuel <= RUN_FUEL {
            let given = match rng.u32(..4) {
                0 => 0,
                1 => 1,
                2 => rng.u32(..100),
                _ => rng.u32(..2000),
            };
            let activation = self.engine.resume(instance, reply.take(), given, &mut host);
            fuel += activation.fuel;
            if activation.fuel > u64::from(given) + charge {
                let used = activation.fuel;
                return Err(format!("{used} units of fuel where {given} and {charge} are the most"));
            }
            self.look(instance);
            match activation.outcome {
                Outcome::Yielded if activation.fuel <= u64::from(given) => {
                    return Err(format!("it came back with {} of {given} units used", activation.fuel));
                }
                Outcome::Yielded => {}
                Outcome::Waiting => reply = Some(rng.u64(..)),
                Outcome::Finished | Outcome::Ended | Outcome::Trapped(_) => return Ok(()),
                other => return Err(format!("{other:?}")),
            }
        }
        // Broken off: the next export needs an instance that runs nothing.
        self.engine
            .reset(instance, &mut AnyLinker { refuses: false })
            .map_err(|status| status.text().to_owned())
    }

    /// Looks at whatever an instance shows.
    fn look(&mut self, instance: &mut PackedInstance) {
        let mut frames = [Location { function: 0, offset: 0 }; FRAMES];
        let count = self.engine.frames(instance, &mut frames);
        std::hint::black_box(frames.get(..count));
        let memory = self.engine.memory(instance);
        std::hint::black_box((memory.first(), memory.last()));
    }
}

/// Most fuel that is charged at once: a call with all words of the function, which no jump back exceeds; a step
/// of a bulk operation; or a frame set to zero.
fn largest_charge(image: &[u8]) -> Result<u64, String> {
    let words = words(image);
    let parts = Parts::of(&words).ok_or("an image without a header was accepted")?;
    let mut most = BULK_STEP / BULK_PER_FUEL + 1;
    for idx in 0..parts.header.functions as usize {
        let (_, len, slots) =
            parts.function(&words, idx).ok_or("an image with broken functions was accepted")?;
        most = most.max(len as u32 + CALL_CHARGE).max(slots / BULK_PER_FUEL);
    }
    Ok(u64::from(most))
}

/// Names of the exports.
fn exports(image: &[u8]) -> Result<Vec<String>, String> {
    let words = words(image);
    let parts = Parts::of(&words).ok_or("an image without a header was accepted")?;
    let [.., exports, blob, _] = parts.rest;
    let record = |idx: usize| {
        let at = exports + idx * EXPORT_WORDS;
        let (offset, len) = (*words.get(at)? as usize, (words.get(at + 1)? & 0xffff) as usize);
        let name = image.get(blob * 4 + offset..)?.get(..len)?;
        // Only text can be asked for.
        Some(String::from_utf8(name.to_vec()).ok())
    };
    let names: Option<Vec<Option<String>>> = (0..parts.header.exports as usize).map(record).collect();
    Ok(names.ok_or("an image with broken exports was accepted")?.into_iter().flatten().collect())
}

/// Links everything, or nothing.
struct AnyLinker {
    refuses: bool,
}

impl Linker for AnyLinker {
    fn resolve(
        &mut self,
        _module: &str,
        _name: &str,
        params: &[ValueType],
        _results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        if self.refuses { Err(Status::UnknownImport) } else { Ok(HostFunction(params.len() as u16)) }
    }
}

/// Answers anything in any way, and writes where it may.
struct RandomHost {
    rng: Rng,
}

impl Host for RandomHost {
    fn call(&mut self, function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply {
        // One value a parameter, and room for a result.
        assert_eq!(values.len(), usize::from(function.0).max(1));
        values[0] = self.rng.u64(..);
        if !memory.is_empty() {
            let at = self.rng.usize(..memory.len());
            memory[at] = self.rng.u8(..);
        }
        match self.rng.u32(..20) {
            0 => HostReply::End,
            1 => HostReply::Trap(TrapKind::Unreachable),
            2..5 => HostReply::Park,
            _ => HostReply::Return,
        }
    }
}
