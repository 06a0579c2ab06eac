// SPDX-License-Identifier: Apache-2.0
//! Runs a case through two engines and compares all that can be seen.
//!
//! An engine's slices must not show at all, not even in the fuel. Between engines fuel and depth of stack
//! are their own: a case is compared up to the first step that only those ended.

use crate::generate::Case;
use sampan_engine::{Status, TrapKind};
use sampan_spec_tests::rewrite::{RewriteError, instrument};
use sampan_spec_tests::session::{End, Imports, Refusal, Session, Slices, Step};
use sampan_spec_tests::subject::Subject;
use sampan_spec_tests::{Random, Value};

/// Fuel of one step: generated modules end long before, mutated ones may loop for ever.
const FUEL_LIMIT: u64 = 300_000;

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The engines agree in everything.
    Same,
    /// They agree until something that is an engine's own, or one of them doesn't take the module.
    Inconclusive(String),
    /// They differ, or one differs from itself.
    Different(String),
}

/// All that is seen of one engine.
struct Observation {
    steps: Vec<Step>,
    memory: Vec<u8>,
}

/// Runs `case` through both engines.
pub fn compare<A: Subject, B: Subject>(first: &mut A, second: &mut B, case: &Case, seed: u64) -> Verdict {
    let instrumented = match instrument(&case.wasm, &case.actions, &|_, _| None) {
        Ok(instrumented) => instrumented,
        Err(RewriteError::ImportsModule) => {
            return Verdict::Inconclusive("it imports what this host doesn't offer".to_owned());
        }
        Err(error) => return Verdict::Different(format!("the test can't instrument it: {error:?}")),
    };
    if let Some(Err(text)) = instrumented.steps.iter().find(|step| step.is_err()) {
        return Verdict::Different(format!("the test can't take a step: {text}"));
    }
    let count = case.actions.len();
    let observed =
        (observe(first, &instrumented.wasm, count, seed), observe(second, &instrumented.wasm, count, seed));
    let names = (first.name(), second.name());
    match observed {
        (Err(Trouble::Sliced(text)), _) => Verdict::Different(format!("{}: {text}", names.0)),
        (_, Err(Trouble::Sliced(text))) => Verdict::Different(format!("{}: {text}", names.1)),
        (Err(Trouble::Refused(refusal)), other) => refused(names.0, &refusal, other.is_ok()),
        (other, Err(Trouble::Refused(refusal))) => refused(names.1, &refusal, other.is_ok()),
        (Ok(first), Ok(second)) => agree(case, names, &first, &second),
    }
}

/// Why there is no observation.
enum Trouble {
    Refused(Refusal),
    Sliced(String),
}

fn observe<S: Subject>(
    subject: &mut S,
    wasm: &[u8],
    count: usize,
    seed: u64,
) -> Result<Observation, Trouble> {
    let image: &'static [u8] = subject.build(wasm).map_err(Trouble::Refused)?.leak();
    let mut whole = run(subject, image, count, Slices::Whole).map_err(Trouble::Refused)?;
    let sliced = run(subject, image, count, Slices::Random(Random::new(seed)))
        .map_err(|refusal| Trouble::Sliced(format!("loads only once: {refusal}")))?;
    for (idx, (one, other)) in whole.steps.iter().zip(&sliced.steps).enumerate() {
        // A step is cut off at the end of a slice, which is elsewhere when the slices are others.
        if one.end == End::Overrun || other.end == End::Overrun {
            if one.fuel.min(other.fuel) <= FUEL_LIMIT {
                return Err(Trouble::Sliced(format!("step {idx}: whole {one:?}, sliced {other:?}")));
            }
            whole.steps.truncate(idx);
            whole.steps.push(Step { end: End::Overrun, fuel: 0 });
            return Ok(whole);
        }
        if one != other {
            return Err(Trouble::Sliced(format!("step {idx}: whole {one:?}, sliced {other:?}")));
        }
    }
    if whole.memory != sliced.memory {
        return Err(Trouble::Sliced("slices show in memory".to_owned()));
    }
    Ok(whole)
}

fn run<S: Subject>(
    subject: &mut S,
    image: &'static [u8],
    count: usize,
    mut slices: Slices,
) -> Result<Observation, Refusal> {
    let mut session = Session::load(subject, image, Imports::Offered, FUEL_LIMIT)?;
    let mut steps = Vec::with_capacity(count);
    for idx in 0..count {
        let step = session.step(idx, &mut slices);
        let over = matches!(step.end, End::Overrun | End::Failed(_));
        steps.push(step);
        if over {
            break;
        }
    }
    let memory = session.memory().to_vec();
    session.end();
    Ok(Observation { steps, memory })
}

/// A module that one engine refuses and the other may run.
fn refused(name: &str, refusal: &Refusal, other_runs: bool) -> Verdict {
    match refusal.status {
        // Both find an active segment out of bounds while loading, each in its own words.
        _ if !other_runs => Verdict::Inconclusive(format!("{name} refuses: {refusal}")),
        Status::Unsupported | Status::NoMemory => Verdict::Inconclusive(format!("{name} refuses: {refusal}")),
        // It panics in its translation of some valid modules: see `reference.rs`.
        Status::Internal if name == "wasmi" => Verdict::Inconclusive(format!("{name} fails: {refusal}")),
        _ => Verdict::Different(format!("only {name} refuses it: {refusal}")),
    }
}

fn agree(case: &Case, names: (&str, &str), first: &Observation, second: &Observation) -> Verdict {
    for (idx, (one, other)) in first.steps.iter().zip(&second.steps).enumerate() {
        for (name, step) in [(names.0, one), (names.1, other)] {
            match &step.end {
                End::Failed(text) if text == "OutOfMemory" => {
                    return Verdict::Inconclusive(format!("{name} is out of memory"));
                }
                End::Failed(text) => {
                    return Verdict::Different(format!("{name} failed at step {idx}: {text}"));
                }
                End::Overrun => return Verdict::Inconclusive("a step is too long".to_owned()),
                End::Trapped(TrapKind::StackOverflow) => {
                    return Verdict::Inconclusive("a step is too deep".to_owned());
                }
                End::Returned(_) | End::Trapped(_) => {}
            }
        }
        if !same(&one.end, &other.end, case.canonical_nans) {
            return Verdict::Different(format!(
                "step {idx}, {:?}: {} {}, {} {}",
                case.actions[idx],
                names.0,
                show(&one.end),
                names.1,
                show(&other.end)
            ));
        }
    }
    if first.memory.len() != second.memory.len() {
        let lens = (first.memory.len(), second.memory.len());
        return Verdict::Different(format!("memory of {} and of {} bytes", lens.0, lens.1));
    }
    match first.memory.iter().zip(&second.memory).position(|(one, other)| one != other) {
        Some(at) => Verdict::Different(format!(
            "memory at {at:#x}: {} {:#04x}, {} {:#04x}",
            names.0, first.memory[at], names.1, second.memory[at]
        )),
        None => Verdict::Same,
    }
}

fn show(end: &End) -> String {
    match end {
        End::Returned(values) => {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            format!("returned [{}]", values.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn same(one: &End, other: &End, canonical_nans: bool) -> bool {
    match (one, other) {
        (End::Returned(one), End::Returned(other)) if !canonical_nans => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one == other || both_nan(*one, *other))
        }
        _ => one == other,
    }
}

/// Whether both are NaNs of one type: whose bits are an engine's to choose.
fn both_nan(one: Value, other: Value) -> bool {
    match (one, other) {
        (Value::F32(one), Value::F32(other)) => {
            f32::from_bits(one).is_nan() && f32::from_bits(other).is_nan()
        }
        (Value::F64(one), Value::F64(other)) => {
            f64::from_bits(one).is_nan() && f64::from_bits(other).is_nan()
        }
        _ => false,
    }
}
