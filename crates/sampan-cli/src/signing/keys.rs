// SPDX-License-Identifier: Apache-2.0
//! Key files: making, reading and naming them.

use super::{hex, refused};
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use clap::Args;
use sampan_image::PublicKey;
use sampan_image::build::{PrivateKey, key_id, pem_of, public_key};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct KeygenArguments {
    /// Private key to write; the public one gets the same name with .pub. Neither may exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `sampan keygen`.
pub(super) fn generate(arguments: &KeygenArguments) -> Result<String, Failure> {
    let key = loop {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Failure::new(ExitStatus::Internal, format!("no random numbers: {error}")))?;
        if let Some(key) = PrivateKey::from_bytes(&bytes) {
            break key;
        }
    };
    let public_path = arguments.file.with_added_extension("pub");
    let pem = key.to_pem().map_err(|error| refused(&arguments.file, error))?;
    let public_pem = pem_of(&key.public_key()).map_err(|error| refused(&public_path, error))?;
    create(&arguments.file, &pem, true)?;
    create(&public_path, &public_pem, false)?;
    let id = hex(id_of(&arguments.file, &key.public_key())?);
    Ok(format!("{}: key {id}, public key in {}\n", arguments.file.display(), public_path.display()))
}

/// Writes a file that isn't there yet; nobody else may read it if it's `private`.
fn create(path: &Path, text: &str, private: bool) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = private;
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        Failure::new(ExitStatus::Output, format!("{}: can't be written: {error}", path.display()))
    })
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = image::read(path)?;
    String::from_utf8(bytes).map_err(|_| refused(path, "it isn't text, so no key in PEM"))
}

/// Reads a private key.
pub(super) fn read_private(path: &Path) -> Result<PrivateKey, Failure> {
    PrivateKey::from_pem(&read_text(path)?).map_err(|error| refused(path, error))
}

/// Reads a public key, or the public half of a private one.
pub(super) fn read_public(path: &Path) -> Result<PublicKey, Failure> {
    public_key(&read_text(path)?).map_err(|error| refused(path, error))
}

/// The id that the tool gives a key.
pub(super) fn id_of(path: &Path, key: &PublicKey) -> Result<[u8; 10], Failure> {
    key_id(key).map_err(|error| refused(path, error))
}
