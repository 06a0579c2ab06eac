// SPDX-License-Identifier: Apache-2.0
//! The `sampan` tool.
//!
//! `sampan pack` makes packed images, and images to be signed; `sampan sign` and its like keep watch over
//! those. `sampan run` puts modules and images into containers of the same core and engine that firmware
//! links, and says by its exit code what became of them. What it prints by itself goes to standard error,
//! in lines that begin with `sampan: `; standard output belongs to the containers.
#![forbid(unsafe_code)]

mod arguments;
mod both;
mod cc;
mod compare;
mod container_file;
mod description;
mod engine;
mod exit;
mod fake;
mod image;
mod lift;
mod ocre;
mod program;
mod provide;
mod report;
mod run;
mod signing;
mod trace;
mod trimmed;
mod units;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use exit::ExitStatus;
use sampan_engine_wasmi::RegionAllocator;
use std::alloc::System;
use std::io::Write;
use std::process::ExitCode;

/// Serves each container's engine from the container's own memory, and everyone else from the system.
#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);

fn main() -> ExitCode {
    if std::env::args_os().len() < 2 {
        return complain(ExitStatus::Usage, &Arguments::command().render_help().to_string());
    }
    match Arguments::try_parse() {
        Ok(Arguments { command: Command::Run(arguments) }) => match run::run(&arguments) {
            Ok(code) => code.into(),
            Err(failure) => complain(failure.status, &format!("sampan: {}\n", failure.text)),
        },
        Ok(Arguments { command: Command::Pack(arguments) }) => tell(image::pack(&arguments)),
        Ok(Arguments { command: Command::Disasm(arguments) }) => tell(image::disassemble(&arguments.file)),
        Ok(Arguments { command: Command::Signing(command) }) => tell(signing::run(&command)),
        Ok(Arguments { command: Command::Cc(arguments) }) => tell(cc::run(&arguments)),
        Ok(Arguments { command: Command::Lift(arguments) }) => tell(lift::run(&arguments)),
        Ok(Arguments { command: Command::Ocre(arguments) }) => tell(ocre::run(&arguments)),
        Ok(Arguments { command: Command::Engines }) => print(&engine::list()),
        Err(error) if error.use_stderr() => {
            complain(ExitStatus::Usage, &format!("sampan: {}\n", one_line(&error)))
        }
        // Help or version, asked for.
        Err(text) => print(&text.render().to_string()),
    }
}

/// Prints what came out, or why nothing did.
fn tell(result: Result<String, run::Failure>) -> ExitCode {
    match result {
        Ok(text) => print(&text),
        Err(failure) => complain(failure.status, &format!("sampan: {}\n", failure.text)),
    }
}

/// What was wrong with the command line, without the usage that follows it.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let wrong = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
    format!("{} (see --help)", wrong.collect::<Vec<_>>().join(" "))
}

/// Writes to standard error, where it can, and ends with `status`.
fn complain(status: ExitStatus, text: &str) -> ExitCode {
    // The exit code tells as much to whoever has closed standard error.
    let _ = std::io::stderr().write_all(text.as_bytes());
    status.into()
}

/// Writes to standard output; it may be closed.
fn print(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitStatus::Output.into(),
    }
}
