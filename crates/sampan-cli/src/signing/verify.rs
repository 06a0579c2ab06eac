// SPDX-License-Identifier: Apache-2.0
//! `sampan verify`: the device's verdict.

use super::keys::read_public;
use super::refused;
use super::uuid;
use crate::image;
use crate::run::Failure;
use clap::Args;
use sampan_image::{
    Contents, CounterFailed, Counters, Device, Error, Part, PublicKey, Purpose, RustCrypto, Sbom, TrustStore,
    Verifier,
};
use sampan_packed_format::image::FORMAT_VERSION;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Signed image
    #[arg(value_name = "IMAGE")]
    file: PathBuf,

    /// Trust store whose keys count
    #[arg(short, long, value_name = "FILE")]
    trust: PathBuf,

    /// Public root keys of the firmware; two of them, or one that stands for both
    #[arg(short, long, value_name = "FILE", required = true, num_args = 1)]
    root: Vec<PathBuf>,

    /// Vendor of the device [default: that of the trust store]
    #[arg(long, value_name = "UUID", value_parser = uuid::parse)]
    vendor: Option<[u8; 16]>,

    /// Target of the device's native code [default: it runs none]
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// Sequence number of the newest image that proved healthy
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    counter: u64,

    /// Sequence number below which none is accepted
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    floor: u64,
}

/// Counters as the command line has them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    confirmed: u64,
    floor: u64,
}

impl Given {
    /// Nothing is too old.
    pub(super) const NONE: Self = Self { confirmed: 0, floor: 0 };
}

impl Counters for Given {
    fn confirmed(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(self.confirmed)
    }

    fn floor(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(self.floor)
    }
}

/// Runs the command.
pub(super) fn run(arguments: &VerifyArguments) -> Result<String, Failure> {
    let (input, trust) = (image::read(&arguments.file)?, image::read(&arguments.trust)?);
    let vendor_id = match arguments.vendor {
        Some(vendor) => vendor,
        None => vendor_of(&trust).map_err(|error| refused(&arguments.trust, error))?,
    };
    let device =
        Device { vendor_id, packed_format: Some(FORMAT_VERSION), native_target: arguments.target.as_deref() };
    let roots = roots(&arguments.root)?;
    let trust = open_trust(&arguments.trust, &trust, &device, &roots)?;
    let counters = Given { confirmed: arguments.counter, floor: arguments.floor };
    let verifier = Verifier { device, trust, counters: &counters, crypto: &RustCrypto };
    let refuse = |error| refused(&arguments.file, error);
    let image = verifier.verify(&input, Purpose::Install).map_err(refuse)?;
    check_parts(image.contents()).map_err(refuse)?;
    let name = image.container();
    Ok(format!("{}: verified, {name}, sequence number {}\n", arguments.file.display(), image.sequence()))
}

/// Reads what is in the parts, as the device does before it uses them.
pub(super) fn check_parts(contents: &Contents<'_>) -> Result<(), Error> {
    contents.effective()?;
    contents.payload(Part::Sbom).map(Sbom::parse).transpose()?;
    Ok(())
}

/// The vendor that a trust store is for.
pub(super) fn vendor_of(trust: &[u8]) -> Result<[u8; 16], Error> {
    let contents = Contents::read(trust)?;
    // A manifest without components is refused when it's read.
    Ok(contents.manifest().components().next().map_or([0; 16], |component| *component.vendor_id))
}

/// Both root keys.
pub(super) fn roots(paths: &[PathBuf]) -> Result<[PublicKey; 2], Failure> {
    let keys: Result<Vec<_>, _> = paths.iter().map(|path| read_public(path)).collect();
    match keys?[..] {
        [one] => Ok([one, one]),
        [one, other] => Ok([one, other]),
        _ => Err(Failure::new(
            crate::exit::ExitStatus::Usage,
            "firmware has two root keys: give --root once or twice",
        )),
    }
}

/// Verifies a trust store.
pub(super) fn open_trust<'a>(
    path: &Path,
    bytes: &'a [u8],
    device: &Device<'_>,
    roots: &[PublicKey; 2],
) -> Result<TrustStore<'a>, Failure> {
    TrustStore::verify(bytes, Purpose::Installed, device, roots, None, &Given::NONE, &RustCrypto)
        .map_err(|error| refused(path, error))
}
