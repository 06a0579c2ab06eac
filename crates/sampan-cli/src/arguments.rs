// SPDX-License-Identifier: Apache-2.0
//! The command line, and the help that explains it.

use crate::container_file::{
    ContainerFile, ContainerSettings, parse_env, parse_name, parse_permission, parse_priority, parse_share,
};
use crate::exit;
use crate::fake::Fake;
use crate::provide::Provided;
use crate::signing::DeviceArguments;
use crate::units::{parse_seconds, parse_size};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sampan_abi::limits::{MAX_SLICE_FUEL, MIN_SLICE_FUEL};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// Runs containers for microcontrollers on a development machine.
#[derive(Debug, Parser)]
#[command(name = "sampan", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run WebAssembly modules or signed images, each in a container of its own
    ///
    /// The runtime is the one that firmware links.
    ///
    /// A module is a WASI command: it exports `_start`, and may import WASI preview 1,
    /// `sampan:lifecycle`, and what --provide offers in the firmware's place. What it prints goes
    /// to standard output and error by lines, headed by the container's name in brackets when
    /// there are several. All else that sampan prints goes to standard error and begins with
    /// `sampan: `; so does the report at the end, if there are several containers or with -v.
    ///
    /// A signed image runs with --trust and --root, if the device that they describe would install it.
    /// Its policy decides what options decide for a module: budgets, arguments, environment and permissions.
    #[command(after_long_help = run_help(), verbatim_doc_comment)]
    Run(Box<RunArguments>),
    /// Make a packed image of a WebAssembly module, or an image to be signed of a description
    ///
    /// A packed image is register bytecode that the device verifies in one pass and runs in place: no
    /// translation, no memory for code. It isn't signed. The same module makes the same bytes.
    ///
    /// Of a file that ends with .toml, which docs/sign.md explains, it makes an image with a policy, for
    /// `sampan sign`.
    #[command(verbatim_doc_comment)]
    Pack(PackArguments),
    #[command(flatten)]
    Signing(crate::signing::Command),
    /// Print the code of a packed image
    Disasm(DisasmArguments),
    /// Compile a container from C, by clang with the right flags
    ///
    /// All of clang's own arguments may follow; they are handed on. CLANG names the compiler. The module's
    /// memory is measured in bytes and doesn't grow, the stack lies below the data so that its overflow
    /// traps, `malloc` is a small one with --heap bytes, and a build id and debug information are kept for
    /// `sampan pack`.
    #[command(verbatim_doc_comment, override_usage = "sampan cc [OPTIONS] <CLANG ARGUMENTS>...")]
    Cc(crate::cc::CompileArguments),
    /// Move a library of the firmware's into a container: make the shim and the program for it
    ///
    /// docs/lift-and-shift.md explains the description.
    #[command(verbatim_doc_comment)]
    Lift(crate::lift::LiftArguments),
    /// Make a module that was built for Ocre one that runs here
    ///
    /// It gets a memory of its own, with room for one message if it subscribes; all else stays as it was.
    #[command(verbatim_doc_comment)]
    Ocre(crate::ocre::OcreArguments),
    /// List the engines that this tool is linked with
    Engines,
}

/// The part of the help that doesn't concern a single option.
fn run_help() -> String {
    format!(
        "Units:\n\
         \x20 Sizes are bytes, or a number with k (1024) or M (1024 k). Fuel is the engine's measure of\n\
         \x20 work: about one unit for an instruction.\n\
         \n\
         Exit codes:\n{}\
         \x20 Of several containers, the first in the order of the command line that didn't end with 0\n\
         \x20 tells the code. If one can't be created, none is run.\n\
         \n\
         Examples:\n\
         \x20 sampan run app.wasm --arg --fast --env MODE=test\n\
         \x20 sampan run app.wasm --engine packed\n\
         \x20 sampan run app.wasm --engine both --seconds 10\n\
         \x20 sampan run app.wasm --memory 96k --stack 2k --arena 256k -v\n\
         \x20 sampan run control.wasm:share=300,priority=0 logger.wasm:share=100,memory=64k --seconds 10\n\
         \x20 sampan run app.wasm --provide 'env.read_temperature=()i:21' --provide 'env.set_led=(ii)' -v\n\
         \x20 sampan run app.wasm --permit log --permit gpio:led0\n\
         \x20 sampan run app.suit --trust trust.suit --root root1.pem.pub --root root2.pem.pub -v\n\
         \x20 sampan run app.wasm --seconds 60 --json | tail -n 1 | jq '.containers[0].memory'\n",
        exit::list()
    )
}

/// Which engine runs a plain module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineChoice {
    /// Modules by wasmi, packed images by the packed engine
    Auto,
    /// Modules are packed first
    Packed,
    /// Packed images are refused
    Wasmi,
    /// Each module alone, packed and on wasmi, and what differs is told
    Both,
}

impl EngineChoice {
    /// The word on the command line.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Packed => "packed",
            Self::Wasmi => "wasmi",
            Self::Both => "both",
        }
    }
}

#[derive(Debug, Default, Args)]
pub(crate) struct PackArguments {
    /// WebAssembly module, or a description that ends with .toml
    #[arg(value_name = "MODULE")]
    pub(crate) file: PathBuf,

    /// Image to write [default: the module's name with .spk, or the description's with .suit]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Most linear memory that a module which grows its memory may come to have [default: what it starts with]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) memory: Option<u32>,

    /// Most entries that a table which is grown may come to have [default: 64]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) table_entries: Option<u32>,

    /// Debug map to write: translates code offsets of faults to functions and module offsets
    #[arg(long, value_name = "FILE")]
    pub(crate) debug_map: Option<PathBuf>,

    /// Directory of the side file that keeps what is stripped, BUILD-ID.debug.wasm [default: the image's]
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) debug_dir: Option<PathBuf>,

    /// Leave the names of functions in the module of an image
    #[arg(long)]
    pub(crate) keep_names: bool,

    /// Sign the image of a description with this private key; may be repeated
    #[arg(short, long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
}

impl PackArguments {
    /// Packs a file without options.
    pub(crate) fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DisasmArguments {
    /// Packed image
    #[arg(value_name = "IMAGE")]
    pub(crate) file: PathBuf,
}

/// Which time the containers live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClockChoice {
    /// Time passes by the fuel that containers use, and jumps while all of them sleep
    Virtual,
    /// The machine's time
    Real,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Modules, packed or signed images, each with options of its own: FILE:key=value,key=value
    ///
    /// The keys are name, memory, stack, share, priority, arg, env and permit: what the options of the
    /// same name do for all containers. The last three may be repeated and add to those for all.
    /// A colon or comma is part of a path or value unless one of the keys and `=` follow it.
    #[arg(verbatim_doc_comment, value_name = "FILE", required = true,
          value_parser = OsStringValueParser::new().try_map(ContainerFile::parse))]
    pub(crate) files: Vec<ContainerFile>,

    /// Time limit: containers left then are killed [default: none]
    ///
    /// In seconds of the clock in use, fractions allowed.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) seconds: Option<u64>,

    /// Ask containers to stop at the time limit, and kill them this much later
    ///
    /// A container learns of it by `sampan:lifecycle` `stop-requested`, and a sleep ends early.
    /// In seconds.
    #[arg(verbatim_doc_comment, long, value_name = "SECONDS", default_value = "0", value_parser = parse_seconds)]
    pub(crate) grace: u64,

    /// Time that the containers live in
    #[arg(long, value_enum, default_value_t = ClockChoice::Virtual)]
    pub(crate) clock: ClockChoice,

    /// Engine that runs plain modules
    ///
    /// `both` runs each module twice and alone: packed, whose output is shown, and on wasmi. Arguments,
    /// random numbers and clock are the same; time passes by host calls and sleeps, not by fuel. Output
    /// lines, host calls, end and memory are compared, and a table tells what each engine took.
    #[arg(verbatim_doc_comment, long, value_enum, default_value_t = EngineChoice::Auto)]
    pub(crate) engine: EngineChoice,

    /// Fuel that takes one second of virtual time
    ///
    /// The default is about what a Cortex-M at 80 MHz does. With the real clock it has no meaning.
    #[arg(long, value_name = "FUEL", default_value_t = sampan_sim::Settings::FUEL_PER_SECOND)]
    pub(crate) speed: NonZeroU32,

    /// Fuel of one slice, after which another container may run
    #[arg(long, value_name = "FUEL", default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(i64::from(MIN_SLICE_FUEL)..=i64::from(MAX_SLICE_FUEL)))]
    pub(crate) slice: u32,

    /// Memory that all containers and the runtime's tables share, at most 1024M
    #[arg(long, value_name = "SIZE", default_value = "16M", value_parser = parse_arena)]
    pub(crate) arena: u32,

    /// Make random numbers from this seed, the same every time [default: the machine's random numbers]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// Offer a host function that firmware would: MODULE.NAME=TYPE:ANSWER
    ///
    /// TYPE is the parameters in parentheses, then the result: i is i32, I i64, f f32, F f64;
    /// `(iI)f` takes an i32 and an i64 and returns an f32. ANSWER is the number that every call
    /// returns (0 if left out), or `fail=CODE` to fail with that code, which ends the container,
    /// or `never` to leave the caller waiting. -v logs each call with its arguments. May be
    /// repeated.
    #[arg(verbatim_doc_comment, long, value_name = "FUNCTION")]
    pub(crate) provide: Vec<Provided>,

    /// Offer a device that a board would: KIND:NAME or KIND:NAME=STATE
    ///
    /// `gpio:led0` is an output, `gpio:key=100,250` an input that is active from 100 to 250 ms,
    /// `adc:light=2048` an input at that count of 4095, `i2c:bus=0x48` a bus with 256 registers at
    /// that address, `spi:loop` gives back what it's sent, `uart:gps=TEXT` is a line on which TEXT
    /// has come, `sensor:room=21500` measures 21.5. A container needs the permission for it. -v
    /// tells what became of outputs and lines. May be repeated.
    #[arg(verbatim_doc_comment, long = "device", value_name = "DEVICE")]
    pub(crate) fakes: Vec<Fake>,

    /// Offer sockets that reach one another, and nothing else
    #[arg(long)]
    pub(crate) net: bool,

    /// Print the report as JSON, in one line, the last of standard output
    #[arg(long)]
    pub(crate) json: bool,

    /// Tell what the runtime does, and report on a single container, too
    #[arg(short, long)]
    pub(crate) verbose: bool,

    // Last, since the heading of each holds for all that follows.
    #[command(flatten, next_help_heading = "Options for signed images")]
    pub(crate) device: DeviceArguments,

    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What applies to every container that has nothing else of its own.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for all containers")]
pub(crate) struct CommonArguments {
    /// Container's name; only with a single FILE [default: the file's name without extension]
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    name: Option<String>,

    /// Most memory: the engine's, stack and linear memory together [default: the engine's estimate]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    memory: Option<u32>,

    /// Stack of values and frames, beside what the module keeps in its linear memory [default: 4k]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    stack: Option<u32>,

    /// Weight of the CPU time against the other containers', 1 to 1000 [default: 100]
    #[arg(long, value_name = "N", value_parser = parse_share)]
    share: Option<u16>,

    /// Who goes first within its share, 0 (first) to 7 (last) [default: 0]
    #[arg(long, value_name = "N", value_parser = parse_priority)]
    priority: Option<u8>,

    /// Environment variable, KEY=value; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_env)]
    env: Vec<String>,

    /// Argument after the container's name; may be repeated
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    arg: Vec<String>,

    /// What a plain module may do beside log, clock and random, such as gpio:led0; may be repeated
    #[arg(long, value_name = "PERMISSION", value_parser = parse_permission)]
    permit: Vec<String>,
}

impl CommonArguments {
    /// As settings of one container.
    pub(crate) fn settings(&self) -> ContainerSettings {
        ContainerSettings {
            name: self.name.clone(),
            memory: self.memory,
            stack: self.stack,
            share: self.share,
            priority: self.priority,
            args: self.arg.clone(),
            env: self.env.clone(),
            permits: self.permit.clone(),
        }
    }

    /// Whether it names a container.
    pub(crate) const fn has_name(&self) -> bool {
        self.name.is_some()
    }
}

fn parse_arena(text: &str) -> Result<u32, String> {
    const MOST: u32 = 1 << 30;
    match parse_size(text)? {
        bytes if bytes <= MOST => Ok(bytes),
        _ => Err("too large: an arena is at most 1024M".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_and_names_every_exit_code() {
        Arguments::command().debug_assert();
        let help = run_help();
        assert!(exit::list().lines().all(|line| help.contains(line)));
    }

    #[test]
    fn defaults_are_those_of_the_core() {
        let Ok(Arguments { command: Command::Run(run) }) = Arguments::try_parse_from(["sampan", "run", "a"])
        else {
            panic!("a plain run is refused");
        };
        assert_eq!(run.slice, sampan_core::Config::default().slice_fuel);
        assert_eq!(run.common.settings(), ContainerSettings::default());
        assert_eq!((run.arena, run.seconds, run.grace), (16 << 20, None, 0));
        assert_eq!(sampan_core::ContainerOptions::DEFAULT_STACK_BYTES, 4096);
        assert_eq!(sampan_core::ContainerOptions::DEFAULT_SHARE, 100);
    }
}
