// SPDX-License-Identifier: Apache-2.0
//! Loads a module into an engine and takes its steps, in slices.
//!
//! The host side of a test lives here: the functions that report values, those of the testsuite's
//! `spectest`, and those of the fuzzer, one of which parks. Whatever the slices, a step must come to the
//! same end with the same reports, the same memory and the same fuel.

use crate::rewrite::{REPORT_MODULE, step_name};
use crate::subject::Subject;
use crate::{Random, Value};
use sampan_engine::{
    Engine, Host, HostFunction, HostReply, Limits, Linker, Outcome, Status, TrapKind, ValueType,
};

use ValueType::{F32, F64, I32, I64};

/// Guest stack of every instance: deep enough for the suite's honest recursion (`even 100`, `fac 25`),
/// small enough that its runaway recursion ends soon.
pub const LIMITS: Limits = Limits { stack_bytes: 64 * 1024 };

/// Module, name, parameters and results of a host function.
pub type Offered = (&'static str, &'static str, &'static [ValueType], &'static [ValueType]);

/// Every host function; the reports come first, then `spectest`, then those of fuzzed modules.
const OFFERED: [Offered; 18] = [
    (REPORT_MODULE, "report_i32", &[I32], &[]),
    (REPORT_MODULE, "report_i64", &[I64], &[]),
    (REPORT_MODULE, "report_f32", &[F32], &[]),
    (REPORT_MODULE, "report_f64", &[F64], &[]),
    (REPORT_MODULE, "report_null", &[I32], &[]),
    ("spectest", "print", &[], &[]),
    ("spectest", "print_i32", &[I32], &[]),
    ("spectest", "print_i64", &[I64], &[]),
    ("spectest", "print_f32", &[F32], &[]),
    ("spectest", "print_f64", &[F64], &[]),
    ("spectest", "print_i32_f32", &[I32, F32], &[]),
    ("spectest", "print_f64_f64", &[F64, F64], &[]),
    ("fuzz", "mix", &[I64, F32, I32, F64], &[I64]),
    ("fuzz", "poke", &[I32, I32], &[]),
    ("fuzz", "park", &[I32], &[I32]),
    ("fuzz", "half", &[F64], &[F64]),
    ("bench", "seed", &[], &[I32]),
    ("bench", "result", &[I32], &[]),
];

/// How many of the functions are reports; they come first.
pub const REPORT_COUNT: usize = crate::rewrite::REPORTS.len();

/// Every host function: module, name, parameters and results.
pub fn offered() -> impl Iterator<Item = Offered> {
    OFFERED.into_iter()
}

/// Whether `module` is one that this host offers functions of.
#[must_use]
pub fn is_offered(module: &str) -> bool {
    OFFERED.iter().any(|offered| offered.0 == module)
}

/// Which imports a load may resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imports {
    /// Those that this host offers.
    Offered,
    /// Any function at all: the module is loaded, and never run.
    Any,
}

impl Linker for Imports {
    fn resolve(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValueType],
        results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        if *self == Self::Any {
            return Ok(HostFunction(0));
        }
        let found = OFFERED.iter().position(|offered| offered.0 == module && offered.1 == name);
        let idx = found.ok_or(Status::UnknownImport)?;
        if (OFFERED[idx].2, OFFERED[idx].3) != (params, results) {
            return Err(Status::ImportType);
        }
        Ok(HostFunction(idx as u16))
    }
}

/// What a step reported, and what the next resume must answer.
#[derive(Default)]
struct Recorder {
    reports: Vec<Value>,
    pending: Option<u64>,
}

impl Host for Recorder {
    fn call(&mut self, function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply {
        let value = values.first().copied().unwrap_or(0);
        match OFFERED.get(usize::from(function.0)).map_or("", |offered| offered.1) {
            "report_i32" => self.reports.push(Value::I32(value as u32)),
            "report_i64" => self.reports.push(Value::I64(value)),
            "report_f32" => self.reports.push(Value::F32(value as u32)),
            "result" => self.reports.push(Value::I32(value as u32)),
            "seed" => values[0] = 0x5a3b,
            "report_f64" => self.reports.push(Value::F64(value)),
            "report_null" => self.reports.push(Value::IsNull(value != 0)),
            "mix" => {
                // NaN bits are the engine's to choose, so they mustn't reach an integer.
                let float = f32::from_bits(values[1] as u32);
                let double = f64::from_bits(values[3]);
                let bits = if float.is_nan() || double.is_nan() { 1 } else { values[1] ^ values[3] };
                values[0] = value.rotate_left(values[2] as u32 & 63) ^ bits;
            }
            "poke" => {
                if let Some(byte) = memory.get_mut(value as u32 as usize) {
                    *byte = values[1] as u8;
                }
            }
            "park" => {
                self.pending = Some(u64::from((value as u32).wrapping_mul(3).wrapping_add(1)));
                return HostReply::Park;
            }
            "half" => {
                let half = f64::from_bits(value) * 0.5;
                values[0] = if half.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { half.to_bits() };
            }
            _ => {}
        }
        HostReply::Return
    }
}

/// Fuel of a slice that is as large as a container's ever gets.
const WHOLE_SLICE_FUEL: u32 = 10_000_000;

/// Sizes of the slices that a step is run in.
#[derive(Clone, Debug)]
pub enum Slices {
    /// As large as they get.
    Whole,
    /// From 1 to 100 units of fuel, at random.
    Random(Random),
}

impl Slices {
    fn next_fuel(&mut self) -> u32 {
        match self {
            Self::Whole => WHOLE_SLICE_FUEL,
            Self::Random(random) => 1 + random.below(100),
        }
    }
}

/// How a step came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It returned, and reported these values.
    Returned(Vec<Value>),
    /// It trapped.
    Trapped(TrapKind),
    /// It used more fuel than a test may.
    Overrun,
    /// The engine gave it up, or came back in a way that no step causes.
    Failed(String),
}

/// One step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How it ended.
    pub end: End,
    /// Fuel that it used in all.
    pub fuel: u64,
}

/// Why a module can't be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the engine answered; what the packer refuses is a bad image or unsupported.
    pub status: Status,
    /// What is wrong, as the engine or the packer tells it.
    pub detail: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.status.text(), self.detail)
    }
}

/// An instance in its engine; [`Session::end`] gives its memory back.
pub struct Session<'s, S: Subject> {
    subject: &'s mut S,
    instance: <S::Engine as Engine>::Instance,
    fuel_limit: u64,
}

impl<'s, S: Subject> Session<'s, S> {
    /// Loads `image`, which [`Subject::build`] made.
    ///
    /// # Errors
    /// The engine's answer.
    pub fn load(
        subject: &'s mut S,
        image: &'static [u8],
        mut imports: Imports,
        fuel_limit: u64,
    ) -> Result<Self, Refusal> {
        let refusal = |status: Status, detail: &str| Refusal { status, detail: detail.to_owned() };
        let (engine, arena) = subject.parts();
        if !engine.accepts(image) {
            return Err(refusal(Status::BadImage, "not an image of this engine"));
        }
        let need = engine.memory_need(image, &LIMITS).map_err(|status| refusal(status, "memory_need"))?;
        let len = if need.exact { need.bytes as usize } else { S::REGION_LEN };
        let region = arena.allocate(len).ok_or_else(|| refusal(Status::NoMemory, "the test's arena"))?;
        match engine.load(image, region, &LIMITS, &mut imports) {
            Ok(instance) => Ok(Self { subject, instance, fuel_limit }),
            Err(error) => {
                arena.free(error.region);
                Err(refusal(error.status, error.detail))
            }
        }
    }

    /// Takes step `idx`; see [`crate::rewrite`].
    pub fn step(&mut self, idx: usize, slices: &mut Slices) -> Step {
        let (engine, _) = self.subject.parts();
        if let Err(status) = engine.begin(&mut self.instance, &step_name(idx)) {
            return Step { end: End::Failed(format!("begin: {}", status.text())), fuel: 0 };
        }
        let mut host = Recorder::default();
        let (mut fuel, mut slice_count) = (0, 0_u64);
        let end = loop {
            let reply = host.pending.take();
            let activation = engine.resume(&mut self.instance, reply, slices.next_fuel(), &mut host);
            fuel += activation.fuel;
            slice_count += 1;
            match activation.outcome {
                // A slice buys at least one unit, so an engine that makes progress never needs more slices.
                Outcome::Yielded if fuel > self.fuel_limit || slice_count > self.fuel_limit => {
                    break End::Overrun;
                }
                Outcome::Waiting if host.pending.is_none() => {
                    break End::Failed("it waits for nothing".to_owned());
                }
                Outcome::Yielded | Outcome::Waiting => {}
                Outcome::Finished => {
                    host.reports.reverse();
                    break End::Returned(host.reports);
                }
                Outcome::Trapped(kind) => break End::Trapped(kind),
                other @ (Outcome::Ended | Outcome::OutOfMemory | Outcome::EngineFault) => {
                    break End::Failed(format!("{other:?}"));
                }
            }
        };
        Step { end, fuel }
    }

    /// The linear memory as it is now.
    pub fn memory(&mut self) -> &[u8] {
        let (engine, _) = self.subject.parts();
        engine.memory(&mut self.instance)
    }

    /// Ends the instance. Whatever state it was in, its region comes back.
    pub fn end(self) {
        let (engine, arena) = self.subject.parts();
        let region = engine.unload(self.instance);
        arena.free(region);
    }
}
