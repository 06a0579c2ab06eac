// SPDX-License-Identifier: Apache-2.0
//! `sampan run`: creates a container for each file, runs them, and tells how it went.

use crate::arguments::{ClockChoice, EngineChoice, RunArguments};
use crate::container_file::{ContainerFile, ContainerSettings};
use crate::engine::{self, HostEngine};
use crate::exit::{self, ExitStatus};
use crate::program::{self, Program, Signed};
use crate::provide::Names;
use crate::report::{Container, Report};
use crate::units::seconds;
use crate::{both, fake, image};
use sampan_abi::{ContainerId, ContainerState, ExitReason, Status, limits};
use sampan_core::{Config, ContainerOptions};
use sampan_engine::Engine;
use sampan_image::{Effective, MAX_PERMISSIONS, Permissions};
use sampan_platform::{Clock, Log};
use sampan_sim::{ConsoleLog, Ending, Settings, SharedLog, SimClock, SimEntropy, Simulator};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// Why nothing was run.
pub(crate) struct Failure {
    pub(crate) status: ExitStatus,
    /// One line, for people.
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(status: ExitStatus, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
}

/// What the tool ends with: one of its own codes, or a container's.
pub(crate) struct RunCode(u8);

impl RunCode {
    /// A code that [`exit`] made.
    pub(crate) const fn of(code: u8) -> Self {
        Self(code)
    }
}

impl From<ExitStatus> for RunCode {
    fn from(status: ExitStatus) -> Self {
        Self(status as u8)
    }
}

impl From<RunCode> for std::process::ExitCode {
    fn from(code: RunCode) -> Self {
        Self::from(code.0)
    }
}

/// A container that was created.
pub(crate) struct Created {
    pub(crate) id: ContainerId,
    pub(crate) name: String,
    file: String,
}

/// What a simulation is made of beside what the command line says.
pub(crate) struct World {
    pub(crate) containers: usize,
    pub(crate) clock: SimClock,
    pub(crate) entropy: SimEntropy,
    pub(crate) log: SharedLog,
}

/// Runs what the command line asks for.
pub(crate) fn run(arguments: &RunArguments) -> Result<RunCode, Failure> {
    if arguments.engine == EngineChoice::Both {
        return both::run(arguments);
    }
    let log = Arc::new(ConsoleLog::new(arguments.verbose));
    let settings = container_settings(arguments)?;
    let authority = arguments.device.authority()?;
    let world = World {
        containers: arguments.files.len(),
        clock: match arguments.clock {
            ClockChoice::Virtual => SimClock::virtual_time(),
            ClockChoice::Real => SimClock::real_time(),
        },
        entropy: arguments.seed.map_or_else(SimEntropy::real, SimEntropy::seeded),
        log: Arc::<ConsoleLog>::clone(&log),
    };
    let engine = engine::make().ok_or_else(|| Failure::new(ExitStatus::Internal, "no engine can be made"))?;
    let mut simulator = make_simulator(arguments, world, engine)?;
    let names = Names::default();
    provide(&mut simulator, arguments, &log, &names)?;
    let files = arguments.files.iter().zip(&settings);
    let created: Result<Vec<_>, Failure> = files
        .map(|(file, settings)| {
            let program = program::load(&file.path, arguments.engine, authority.as_ref())?;
            Ok((create(&mut simulator, &log, file, settings, &program)?, program.signed))
        })
        .collect();
    let (created, signed): (Vec<Created>, Vec<Option<Signed>>) = created?.into_iter().unzip();
    if created.len() > 1 {
        log.show_names();
    }
    // Set once: the containers are all there.
    let _ = names.set(created.iter().map(|container| (container.id, container.name.clone())).collect());
    for (container, signed) in created.iter().zip(&signed) {
        if let Some(signed) = signed {
            tell_policy(&log, arguments, &container.name, signed);
        }
        // A container that can't be started has ended for it, and the log and the report say why.
        let _ = simulator.runtime().start(container.id);
    }
    let ending = run_to_end(&mut simulator, &log, arguments, &created, |_| false);
    if arguments.verbose {
        fake::report(&arguments.fakes, simulator.devices()).iter().for_each(|line| log.say(line));
    }
    conclude(&mut simulator, &log, arguments, &created, ending)
}

/// Tells what a signed image is held to, where that is wanted.
fn tell_policy(log: &ConsoleLog, arguments: &RunArguments, name: &str, signed: &Signed) {
    if !arguments.verbose {
        return;
    }
    log.say(&format!("{name}: {}", signed.describe()));
    let left_out = signed.left_out();
    if !left_out.is_empty() {
        log.say(&format!("{name}: not carried out here: {}", left_out.join(", ")));
    }
}

/// What each container is given, names made complete and unique.
pub(crate) fn container_settings(arguments: &RunArguments) -> Result<Vec<ContainerSettings>, Failure> {
    let files = &arguments.files;
    if files.len() > limits::MAX_CONTAINERS {
        let text = format!("{} containers are more than {}", files.len(), limits::MAX_CONTAINERS);
        return Err(Failure::new(ExitStatus::Usage, text));
    }
    if files.len() > 1 && arguments.common.has_name() {
        let text = "--name is for a single FILE; write FILE:name=NAME";
        return Err(Failure::new(ExitStatus::Usage, text));
    }
    let common = arguments.common.settings();
    if arguments.device.has_trust() {
        // The image names its container, and all else is its policy's.
        let nothing = ContainerSettings::default();
        if files.iter().any(|file| file.own.over(&common) != nothing) {
            let text = "options for containers are for plain modules: a signed image's policy has them";
            return Err(Failure::new(ExitStatus::Usage, text));
        }
        return Ok(vec![nothing; files.len()]);
    }
    let mut taken: Vec<String> = files.iter().filter_map(|file| file.own.name.clone()).collect();
    let mut settings = Vec::new();
    for file in files {
        let mut own = file.own.over(&common);
        let name = own.name.take().unwrap_or_else(|| {
            let name = unused_name(&file.path, &taken);
            taken.push(name.clone());
            name
        });
        settings.push(ContainerSettings { name: Some(name), ..own });
    }
    Ok(settings)
}

/// A name after the file, numbered if it's taken.
fn unused_name(path: &Path, taken: &[String]) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let base: String = stem.chars().filter(allowed).collect();
    let base = if base.is_empty() || base == "sampan" { "app" } else { &base };
    let numbered = (1_usize..).map(|number| {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let kept = base.len().min(limits::MAX_NAME.saturating_sub(suffix.len()));
        // ASCII only, so any length is a boundary.
        format!("{}{suffix}", base.get(..kept).unwrap_or(""))
    });
    numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default()
}

/// Makes a simulation with an arena of its own.
pub(crate) fn make_simulator<E: Engine>(
    arguments: &RunArguments,
    world: World,
    engine: E,
) -> Result<Simulator<E>, Failure> {
    let twice = |name| Failure::new(ExitStatus::Usage, format!("--device: {name} is there already"));
    let settings = Settings {
        arena_bytes: arguments.arena as usize,
        config: Config {
            max_containers: world.containers,
            max_host_functions: arguments.provide.len(),
            slice_fuel: arguments.slice,
            ..Config::default()
        },
        clock: world.clock,
        fuel_per_second: arguments.speed,
        entropy: world.entropy,
        log: world.log,
        devices: fake::make(&arguments.fakes, arguments.net).map_err(twice)?,
    };
    Simulator::new(settings, engine).map_err(|status| match status {
        Status::NoMemory => Failure::new(
            ExitStatus::OutOfMemory,
            format!("an arena of {} bytes can't hold the runtime; see --arena", arguments.arena),
        ),
        Status::InvalidArgument => {
            Failure::new(ExitStatus::Usage, format!("more than {} --provide", limits::MAX_HOST_FUNCTIONS))
        }
        other => Failure::new(ExitStatus::Internal, other.text()),
    })
}

/// Registers what the command line provides.
pub(crate) fn provide<E: Engine, L: Log + Send + Sync + 'static>(
    simulator: &mut Simulator<E>,
    arguments: &RunArguments,
    log: &Arc<L>,
    names: &Names,
) -> Result<(), Failure> {
    for provided in &arguments.provide {
        // The runtime keeps names for ever; there are a few of them in one process.
        let module = provided.module.clone().leak();
        let name = provided.name.clone().leak();
        let function = provided.function(Arc::clone(log), Arc::clone(names));
        let registered = simulator.register(module, name, &provided.signature.to_string(), function);
        registered.map_err(|status| {
            let wrong = match status {
                Status::Duplicate => "is there already".to_owned(),
                _ => format!("needs names of 1 to {} bytes, not of sampan's own", limits::MAX_IMPORT_NAME),
            };
            let import = format!("{}.{}", provided.module, provided.name);
            Failure::new(ExitStatus::Usage, format!("--provide: {import} {wrong}"))
        })?;
    }
    Ok(())
}

/// What programs of WASI need; a module without a signature has it unasked.
const WASI_PERMISSIONS: [&str; 3] = ["clock", "log", "random"];

/// Creates the container of a program.
pub(crate) fn create<E: Engine>(
    simulator: &mut Simulator<E>,
    log: &ConsoleLog,
    file: &ContainerFile,
    settings: &ContainerSettings,
    program: &Program,
) -> Result<Created, Failure> {
    let policy = program.signed.as_ref().map(Signed::settings);
    let settings = policy.as_ref().unwrap_or(settings);
    let shown = file.path.display().to_string();
    let fail = |status, wrong: &str| Failure::new(status, format!("{shown}: {wrong}"));
    let name = settings.name.clone().unwrap_or_default();
    let args: Vec<&[u8]> = std::iter::once(&name).chain(&settings.args).map(|text| text.as_bytes()).collect();
    let env: Vec<&[u8]> = settings.env.iter().map(|text| text.as_bytes()).collect();
    let permits: Vec<&str> =
        WASI_PERMISSIONS.into_iter().chain(settings.permits.iter().map(String::as_str)).collect();
    let granted = Permissions::of_texts(&permits).map_err(|_| {
        Failure::new(ExitStatus::Usage, format!("more than {MAX_PERMISSIONS} permissions for {name}"))
    })?;
    let options = match &program.signed {
        Some(signed) => {
            ContainerOptions { name: name.as_bytes(), args: &args, env: &env, ..signed.options() }
        }
        None => ContainerOptions {
            name: name.as_bytes(),
            args: &args,
            env: &env,
            memory_limit: settings.memory.unwrap_or(0),
            stack_bytes: settings.stack.unwrap_or(0),
            share: settings.share.unwrap_or(0),
            priority: settings.priority.unwrap_or(0),
            permissions: Effective::granted(granted),
            ..ContainerOptions::default()
        },
    };
    let (created, errors) = log.holding_errors(|| simulator.runtime().create(program.code, &options));
    let id =
        created.map_err(|status| fail(ExitStatus::of_status(status), &explain(status, program, &errors)))?;
    Ok(Created { id, name, file: shown })
}

/// What was wrong with a file, in one line. `errors` are the runtime's lines on it, the cause first.
fn explain(status: Status, program: &Program, errors: &[String]) -> String {
    let image = program.code;
    // The last line only says that there is no container.
    let cause = match errors {
        [cause, _, ..] => cause.as_str(),
        _ => "",
    };
    let what = match status {
        Status::BadImage if image::is_packed(image) => "broken packed image",
        Status::BadImage if !image.starts_with(b"\0asm") => return not_a_module(image),
        Status::BadImage => "broken WebAssembly module",
        Status::UnknownImport | Status::ImportType => return cause.to_owned(),
        Status::NoEntry => return "exports no function `_start` without parameters and results".to_owned(),
        Status::InvalidArgument => "refused",
        Status::Duplicate => "the name is another container's",
        other => other.text(),
    };
    let hint = match (status, &program.signed) {
        (Status::NoMemory, None) => " (see --memory, --stack and --arena)",
        (Status::NoMemory, Some(_)) => " (see the budgets of its policy, and --arena)",
        _ => "",
    };
    if cause.is_empty() { format!("{what}{hint}") } else { format!("{what}: {cause}{hint}") }
}

fn not_a_module(image: &[u8]) -> String {
    let start: Vec<String> = image.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    match start.len() {
        0 => "not a WebAssembly module: the file is empty".to_owned(),
        _ => format!("not a WebAssembly module: it begins with {}, not 00 61 73 6d", start.join(" ")),
    }
}

/// Runs until all is over, and lets the time limit have its effect. It's also reached when `is_over` says so,
/// which is asked for each time.
pub(crate) fn run_to_end<E: Engine>(
    simulator: &mut Simulator<E>,
    log: &ConsoleLog,
    arguments: &RunArguments,
    created: &[Created],
    is_over: impl Fn(u64) -> bool,
) -> Ending {
    let watch = |_: &mut Simulator<E>| match log.is_broken() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let limit_us = arguments.seconds.unwrap_or(u64::MAX);
    let ending = simulator.run(limit_us, |simulator| match is_over(simulator.clock().now_us()) {
        true => ControlFlow::Break(()),
        false => watch(simulator),
    });
    let is_limit = ending == Ending::TimeLimit || ending == Ending::BrokenOff && !log.is_broken();
    if !is_limit {
        return ending;
    }
    let deadline_us = simulator.clock().now_us().saturating_add(arguments.grace);
    for container in created {
        // One that has ended meanwhile refuses, and that is well.
        let _ = match arguments.grace {
            0 => simulator.runtime().kill(container.id),
            _ => simulator.runtime().stop(container.id, deadline_us),
        };
    }
    match simulator.run(u64::MAX, watch) {
        Ending::BrokenOff => Ending::BrokenOff,
        _ => Ending::TimeLimit,
    }
}

/// Tells how each container ended, and prints the report if one is wanted.
fn conclude(
    simulator: &mut Simulator<HostEngine>,
    log: &ConsoleLog,
    arguments: &RunArguments,
    created: &[Created],
    ending: Ending,
) -> Result<RunCode, Failure> {
    if ending == Ending::BrokenOff {
        return Ok(RunCode(ExitStatus::Output as u8));
    }
    let time_us = simulator.clock().now_us();
    let internal = |status: Status| Failure::new(ExitStatus::Internal, status.text());
    let mut exit_code = 0;
    let mut containers = Vec::new();
    for container in created {
        let status = simulator.runtime().status(container.id).map_err(internal)?;
        let stats = simulator.runtime().container_stats(container.id).map_err(internal)?;
        let code = exit::of_container(status.exit);
        if exit_code == 0 {
            exit_code = code;
        }
        if let Some(remark) = remark(status.state, status.exit, code, arguments) {
            log.say(&format!("{}: {remark}", container.name));
        }
        containers.push(Container::new(container.file.clone(), &status, &stats));
    }
    let report = Report::new(ending, exit_code, time_us, &simulator.runtime().stats(), containers);
    let mut written = Ok(());
    if arguments.json {
        let json = report.json().map_err(|error| Failure::new(ExitStatus::Internal, error.to_string()))?;
        written = writeln!(std::io::stdout(), "{json}");
    } else if arguments.verbose || created.len() > 1 {
        written = writeln!(std::io::stderr(), "{}", report.table());
    }
    if log.is_broken() || written.is_err() {
        return Ok(RunCode(ExitStatus::Output as u8));
    }
    Ok(RunCode(exit_code))
}

/// What the runtime's own lines don't tell of a container's end.
fn remark(
    state: ContainerState,
    exit: Option<ExitReason>,
    code: u8,
    arguments: &RunArguments,
) -> Option<String> {
    match exit {
        None => Some(format!("{}, and waits for what nobody will bring", state.text())),
        Some(ExitReason::Killed) => {
            Some(format!("killed at the time limit of {}", seconds(arguments.seconds.unwrap_or(0))))
        }
        Some(reason) if code == ExitStatus::ForeignCode as u8 => Some(format!("{reason} is outside 0 to 63")),
        Some(_) => None,
    }
}
