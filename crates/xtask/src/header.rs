// SPDX-License-Identifier: Apache-2.0
//! include/sampan.h, written by cbindgen from what `sampan-capi` exports.
//!
//! The pinned cbindgen is a program rather than a library here: it would bring forty crates into every
//! `cargo xtask`. Another version would format differently, so it is refused.

use std::process::Command;

use crate::run::{output, root, run, target_dir};

const CBINDGEN_VERSION: &str = "cbindgen 0.29.4";

/// `cargo xtask header [--check]`
pub(crate) fn main(args: &[String]) -> Result<(), String> {
    let check = match args {
        [] => false,
        [option] if option == "--check" => true,
        _ => return Err("header has one option, --check".into()),
    };
    let version = output(Command::new("cbindgen").arg("--version"))
        .map_err(|error| format!("{error}; run: ci/setup cbindgen"))?;
    if version.trim() != CBINDGEN_VERSION {
        return Err(format!("this is {}, not {CBINDGEN_VERSION}; run: ci/setup cbindgen", version.trim()));
    }
    let crate_dir = root().join("crates/sampan-capi");
    let fresh = target_dir().join("sampan.h");
    run(Command::new("cbindgen")
        .arg("--quiet")
        .arg("--config")
        .arg(crate_dir.join("cbindgen.toml"))
        .arg("--output")
        .arg(&fresh)
        .arg(&crate_dir)
        .current_dir(root()))?;
    let header = root().join("include/sampan.h");
    if !check {
        std::fs::create_dir_all(root().join("include")).map_err(|error| format!("include: {error}"))?;
        return std::fs::copy(&fresh, &header)
            .map(|_| ())
            .map_err(|error| format!("{}: {error}", header.display()));
    }
    run(Command::new("diff").arg("-u").arg(&header).arg(&fresh))
        .map_err(|_| "include/sampan.h is not what crates/sampan-capi says; run: cargo xtask header".into())
}
