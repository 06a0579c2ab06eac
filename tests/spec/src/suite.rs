// SPDX-License-Identifier: Apache-2.0
//! Runs a test through one engine and judges what comes of it.
//!
//! Every unit is run once in whole slices and several times in random ones; an assertion passes
//! if it holds each time, and the runs must agree in every bit, in memory, and in the fuel used.

use crate::Random;
use crate::rewrite::{self, Action, Instrumented, RewriteError};
use crate::script::{Check, Expected, Script, ScriptStep, Unit, Verdict};
use crate::session::{End, Imports, Refusal, Session, Slices, Step};
use crate::skip::Failure;
use crate::subject::Subject;
use sampan_engine::Status;

/// Fuel of one step; the longest of the suite takes less than a tenth of it.
const FUEL_LIMIT: u64 = 50_000_000;

/// How many assertions held, and which did not.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Assertions that held.
    pub passed: usize,
    /// Those that did not.
    pub failures: Vec<Failure>,
}

/// One unit, run once: how its load or its steps ended, and its memory in the end.
type Run = Result<(Vec<Step>, Vec<u8>), Refusal>;

/// Judges one test with one engine.
pub struct Suite<'s, S> {
    subject: &'s mut S,
    /// Name of the test.
    test: String,
    /// How many runs with random slices there are beside the one with whole slices.
    sliced_runs: u64,
    /// Line of the first unit that wasn't run because of its imports; it may have changed what others see.
    import_line: usize,
    report: Report,
}

impl<'s, S: Subject> Suite<'s, S> {
    /// Makes ready to judge the test named `test`.
    pub fn new(subject: &'s mut S, test: String, sliced_runs: u64) -> Self {
        Self { subject, test, sliced_runs, import_line: usize::MAX, report: Report::default() }
    }

    /// Runs all of it.
    #[must_use]
    pub fn judge(mut self, script: &Script) -> Report {
        for check in &script.checks {
            let verdict = self.check(check);
            self.record(check.line, verdict);
        }
        let instrumented: Vec<_> = script.units.iter().map(|unit| self.instrument(script, unit)).collect();
        for (unit, instrumented) in script.units.iter().zip(instrumented) {
            self.unit(unit, instrumented);
        }
        self.report
    }

    fn record(&mut self, line: usize, verdict: Result<(), (&'static str, String)>) {
        match verdict {
            Ok(()) => self.report.passed += 1,
            Err((class, text)) => {
                self.report.failures.push(Failure { test: self.test.clone(), line, class, text });
            }
        }
    }

    fn check(&mut self, check: &Check) -> Result<(), (&'static str, String)> {
        let imports = match check.verdict {
            Verdict::Unlinkable => Imports::Offered,
            Verdict::Valid | Verdict::Refused => Imports::Any,
        };
        match (check.verdict, self.load(&check.wasm, imports)) {
            (Verdict::Valid, Ok(())) => Ok(()),
            (Verdict::Valid, Err(refusal)) if refusal.status == Status::NoMemory => Ok(()),
            (Verdict::Valid, Err(refusal)) => Err(("load", refusal.to_string())),
            // An engine may find it too large before it finds it invalid.
            (Verdict::Refused, Err(Refusal { status, detail })) => match status {
                Status::BadImage | Status::Unsupported | Status::NoMemory => Ok(()),
                _ => Err(("refusal", format!("{}: {detail}", status.text()))),
            },
            (Verdict::Refused, Ok(())) => Err(("accepted", "an invalid module was accepted".to_owned())),
            (Verdict::Unlinkable, Err(Refusal { status, .. })) => match status {
                Status::UnknownImport | Status::ImportType | Status::Unsupported => Ok(()),
                _ => Err(("refusal", status.text().to_owned())),
            },
            (Verdict::Unlinkable, Ok(())) => Err(("accepted", "it was linked all the same".to_owned())),
        }
    }

    /// Loads a module as it is, and drops it.
    fn load(&mut self, wasm: &[u8], imports: Imports) -> Result<(), Refusal> {
        let image = self.subject.build(wasm)?.leak();
        Session::load(self.subject, image, imports, 0).map(Session::end)
    }

    fn instrument(&mut self, script: &Script, unit: &Unit) -> Result<Instrumented, RewriteError> {
        let steps = unit.steps.iter().map(|step| step.action.clone());
        let actions: Vec<_> = [Action::Start].into_iter().chain(steps).collect();
        let constants = |module: &str, name: &str| script.constant(unit.line, module, name);
        let instrumented = rewrite::instrument(&unit.wasm, &actions, &constants);
        if instrumented.is_err() {
            self.import_line = self.import_line.min(unit.line);
        }
        instrumented
    }

    fn unit(&mut self, unit: &Unit, instrumented: Result<Instrumented, RewriteError>) {
        let instrumented = match instrumented {
            Ok(instrumented) => instrumented,
            Err(RewriteError::ImportsModule) => {
                return self.whole_unit(unit, "import", "it imports from another module");
            }
            Err(RewriteError::Unreadable(text)) => return self.whole_unit(unit, "unreadable", &text),
        };
        // The module itself must load too, where the engine gets to see all that is in it.
        if !unit.traps && rewrite::is_plain(&unit.wasm) {
            let verdict = self.load(&unit.wasm, Imports::Any);
            self.record(unit.line, verdict.map_err(|refusal| ("bare-load", refusal.to_string())));
        }
        let image = match self.subject.build(&instrumented.wasm) {
            Ok(image) => image.leak(),
            Err(refusal) => return self.refused(unit, &refusal),
        };
        let runs: Vec<Run> = (0..=self.sliced_runs)
            .map(|seed| {
                let slices = if seed == 0 { Slices::Whole } else { Slices::Random(Random::new(seed)) };
                run(self.subject, image, &instrumented.steps, slices)
            })
            .collect();
        self.judge_runs(unit, &instrumented.steps, &runs);
    }

    /// A unit that couldn't be run for `class`: every assertion of it failed so.
    fn whole_unit(&mut self, unit: &Unit, class: &'static str, text: &str) {
        for line in [unit.line].into_iter().chain(unit.steps.iter().map(|step| step.line)) {
            self.record(line, Err((class, text.to_owned())));
        }
    }

    fn refused(&mut self, unit: &Unit, refusal: &Refusal) {
        match refusal.status {
            // Segments that don't fit: the load is where an engine finds that.
            Status::BadImage | Status::Unsupported if unit.traps => self.record(unit.line, Ok(())),
            _ => self.whole_unit(unit, "load", &refusal.to_string()),
        }
    }

    fn judge_runs(&mut self, unit: &Unit, possible: &[Result<(), String>], runs: &[Run]) {
        let whole = match runs.first() {
            Some(Ok(whole)) => whole,
            Some(Err(refusal)) => return self.refused(unit, refusal),
            None => return,
        };
        let started = match whole.0.first().map(|step| &step.end) {
            Some(End::Trapped(_)) if unit.traps => Ok(()),
            Some(End::Returned(_)) if !unit.traps => Ok(()),
            other => Err(("start", format!("{other:?}"))),
        };
        self.record(unit.line, started);
        let mut after_host_reference = false;
        for (idx, step) in unit.steps.iter().enumerate() {
            let idx = idx + 1;
            let verdict = match (possible.get(idx), whole.0.get(idx)) {
                (Some(Err(_)), _) if step.host_reference => Err(("host-reference", String::new())),
                (Some(Err(text)), _) => Err(("action", text.clone())),
                (_, Some(taken)) => judge_step(step, taken).and_then(|()| agree(idx, taken, runs)),
                (_, None) => Err(("action", "it wasn't taken".to_owned())),
            };
            // What couldn't be done before may be why this differs.
            let verdict = verdict.map_err(|(class, text)| match class {
                "result" | "trap" if step.line > self.import_line => ("after-import", text),
                "result" | "trap" if after_host_reference => ("after-host-reference", text),
                _ => (class, text),
            });
            after_host_reference |= step.host_reference;
            self.record(step.line, verdict);
        }
        for run in runs {
            if !matches!(run, Ok((_, memory)) if *memory == whole.1) {
                self.record(unit.line, Err(("slices", "memory differs in the end".to_owned())));
            }
        }
    }
}

fn run<S: Subject>(
    subject: &mut S,
    image: &'static [u8],
    possible: &[Result<(), String>],
    mut slices: Slices,
) -> Run {
    let mut session = Session::load(subject, image, Imports::Offered, FUEL_LIMIT)?;
    let mut steps = Vec::with_capacity(possible.len());
    for (idx, possible) in possible.iter().enumerate() {
        steps.push(match possible {
            Ok(()) => session.step(idx, &mut slices),
            Err(_) => Step { end: End::Failed("not possible".to_owned()), fuel: 0 },
        });
    }
    let memory = session.memory().to_vec();
    session.end();
    Ok((steps, memory))
}

/// Whether a step ended as it must; the class of failure if not, and what came instead.
///
/// # Errors
/// The class and a text.
pub fn judge_step(step: &ScriptStep, taken: &Step) -> Result<(), (&'static str, String)> {
    if step.host_reference {
        return Err(("host-reference", String::new()));
    }
    let as_expected = match (&step.expected, &taken.end) {
        (Expected::Return, End::Returned(_)) => true,
        (Expected::Trap(expected), End::Trapped(kind)) => expected.contains(kind),
        (Expected::Results(patterns), End::Returned(values)) => {
            patterns.len() == values.len()
                && patterns.iter().zip(values).all(|(pattern, value)| pattern.matches(*value))
        }
        _ => false,
    };
    if as_expected {
        return Ok(());
    }
    let class = match (&step.expected, &taken.end) {
        (_, End::Failed(_)) => "engine",
        (_, End::Overrun) => "overrun",
        (Expected::Trap(_), _) | (_, End::Trapped(_)) => "trap",
        _ => "result",
    };
    Err((class, format!("{:?}: expected {:?}, got {:?}", step.action, step.expected, taken.end)))
}

/// Whether every run took step `idx` as `taken` did.
fn agree(idx: usize, taken: &Step, runs: &[Run]) -> Result<(), (&'static str, String)> {
    for run in runs {
        match run {
            Ok((steps, _)) if steps.get(idx) == Some(taken) => {}
            Ok((steps, _)) => {
                return Err(("slices", format!("whole: {taken:?}, sliced: {:?}", steps.get(idx))));
            }
            Err(refusal) => return Err(("slices", format!("loads only once: {refusal}"))),
        }
    }
    Ok(())
}
