// SPDX-License-Identifier: Apache-2.0
//! Signed images: keys, signatures, trust stores, and the images themselves.
//!
//! Everything is judged by `sampan-image`, the code that judges on the device.

mod cyclonedx;
mod device;
mod inspect;
mod keys;
mod materials;
mod project;
mod sbom;
mod sign;
mod trust;
mod uuid;
mod verify;

pub(crate) use device::{Authority, DeviceArguments};
pub(crate) use project::pack;

use crate::exit::ExitStatus;
use crate::run::Failure;
use clap::Subcommand;
use std::fmt::Display;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key pair for ES256: a private key in PKCS#8, and its public half beside it
    Keygen(keys::KeygenArguments),
    /// Sign an image or a trust store, here or by way of somebody who holds the key
    Sign(sign::SignArguments),
    /// Verify an image as a device would
    Verify(verify::VerifyArguments),
    /// Show what an image or a trust store holds, without verifying it
    Inspect(inspect::InspectArguments),
    /// Write the bill of materials of a module or a description, in CycloneDX
    Sbom(sbom::SbomArguments),
    /// Make, change and show trust stores
    #[command(subcommand)]
    Trust(trust::TrustCommand),
}

/// Runs one of the commands: what it has to say, or why it failed.
pub(crate) fn run(command: &Command) -> Result<String, Failure> {
    match command {
        Command::Keygen(arguments) => keys::generate(arguments),
        Command::Sign(arguments) => sign::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Sbom(arguments) => sbom::run(arguments),
        Command::Trust(command) => trust::run(command),
    }
}

/// A file that was read but isn't accepted.
pub(crate) fn refused(path: &Path, error: impl Display) -> Failure {
    Failure::new(ExitStatus::Refused, format!("{}: refused: {error}", path.display()))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hexadecimal digits, two a byte.
fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0 && !digits.is_empty())?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8)).collect())
}
