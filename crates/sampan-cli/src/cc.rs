// SPDX-License-Identifier: Apache-2.0
//! `sampan cc`: clang, with the flags that a container wants.
//!
//! It only puts a command line together, which `-v` shows: the target, a memory measured in bytes and no larger
//! than the program needs, the stack below the data, a build id, and the sections that the tool's other commands
//! read. Everything that it doesn't know itself goes to clang as it is.

use crate::container_file::parse_permission;
use crate::exit::ExitStatus;
use crate::run::Failure;
use crate::units::parse_size;
use clap::Args;
use sampan_image::REQUEST_SECTION;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `malloc` is in a container.
const HEAP: &str = include_str!("cc/heap.c");
/// What a container written against Ocre's API needs beside its own sources.
const OCRE: &str = include_str!("cc/ocre.c");
/// Compilers that are tried, if `CLANG` names none.
const COMPILERS: [&str; 3] = ["clang-22", "clang-23", "clang"];
/// What clang is told in any case.
const FLAGS: [&str; 7] = [
    "--target=wasm32-wasi",
    "-Wno-deprecated",
    "-g",
    "-Wl,--page-size=1",
    "-Wl,--stack-first",
    "-Wl,--build-id=sha1",
    "-Wl,--fatal-warnings",
];

#[derive(Debug, Args)]
pub(crate) struct CompileArguments {
    /// Bytes of the stack, which is part of linear memory
    #[arg(long, value_name = "SIZE", default_value = "2k", value_parser = parse_size)]
    stack: u32,

    /// Bytes that `malloc` has; no memory is taken for it in a program that doesn't allocate
    #[arg(long, value_name = "SIZE", default_value = "1k", value_parser = parse_size)]
    heap: u32,

    /// Bytes of linear memory [default: what stack, data and heap need]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    memory: Option<u32>,

    /// Let the program grow its memory, which it otherwise can't
    #[arg(long)]
    grow: bool,

    /// Compile a container written against Ocre's guest API
    #[arg(long)]
    ocre: bool,

    /// Ask for a permission, such as log or gpio:led0; may be repeated
    #[arg(long, value_name = "PERMISSION", value_parser = parse_permission)]
    permit: Vec<String>,

    /// Show clang's command line
    #[arg(short, long)]
    verbose: bool,

    /// Sources, `-o`, and whatever else clang is to get
    #[arg(
        value_name = "CLANG ARGUMENTS",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    rest: Vec<OsString>,
}

/// `sampan cc`: runs clang; its own messages are its own.
pub(crate) fn run(arguments: &CompileArguments) -> Result<String, Failure> {
    let directory = Scratch::new()?;
    let heap = directory.file("heap.c", HEAP)?;
    let mut command = Command::new(compiler()?);
    command.args(FLAGS).args(optimization(arguments)).arg(relative_to(&directory.0, "sampan"));
    // The same sources make the same module, wherever they lie: no path of this machine is in it.
    command.args(env::current_dir().ok().map(|here| relative_to(&here, ".")));
    command.args(&arguments.rest);
    command.args(memory_flags(arguments)).arg(heap);
    command.arg(format!("-DSAMPAN_HEAP_BYTES={}", arguments.heap));
    if arguments.ocre {
        // Its functions are declared without a module, and imported from `env` for that.
        command.arg("-Wl,--allow-undefined").arg(directory.file("ocre.c", OCRE)?);
    }
    if !arguments.permit.is_empty() {
        command.arg(directory.file("permissions.c", &request(&arguments.permit))?);
    }
    if arguments.verbose {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        eprintln!("sampan: {}", words.join(" "));
    }
    let status = command.status().map_err(|error| {
        let program = command.get_program().to_string_lossy();
        Failure::new(ExitStatus::Unreadable, format!("{program}: can't be run: {error}"))
    })?;
    if status.success() {
        return Ok(String::new());
    }
    Err(Failure::new(ExitStatus::Compile, "clang made no module"))
}

/// A program is small unless its author says otherwise.
fn optimization(arguments: &CompileArguments) -> Option<&'static str> {
    let chosen = arguments.rest.iter().any(|word| word.as_encoded_bytes().starts_with(b"-O"));
    (!chosen).then_some("-Os")
}

fn memory_flags(arguments: &CompileArguments) -> Vec<String> {
    let mut flags = vec![format!("-Wl,-z,stack-size={}", arguments.stack.next_multiple_of(16))];
    flags.extend(arguments.memory.map(|bytes| format!("-Wl,--initial-memory={bytes}")));
    if !arguments.grow {
        flags.push("-Wl,--no-growable-memory".to_owned());
    }
    flags
}

/// The flag that has debug information tell files of `directory` by another name.
fn relative_to(directory: &Path, name: &str) -> OsString {
    let mut flag = OsString::from("-ffile-prefix-map=");
    flag.push(directory);
    flag.push(format!("={name}"));
    flag
}

/// Source of the section that asks for permissions.
fn request(permissions: &[String]) -> String {
    let lines = permissions.iter().map(|permission| {
        let quoted = escaped(&escaped(permission));
        format!("        \".ascii \\\"{quoted}\\\\n\\\"\\n\"\n")
    });
    format!(
        "__asm__(\".section .custom_section.{REQUEST_SECTION},\\\"\\\",@\\n\"\n{}        \".text\\n\");\n",
        lines.collect::<String>()
    )
}

/// A text as it stands between quotes, in C and in its assembler alike.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn compiler() -> Result<OsString, Failure> {
    if let Some(named) = env::var_os("CLANG") {
        return Ok(named);
    }
    let directories: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    let found = COMPILERS.iter().find(|name| directories.iter().any(|place| place.join(name).is_file()));
    found.map(OsString::from).ok_or_else(|| {
        let text = format!("there is no {}: install it, or name one by CLANG", COMPILERS.join(", "));
        Failure::new(ExitStatus::Unreadable, text)
    })
}

/// A directory that is gone with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let path = env::temp_dir().join(format!("sampan-cc-{}", std::process::id()));
        match std::fs::create_dir(&path) {
            Ok(()) => Ok(Self(path)),
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.0.join(name);
        std::fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left over is small, and lies where such things are cleaned up.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ExitStatus::Output, format!("{}: can't be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_a_text_within_a_text() {
        let source = request(&["log".to_owned(), "msg.pub:a\\b\"".to_owned()]);
        assert_eq!(
            source,
            "__asm__(\".section .custom_section.sampan.permissions,\\\"\\\",@\\n\"\n        \
             \".ascii \\\"log\\\\n\\\"\\n\"\n        \
             \".ascii \\\"msg.pub:a\\\\\\\\b\\\\\\\"\\\\n\\\"\\n\"\n        \".text\\n\");\n"
        );
    }
}
