// SPDX-License-Identifier: Apache-2.0
//! What is generated from the one description of the guest ABI, `crates/sampan-abi/host_calls.toml`.
//!
//! Header and bindings for guests, the table that the core's dispatcher reads, and the reference page: all
//! are checked in, and `--check` tells whether one differs.

mod c;
mod core;
mod describe;
mod page;
mod rust;

use crate::run::{root, run, target_dir};
use std::process::Command;

/// First line of what is generated, after the licence.
const ORIGIN: &str =
    "Generated from crates/sampan-abi/host_calls.toml by `cargo xtask bindings`; do not edit.";

/// `cargo xtask bindings [--check]`
pub(crate) fn main(args: &[String]) -> Result<(), String> {
    let check = match args {
        [] => false,
        [option] if option == "--check" => true,
        _ => return Err("bindings has one option, --check".into()),
    };
    let source = root().join("crates/sampan-abi/host_calls.toml");
    let text = std::fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let abi = describe::Abi::parse(&text).map_err(|error| format!("{}: {error}", source.display()))?;
    let outputs = [
        ("include/sampan_guest.h", c::header(&abi)),
        ("crates/sampan-core/src/calls/table.rs", rustfmt(&core::table(&abi))?),
        ("crates/sampan-guest/src/generated.rs", rustfmt(&rust::bindings(&abi))?),
        ("docs/host-calls.md", page::reference(&abi)),
    ];
    for (path, text) in outputs {
        let place = root().join(path);
        if check {
            let fresh = target_dir().join("bindings.fresh");
            std::fs::write(&fresh, text).map_err(|error| format!("{}: {error}", fresh.display()))?;
            run(Command::new("diff").arg("-u").arg(&place).arg(&fresh))
                .map_err(|_| format!("{path} is not what host_calls.toml says; run: cargo xtask bindings"))?;
        } else {
            std::fs::write(&place, text).map_err(|error| format!("{}: {error}", place.display()))?;
        }
    }
    Ok(())
}

/// The text as `cargo fmt` would have it.
fn rustfmt(text: &str) -> Result<String, String> {
    let file = target_dir().join("bindings.rs");
    std::fs::create_dir_all(target_dir()).map_err(|error| format!("target: {error}"))?;
    std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    run(Command::new("rustfmt").args(["--edition", "2024", "--config-path"]).arg(root()).arg(&file))?;
    std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Words of a name joined by `-`, `_` or `.`, each with a capital.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    name.split(['-', '_', '.']).map(capital).collect()
}

/// The name as C and Rust have it.
fn snake(name: &str) -> String {
    name.replace(['-', '.'], "_")
}
