// SPDX-License-Identifier: Apache-2.0
//! `spec-bundle ENGINE OUT`: writes half of the testsuite as one file, for an engine on a microcontroller to run.
//!
//! Every second unit is taken, if it's small enough for a machine with 4 MB of RAM. Each step that holds on
//! this host is in there with what the testsuite expects of it; the others are taken and not judged.
//! All numbers are 32-bit and little-endian, images are aligned to 16 bytes:
//!
//! - file: `SPEC`, number of units, length of the file, 0; the units, each at a multiple of 16
//! - unit: size of its head, size of its image, number of steps, length of its name, the name, then its steps; the image
//! - step: its number, how it ends (0 anyhow, 1 with these results, 2 with one of these traps), then the
//!   number of results and those, or a mask of trap kinds
//! - result: type (0 to 4: i32, i64, f32, f64, is null), how it's compared (0 bits, 1 canonical NaN, 2
//!   arithmetic NaN), low and high half
#![forbid(unsafe_code)]

use sampan_engine_wasmi::RegionAllocator;
use sampan_spec_tests::rewrite::{Action, instrument};
use sampan_spec_tests::script::{self, Expected, Pattern, Script, ScriptStep, Unit};
use sampan_spec_tests::session::{Imports, Session, Slices, Step};
use sampan_spec_tests::skip::{self, Failure};
use sampan_spec_tests::subject::{Packed, Subject, Wasmi};
use sampan_spec_tests::{Value, suite};
use std::alloc::System;
use std::process::ExitCode;

/// Confines what wasmi allocates to the region of the instance; all else comes from the system.
#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);

/// Largest image and linear memory of a unit that is taken.
const MAX_IMAGE_BYTES: usize = 128 * 1024;
const MAX_MEMORY_BYTES: usize = 256 * 1024;

/// Fuel of a step on this host, so that none takes a machine that is emulated too long.
const FUEL_LIMIT: u64 = 2_000_000;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let result = match args.as_slice() {
        [engine, out] if engine == "packed" => write(&mut Packed::with_memory(MAX_MEMORY_BYTES as u32), out),
        [engine, out] if engine == "wasmi" => Wasmi::new().and_then(|mut wasmi| write(&mut wasmi, out)),
        _ => Err("usage: spec-bundle packed|wasmi OUT".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("spec-bundle: {message}");
            ExitCode::FAILURE
        }
    }
}

fn write<S: Subject>(subject: &mut S, out: &str) -> Result<(), String> {
    let (mut bytes, mut units, mut judged) = (b"SPEC\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(), 0_u32, 0);
    let mut count = 0;
    for test in script::tests() {
        let name = script::name(&test);
        let script = script::read(&test)?;
        for unit in script.units.iter().filter(|unit| !unit.traps && !unit.steps.is_empty()) {
            count += 1;
            if count % 2 == 0
                && let Some((unit, steps)) = encode(subject, &script, unit, &name)
            {
                bytes.extend(unit);
                units += 1;
                judged += steps;
            }
        }
    }
    let len = bytes.len() as u32;
    bytes.splice(4..12, [units.to_le_bytes(), len.to_le_bytes()].concat());
    println!("{units} units, {judged} assertions, {} bytes", bytes.len());
    std::fs::write(out, bytes).map_err(|error| format!("{out}: {error}"))
}

/// A unit and how many of its steps are judged; `None` if it can't be run, or only by a larger machine.
fn encode<S: Subject>(subject: &mut S, script: &Script, unit: &Unit, test: &str) -> Option<(Vec<u8>, usize)> {
    let steps = unit.steps.iter().map(|step| step.action.clone());
    let actions: Vec<_> = [Action::Start].into_iter().chain(steps).collect();
    let constants = |module: &str, name: &str| script.constant(unit.line, module, name);
    let instrumented = instrument(&unit.wasm, &actions, &constants).ok()?;
    let image: &'static [u8] = subject.build(&instrumented.wasm).ok()?.leak();
    let mut session = Session::load(subject, image, Imports::Offered, FUEL_LIMIT).ok()?;
    let taken: Vec<Option<Step>> = (0..actions.len())
        .map(|idx| instrumented.steps[idx].is_ok().then(|| session.step(idx, &mut Slices::Whole)))
        .collect();
    let memory_len = session.memory().len();
    session.end();
    if image.len() > MAX_IMAGE_BYTES || memory_len > MAX_MEMORY_BYTES {
        return None;
    }
    let mut head = Words(Vec::new());
    let rules = skip::parse(skip::LIST).ok()?;
    let engine = format!("{}-target", subject.name());
    let skipped = |step: &ScriptStep| {
        let failure =
            Failure { test: test.to_owned(), line: step.line, class: "result", text: String::new() };
        rules.iter().any(|rule| rule.is_of_target() && rule.covers(&engine, &failure))
    };
    let (mut judged, mut count) = (0, 0);
    for (idx, taken) in taken.iter().enumerate() {
        let Some(taken) = taken else { continue };
        count += 1;
        head.put(idx as u32);
        let expected = idx.checked_sub(1).and_then(|idx| unit.steps.get(idx));
        match expected
            .filter(|step| suite::judge_step(step, taken).is_ok() && !skipped(step))
            .map(|step| &step.expected)
        {
            Some(Expected::Results(patterns)) => {
                judged += 1;
                head.put(1);
                head.put(patterns.len() as u32);
                patterns.iter().for_each(|pattern| head.pattern(pattern, taken));
            }
            Some(Expected::Trap(kinds)) => {
                judged += 1;
                head.put(2);
                head.put(kinds.iter().fold(0, |mask, kind| mask | 1 << *kind as u32));
            }
            Some(Expected::Return) | None => head.put(0),
        }
    }
    let mut name = format!("{test}:{}", unit.line).into_bytes();
    name.resize(name.len().next_multiple_of(4), b' ');
    let head_len = (16 + name.len() + head.0.len()).next_multiple_of(16);
    let mut bytes = Words(Vec::new());
    for word in [head_len, image.len(), count, name.len()] {
        bytes.put(word as u32);
    }
    let mut bytes = [bytes.0, name, head.0].concat();
    bytes.resize(head_len, 0);
    bytes.extend_from_slice(image);
    bytes.resize(bytes.len().next_multiple_of(16), 0);
    Some((bytes, judged))
}

struct Words(Vec<u8>);

impl Words {
    fn put(&mut self, word: u32) {
        self.0.extend(word.to_le_bytes());
    }

    /// A NaN's type isn't in its pattern; the step that was taken tells it.
    fn pattern(&mut self, pattern: &Pattern, taken: &Step) {
        let (comparison, value) = match pattern {
            Pattern::Exactly(value) => (0, *value),
            Pattern::CanonicalNan => (1, nan(taken)),
            Pattern::ArithmeticNan | Pattern::Unsupported => (2, nan(taken)),
        };
        let (value_type, bits) = match value {
            Value::I32(value) => (0, u64::from(value)),
            Value::I64(value) => (1, value),
            Value::F32(bits) => (2, u64::from(bits)),
            Value::F64(bits) => (3, bits),
            Value::IsNull(is_null) => (4, u64::from(is_null)),
            Value::NullFunction | Value::NullExtern => (4, 1),
        };
        for word in [value_type, comparison, bits as u32, (bits >> 32) as u32] {
            self.put(word);
        }
    }
}

/// A NaN that the step returned; they're all of one type in the suite.
fn nan(taken: &Step) -> Value {
    let is_nan = |value: &Value| match *value {
        Value::F32(bits) => f32::from_bits(bits).is_nan(),
        Value::F64(bits) => f64::from_bits(bits).is_nan(),
        _ => false,
    };
    match &taken.end {
        sampan_spec_tests::session::End::Returned(values) => {
            values.iter().copied().find(is_nan).unwrap_or(Value::F32(0x7fc0_0000))
        }
        _ => Value::F32(0x7fc0_0000),
    }
}
