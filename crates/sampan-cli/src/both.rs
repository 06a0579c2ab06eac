// SPDX-License-Identifier: Apache-2.0
//! `sampan run --engine both`: each module alone on each engine, and what differs.
//!
//! All that reaches a container is the same on both: arguments, environment, random numbers, and a clock
//! that host calls and sleeps move, but not fuel, which each engine counts in its own way. So a difference
//! is a defect: of an engine, or of whatever made the module.
//!
//! `trace.rs` notes what a container does, `compare.rs` compares.

use crate::arguments::{ClockChoice, EngineChoice, RunArguments};
use crate::compare::{Comparison, Observation, compare};
use crate::container_file::{ContainerFile, ContainerSettings};
use crate::exit::{self, ExitStatus};
use crate::provide::Names;
use crate::report::{ComparedFile, ComparisonReport};
use crate::run::{Created, Failure, RunCode, World, create, make_simulator, provide, run_to_end};
use crate::trace::{SharedTrace, Traced};
use crate::{engine, image, program, run};
use sampan_abi::{LogLevel, Status};
use sampan_platform::{Entropy, Log};
use sampan_sim::{ConsoleLog, Ending, LogLine, SimClock, SimEntropy};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The engines, the one first whose run is shown.
const ENGINES: [EngineChoice; 2] = [EngineChoice::Packed, EngineChoice::Wasmi];

/// Runs each file on both engines.
pub(crate) fn run(arguments: &RunArguments) -> Result<RunCode, Failure> {
    check(arguments)?;
    let console = Arc::new(ConsoleLog::new(arguments.verbose));
    let settings = run::container_settings(arguments)?;
    let seed = seed(arguments)?;
    if arguments.files.len() > 1 {
        console.show_names();
    }
    let mut files = Vec::new();
    for (file, settings) in arguments.files.iter().zip(&settings) {
        let mut observed = Vec::new();
        for choice in ENGINES {
            match observe(arguments, &console, (file, settings), choice, seed)? {
                Some(observation) => observed.push(observation),
                None => return Ok(RunCode::from(ExitStatus::Output)),
            }
        }
        let [first, second] = observed.as_slice() else {
            return Err(Failure::new(ExitStatus::Internal, "not every engine was run"));
        };
        let comparison = compare(first, second);
        tell(&console, first, &comparison, seed);
        files.push(ComparedFile::new(file.path.display().to_string(), &comparison, [first, second]));
    }
    let report = ComparisonReport::new(exit_code(&files), seed, files);
    let written = match arguments.json {
        true => writeln!(std::io::stdout(), "{}", report.json()?),
        false => writeln!(std::io::stderr(), "{}", report.table()),
    };
    if console.is_broken() || written.is_err() {
        return Ok(RunCode::from(ExitStatus::Output));
    }
    Ok(RunCode::of(report.exit_code()))
}

/// Refuses what can't be compared.
fn check(arguments: &RunArguments) -> Result<(), Failure> {
    let refuse = |text: &str| Err(Failure::new(ExitStatus::Usage, text));
    if arguments.clock == ClockChoice::Real {
        return refuse("--engine both needs --clock virtual: no two runs see the same real time");
    }
    if arguments.grace != 0 {
        return refuse("--grace has no meaning with --engine both: at the time limit a run is cut off");
    }
    for file in &arguments.files {
        // Of a signed image both codes are compared: its bytecode, and its module.
        let bytes = image::read(&file.path)?;
        if image::is_packed(&bytes) && !arguments.device.has_trust() {
            return Err(Failure::new(ExitStatus::BadImage, needs_module(&file.path)));
        }
    }
    Ok(())
}

fn needs_module(path: &Path) -> String {
    format!("{}: a packed image; --engine both needs the module that it was made of", path.display())
}

/// The seed that was given, or one for this run.
fn seed(arguments: &RunArguments) -> Result<u64, Failure> {
    if let Some(seed) = arguments.seed {
        return Ok(seed);
    }
    let mut bytes = [0; 8];
    SimEntropy::real()
        .fill(&mut bytes)
        .map_err(|_| Failure::new(ExitStatus::Internal, "the machine has no random numbers"))?;
    Ok(u64::from_le_bytes(bytes))
}

/// Runs one file on one engine; `None` if nobody reads the output any more.
fn observe(
    arguments: &RunArguments,
    console: &Arc<ConsoleLog>,
    (file, settings): (&ContainerFile, &ContainerSettings),
    choice: EngineChoice,
    seed: u64,
) -> Result<Option<Observation>, Failure> {
    let program = program::load(&file.path, choice, arguments.device.authority()?.as_ref())?;
    let log = Arc::new(RunLog::new(console, choice == ENGINES[0]));
    let (clock, trace) = (SimClock::virtual_time(), SharedTrace::default());
    let engine = engine::make_for_comparison()
        .ok_or_else(|| Failure::new(ExitStatus::Internal, "no engine can be made"))?;
    let world = World {
        containers: 1,
        clock: clock.clone(),
        entropy: SimEntropy::seeded(seed),
        log: Arc::<RunLog>::clone(&log),
    };
    let mut simulator = make_simulator(arguments, world, Traced::new(engine, clock, trace.clone()))?;
    let names = Names::default();
    provide(&mut simulator, arguments, &log, &names)?;
    let created = create(&mut simulator, console, file, settings, &program).map_err(|mut failure| {
        failure.text += &format!(" (on {})", choice.text());
        failure
    })?;
    log.creation_is_over();
    // Set once: the container is there.
    let _ = names.set(vec![(created.id, created.name.clone())]);
    // One that can't be started has ended for it, which is compared like any other end.
    let _ = simulator.runtime().start(created.id);
    let started = Instant::now();
    let budget_us = arguments.seconds.unwrap_or(u64::MAX);
    let is_over = |now_us: u64| now_us.saturating_add(fuel_us(arguments, trace.lock().fuel)) >= budget_us;
    let containers = [created];
    let ending = run_to_end(&mut simulator, console, arguments, &containers, is_over);
    let host_time = started.elapsed();
    if ending == Ending::BrokenOff {
        return Ok(None);
    }
    let [Created { id, .. }] = containers;
    let internal = |status: Status| Failure::new(ExitStatus::Internal, status.text());
    let status = simulator.runtime().status(id).map_err(internal)?;
    let mut stats = simulator.runtime().container_stats(id).map_err(internal)?;
    let trace = trace.lock().clone();
    stats.fuel = trace.fuel;
    stats.cpu_us = fuel_us(arguments, trace.fuel);
    let timed_out = ending == Ending::TimeLimit;
    Ok(Some(Observation { lines: log.take(), trace, status, stats, timed_out, host_time }))
}

/// Time that fuel takes at the speed that was chosen.
fn fuel_us(arguments: &RunArguments, fuel: u64) -> u64 {
    let us = u128::from(fuel) * 1_000_000 / u128::from(arguments.speed.get());
    u64::try_from(us).unwrap_or(u64::MAX)
}

fn tell(console: &ConsoleLog, first: &Observation, comparison: &Comparison, seed: u64) {
    let name = first.status.name.as_str();
    if comparison.differences.is_empty() {
        return console.say(&format!("{name}: the engines agree: {}", comparison.extent));
    }
    console.say(&format!("{name}: the engines differ (the same again: --seed {seed})"));
    for difference in &comparison.differences {
        console.say(&format!("{name}: {difference}"));
    }
}

/// [`ExitStatus::Difference`] if any module differs; else the code of the first that didn't end with 0.
fn exit_code(files: &[ComparedFile]) -> u8 {
    if files.iter().any(|file| !file.agrees()) {
        return ExitStatus::Difference as u8;
    }
    files.iter().flat_map(ComparedFile::exits).map(exit::of_container).find(|&code| code != 0).unwrap_or(0)
}

/// The log of one run: keeps what the container prints, and passes on what a person shall see.
#[derive(Debug)]
struct RunLog {
    console: Arc<ConsoleLog>,
    is_shown: bool,
    /// The console holds errors back while a container is created, whatever is shown.
    is_created: AtomicBool,
    lines: Mutex<Vec<LogLine>>,
}

impl RunLog {
    fn new(console: &Arc<ConsoleLog>, is_shown: bool) -> Self {
        Self {
            console: Arc::clone(console),
            is_shown,
            is_created: AtomicBool::new(false),
            lines: Mutex::default(),
        }
    }

    fn creation_is_over(&self) {
        self.is_created.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> Vec<LogLine> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Log for RunLog {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        // What the core tells by level: see `ConsoleLog`.
        if source != "sampan" && matches!(level, LogLevel::Info | LogLevel::Warning) {
            let text = String::from_utf8_lossy(line).into_owned();
            let line = LogLine { level, source: source.to_owned(), text };
            self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
        if self.is_shown || !self.is_created.load(Ordering::Relaxed) {
            self.console.line(level, source, line);
        }
    }
}
