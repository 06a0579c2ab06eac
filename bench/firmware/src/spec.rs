// SPDX-License-Identifier: Apache-2.0
//! Runs a bundle of the WebAssembly testsuite; `tests/spec/src/bin/spec-bundle.rs` writes it and has its format.

use crate::board::{arena, print};
use crate::engine;
use sampan_engine::{
    Activation, Arena, Engine, Host, HostFunction, HostReply, Limits, Linker, Outcome, Status, ValueType,
};

/// As the host's runner has it, where the bundle was made.
const LIMITS: Limits = Limits { stack_bytes: 64 * 1024 };
/// Region of an instance whose need isn't known exactly.
const REGION_LEN: usize = 2 << 20;
/// Results of one step, at most.
const MAX_RESULTS: usize = 32;
/// Failures that are named; all are counted.
const MAX_NAMED: u32 = 20;

/// What came of a bundle.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) units: u32,
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

/// Reads words, and bytes, off the front; past the end they are 0 or none.
struct Words<'b>(&'b [u8]);

impl<'b> Words<'b> {
    fn next(&mut self) -> u32 {
        let Some((word, rest)) = self.0.split_first_chunk::<4>() else { return 0 };
        self.0 = rest;
        u32::from_le_bytes(*word)
    }

    fn bytes(&mut self, len: usize) -> &'b [u8] {
        let (bytes, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        bytes
    }
}

/// Types and bits of what a step reports, last result first.
struct Recorder {
    values: [(u32, u64); MAX_RESULTS],
    len: usize,
}

struct Imports;

impl Linker for Imports {
    fn resolve(
        &mut self,
        _module: &str,
        name: &str,
        _params: &[ValueType],
        _results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        let names = ["report_i32", "report_i64", "report_f32", "report_f64", "report_null"];
        let idx = names.iter().position(|known| *known == name).unwrap_or(names.len());
        Ok(HostFunction(idx as u16))
    }
}

impl Host for Recorder {
    fn call(&mut self, function: HostFunction, values: &mut [u64], _memory: &mut [u8]) -> HostReply {
        if function.0 < 5
            && let (Some(place), Some(bits)) = (self.values.get_mut(self.len), values.first())
        {
            *place = (u32::from(function.0), *bits);
            self.len += 1;
        }
        HostReply::Return
    }
}

/// Runs every unit of `bundle`, in slices of 1 to 100 units of fuel and in whole ones by turns.
pub(crate) fn run(bundle: &'static [u8]) -> Counts {
    let mut counts = Counts::default();
    let mut words = Words(bundle);
    if words.bytes(4) != b"SPEC" {
        return counts;
    }
    let units = words.next();
    words.bytes(8);
    let mut arena = arena();
    let Some(mut engine) = engine::make(&mut arena) else { return counts };
    for _ in 0..units {
        let mut head = Words(words.0);
        let (head_len, image_len) = (head.next() as usize, head.next() as usize);
        words.bytes(head_len);
        let image = words.bytes(image_len);
        words.bytes(image_len.next_multiple_of(16) - image_len);
        unit(&mut engine, &mut arena, head, image, &mut counts);
        counts.units += 1;
    }
    counts
}

fn unit<E: Engine>(
    engine: &mut E,
    arena: &mut Arena,
    mut head: Words<'static>,
    image: &'static [u8],
    counts: &mut Counts,
) {
    let (steps, name_len) = (head.next(), head.next() as usize);
    let name = core::str::from_utf8(head.bytes(name_len)).unwrap_or("?").trim_end();
    let mut instance = match load(engine, arena, image) {
        Ok(instance) => instance,
        Err(status) => return fail(counts, name, "load", status.text()),
    };
    for number in 0..steps {
        let idx = head.next();
        let mut host = Recorder { values: [(0, 0); MAX_RESULTS], len: 0 };
        let mut buffer = STEP_NAME;
        let step_name = step_name(idx, &mut buffer);
        let activation = step(engine, &mut instance, step_name, number, &mut host);
        match (head.next(), activation.outcome) {
            (1, outcome) => {
                let expected = head.next() as usize;
                let mut equal = outcome == Outcome::Finished && expected == host.len;
                for idx in 0..expected {
                    let value = host.values.get(expected - 1 - idx).copied().unwrap_or_default();
                    equal &= same(&mut head, value);
                }
                if equal {
                    counts.passed += 1;
                } else {
                    fail(counts, name, step_name, "results differ");
                }
            }
            (2, outcome) => {
                let mask = head.next();
                match outcome {
                    Outcome::Trapped(kind) if mask & 1 << kind as u32 != 0 => counts.passed += 1,
                    _ => fail(counts, name, step_name, "not the trap that was expected"),
                }
            }
            _ => {}
        }
    }
    arena.free(engine.unload(instance));
}

fn load<E: Engine>(engine: &mut E, arena: &mut Arena, image: &'static [u8]) -> Result<E::Instance, Status> {
    let need = engine.memory_need(image, &LIMITS)?;
    let len = if need.exact { need.bytes as usize } else { REGION_LEN };
    let region = arena.allocate(len).ok_or(Status::NoMemory)?;
    engine.load(image, region, &LIMITS, &mut Imports).map_err(|error| {
        arena.free(error.region);
        error.status
    })
}

fn step<E: Engine>(
    engine: &mut E,
    instance: &mut E::Instance,
    name: &str,
    number: u32,
    host: &mut Recorder,
) -> Activation {
    if engine.begin(instance, name).is_err() {
        return Activation { outcome: Outcome::EngineFault, fuel: 0 };
    }
    let mut fuel = if number.is_multiple_of(2) { 1_000_000 } else { 1 };
    loop {
        let activation = engine.resume(instance, None, fuel, host);
        if activation.outcome != Outcome::Yielded {
            return activation;
        }
        fuel = if number.is_multiple_of(2) { fuel } else { fuel % 100 + 7 };
    }
}

/// Room for the longest name of a step.
const STEP_NAME: [u8; 15] = *b"step#0000000000";

/// `step#` and the number.
fn step_name(idx: u32, buffer: &mut [u8; 15]) -> &str {
    let (mut rest, mut at) = (idx, buffer.len());
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    buffer.copy_within(0..5, at - 5);
    core::str::from_utf8(&buffer[at - 5..]).unwrap_or("")
}

/// Reads a result off `head` and compares.
fn same(head: &mut Words<'_>, (value_type, bits): (u32, u64)) -> bool {
    let (expected_type, comparison) = (head.next(), head.next());
    let expected = u64::from(head.next()) | u64::from(head.next()) << 32;
    let (sign, quiet) = match expected_type {
        2 => (1 << 31, 0x7fc0_0000),
        _ => (1 << 63, 0x7ff8_0000_0000_0000),
    };
    value_type == expected_type
        && match comparison {
            0 if value_type == 4 => (bits != 0) == (expected != 0),
            0 => bits == expected,
            1 => bits & !sign == quiet,
            _ => bits & quiet == quiet,
        }
}

fn fail(counts: &mut Counts, unit: &str, step: &str, text: &str) {
    counts.failed += 1;
    if counts.failed <= MAX_NAMED {
        for part in [unit, ", ", step, ": ", text, "\n"] {
            print(part);
        }
    }
}
