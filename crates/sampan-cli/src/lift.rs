// SPDX-License-Identifier: Apache-2.0
//! `sampan lift`: two C files that put a container between firmware and a library of its own.
//!
//! A description says which functions the firmware calls and what their pointers point to. Of it come a shim with
//! those very functions, for the firmware, and a program around the library, for the container; `lift/sampan_lift.c`
//! is what the shim calls. `docs/lift-and-shift.md` explains it all.

mod description;
mod generate;

use crate::image;
use crate::run::Failure;
use crate::signing::refused;
use clap::Args;
use description::Description;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct LiftArguments {
    /// Description of the library's functions, in TOML
    #[arg(value_name = "DESCRIPTION")]
    file: PathBuf,

    /// Directory to write NAME_shim.c and NAME_container.c to
    #[arg(short, long, value_name = "DIRECTORY", default_value = ".")]
    output: PathBuf,
}

/// `sampan lift`: writes the shim and the container's program.
pub(crate) fn run(arguments: &LiftArguments) -> Result<String, Failure> {
    let path = &arguments.file;
    let description: Description = crate::description::read(path)?;
    description.check().map_err(|wrong| refused(path, wrong))?;
    let buffer_bytes = description.buffer_bytes().map_err(|wrong| refused(path, wrong))?;
    let mut said = String::new();
    for (kind, source) in [
        ("shim", generate::shim(&description, buffer_bytes)),
        ("container", generate::container(&description, buffer_bytes)),
    ] {
        let output = arguments.output.join(format!("{}_{kind}.c", description.name()));
        image::write(&output, source.as_bytes())?;
        said.push_str(&format!("{}\n", output.display()));
    }
    Ok(said)
}
