// SPDX-License-Identifier: Apache-2.0
//! Build chores that want more than a line of shell.
//!
//! `cargo xtask` is for people and for build systems alike: what another program reads goes to stdout,
//! one line each; everything else goes to stderr. The jobs in `ci/` and the ports' CMake files call it, so
//! that how the archive is built is said once.
//!
//! It installs nothing: that is `ci/setup`'s.
#![forbid(unsafe_code)]

mod bindings;
mod cross;
mod dist;
mod header;
mod mangle;
mod run;
mod sizes;
mod wrappers;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask header [--check]
    Writes include/sampan.h from crates/sampan-capi; with --check, compares instead.
cargo xtask bindings [--check]
    Writes what crates/sampan-abi/host_calls.toml describes: guest header, Rust bindings, the core's table, reference
    page; with --check, compares instead.
cargo xtask staticlib --target TARGET [--features A,B] [--no-default-features]
    Builds libsampan.a for firmware and prints its path.
cargo xtask dist --target TARGET [--features A,B] [--no-default-features]
    Builds the package for people without Rust and prints its path.
cargo xtask esp-idf
    Builds the component for ESP-IDF and prints its path.
cargo xtask cmsis-pack
    Builds the CMSIS-Pack and prints its path.
cargo xtask cross TARGET CARGO-ARGUMENTS...
    Runs cargo for TARGET, building `core` from source where no precompiled one is installed.
cargo xtask sizes TARGET ARCHIVE
    Prints flash and RAM of libsampan.a's parts as JSON.

SAMPAN_RUST=debian makes staticlib and cross use Debian's Rust.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.split_first() {
        Some((command, rest)) => match command.as_str() {
            "bindings" => bindings::main(rest),
            "header" => header::main(rest),
            "staticlib" => cross::staticlib(rest),
            "dist" => dist::main(rest),
            "esp-idf" => wrappers::esp_idf(rest),
            "cmsis-pack" => wrappers::cmsis_pack(rest),
            "cross" => cross::main(rest),
            "sizes" => sizes::main(rest),
            "help" | "--help" | "-h" => {
                print!("{USAGE}");
                Ok(())
            }
            other => Err(format!("no subcommand {other}\n\n{USAGE}")),
        },
        None => Err(format!("a subcommand is missing\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
