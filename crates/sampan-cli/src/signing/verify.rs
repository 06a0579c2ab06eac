// SPDX-License-Identifier: Apache-2.0
//! `sampan verify`: the device's verdict.

use super::device::DeviceArguments;
use super::refused;
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use clap::Args;
use sampan_image::{Crypto, Image, Part, RustCrypto, Sbom};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Signed image
    #[arg(value_name = "IMAGE")]
    file: PathBuf,

    #[command(flatten)]
    device: DeviceArguments,

    /// Bill of materials that must be the one which the image refers to
    #[arg(long, value_name = "FILE")]
    sbom: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: &VerifyArguments) -> Result<String, Failure> {
    let input = image::read(&arguments.file)?;
    let Some(authority) = arguments.device.authority()? else {
        return Err(Failure::new(ExitStatus::Usage, "--trust and --root say whose signatures count"));
    };
    let image = authority.verify(&arguments.file, &input)?;
    let materials = match &arguments.sbom {
        Some(document) => check_sbom(&arguments.file, &image, document)?,
        None => "",
    };
    Ok(format!(
        "{}: verified, {}, sequence number {}{materials}\n",
        arguments.file.display(),
        image.container(),
        image.sequence()
    ))
}

/// Checks that a document is the one whose digest was signed.
fn check_sbom(path: &Path, image: &Image<'_>, document: &Path) -> Result<&'static str, Failure> {
    let reference =
        image.part(Part::Sbom).ok_or_else(|| refused(path, "it refers to no bill of materials"))?;
    let reference = Sbom::parse(reference).map_err(|error| refused(path, error))?;
    let digest = RustCrypto.sha256(&[&image::read(document)?]);
    if digest.is_ok_and(|digest| digest == *reference.digest) {
        return Ok(", bill of materials as signed");
    }
    Err(refused(document, "it isn't the bill of materials that the image refers to"))
}
