// SPDX-License-Identifier: Apache-2.0
//! `sampan sign`: with a key at hand, or in two steps around somebody who holds it.

use super::keys::{read_private, read_public};
use super::refused;
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use clap::Args;
use sampan_image::build::{add_signature, sign, signature_from_der, to_be_signed};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("how").required(true).args(["key", "public_key"]))]
#[command(group = clap::ArgGroup::new("step").args(["digest_out", "signature_in"]))]
pub(crate) struct SignArguments {
    /// Image or trust store, signed by others or by nobody
    #[arg(value_name = "IMAGE")]
    file: PathBuf,

    /// Private key, PKCS#8 in PEM
    #[arg(short, long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// Public key of somebody who signs elsewhere: with --digest-out, then with --signature-in
    #[arg(long, value_name = "FILE", requires = "step")]
    public_key: Option<PathBuf>,

    /// Write the SHA-256 that is to be signed: 32 bytes
    #[arg(long, value_name = "FILE", requires = "public_key", conflicts_with = "key")]
    digest_out: Option<PathBuf>,

    /// Add a signature of that: 64 bytes, r and then s, or DER as OpenSSL writes it
    #[arg(long, value_name = "FILE", requires = "public_key", conflicts_with = "key")]
    signature_in: Option<PathBuf>,

    /// Signed image to write [default: IMAGE itself]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: &SignArguments) -> Result<String, Failure> {
    let input = image::read(&arguments.file)?;
    let refuse = |error| refused(&arguments.file, error);
    if let Some(key) = &arguments.key {
        let key = read_private(key)?;
        return finish(arguments, &sign(&input, &key).map_err(refuse)?);
    }
    let Some(public) = &arguments.public_key else {
        return Err(Failure::new(ExitStatus::Usage, "no key is given"));
    };
    let public = read_public(public)?;
    match (&arguments.digest_out, &arguments.signature_in) {
        (Some(path), _) => {
            let signed = to_be_signed(&input, &public).map_err(refuse)?;
            image::write(path, &signed.hash)?;
            Ok(format!("{}: to be signed\n", path.display()))
        }
        (None, Some(path)) => {
            let signature = read_signature(path)?;
            finish(arguments, &add_signature(&input, &public, &signature).map_err(refuse)?)
        }
        (None, None) => {
            Err(Failure::new(ExitStatus::Usage, "neither --digest-out nor --signature-in is given"))
        }
    }
}

fn read_signature(path: &Path) -> Result<[u8; 64], Failure> {
    let bytes = image::read(path)?;
    match <[u8; 64]>::try_from(&bytes[..]) {
        Ok(signature) => Ok(signature),
        Err(_) => signature_from_der(&bytes)
            .map_err(|_| refused(path, "a signature is 64 bytes, r and then s, or the same two in DER")),
    }
}

fn finish(arguments: &SignArguments, signed: &[u8]) -> Result<String, Failure> {
    let output = arguments.output.as_ref().unwrap_or(&arguments.file);
    image::write(output, signed)?;
    Ok(format!("{}: signed, {} bytes\n", output.display(), signed.len()))
}
