// SPDX-License-Identifier: Apache-2.0
//! `sampan sbom`: the bill of materials of a module, or of the image that a description makes.

use super::cyclonedx::{Subject, document, sha256};
use super::{materials, project, refused};
use crate::image;
use crate::run::Failure;
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct SbomArguments {
    /// Module, or a description that ends with .toml
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Document to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: &SbomArguments) -> Result<String, Failure> {
    let path = &arguments.file;
    let text = match path.extension().is_some_and(|extension| extension == "toml") {
        true => project::bill(path)?,
        false => of_module(path)?,
    };
    let Some(output) = &arguments.output else { return Ok(text) };
    image::write(output, text.as_bytes())?;
    Ok(format!("{}: {} bytes\n", output.display(), text.len()))
}

fn of_module(path: &Path) -> Result<String, Failure> {
    let wasm = image::read(path)?;
    let refuse = |wrong: String| refused(path, wrong);
    let materials = materials::read(&wasm).map_err(refuse)?;
    let root = materials.packages.iter().find(|package| package.root);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let subject = Subject {
        name: root.map_or(stem, |root| root.name.clone()),
        version: root.map(|root| root.version.clone()),
        properties: Vec::new(),
        parts: vec![("module", sha256(&wasm).map_err(refuse)?)],
    };
    document(&subject, &materials, &[]).map_err(refuse)
}
