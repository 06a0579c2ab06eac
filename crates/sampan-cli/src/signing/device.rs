// SPDX-License-Identifier: Apache-2.0
//! The device that an image is for, as the command line describes it: whose signatures count there, and what
//! it runs.

use super::keys::read_public;
use super::{refused, uuid};
use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use clap::Args;
use sampan_image::{
    Contents, CounterFailed, Counters, Device, Error, Image, Part, PublicKey, Purpose, RustCrypto, Sbom,
    TrustStore, Verifier,
};
use sampan_packed_format::image::FORMAT_VERSION;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct DeviceArguments {
    /// Trust store whose keys count
    #[arg(short, long, value_name = "FILE", requires = "root")]
    trust: Option<PathBuf>,

    /// Public root keys of the firmware; two of them, or one that stands for both
    #[arg(short, long, value_name = "FILE", num_args = 1, requires = "trust")]
    root: Vec<PathBuf>,

    /// Vendor of the device [default: that of the trust store]
    #[arg(long, value_name = "UUID", value_parser = uuid::parse, requires = "trust")]
    vendor: Option<[u8; 16]>,

    /// Target of the device's native code [default: it runs none]
    #[arg(long, value_name = "TARGET", requires = "trust")]
    target: Option<String>,

    /// Sequence number of the newest image that proved healthy [default: 0]
    #[arg(long, value_name = "NUMBER", requires = "trust")]
    counter: Option<u64>,

    /// Sequence number below which none is accepted [default: 0]
    #[arg(long, value_name = "NUMBER", requires = "trust")]
    floor: Option<u64>,
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

/// What such a device decides by.
pub(crate) struct Authority {
    path: PathBuf,
    trust: Vec<u8>,
    roots: [PublicKey; 2],
    vendor_id: [u8; 16],
    target: Option<String>,
    counters: Given,
}

impl DeviceArguments {
    /// Whether only what is signed counts.
    pub(crate) const fn has_trust(&self) -> bool {
        self.trust.is_some()
    }

    /// Reads the files; `None` if there is no trust store.
    pub(crate) fn authority(&self) -> Result<Option<Authority>, Failure> {
        let Some(path) = &self.trust else { return Ok(None) };
        let trust = image::read(path)?;
        let vendor_id = match self.vendor {
            Some(vendor) => vendor,
            None => vendor_of(&trust).map_err(|error| refused(path, error))?,
        };
        let counters = Given { confirmed: self.counter.unwrap_or(0), floor: self.floor.unwrap_or(0) };
        let (roots, target) = (roots(&self.root)?, self.target.clone());
        Ok(Some(Authority { path: path.clone(), trust, roots, vendor_id, target, counters }))
    }
}

impl Authority {
    /// Verifies an image as the device would before it installs it: whole, and what its parts say as well.
    pub(crate) fn verify<'a>(&self, path: &Path, input: &'a [u8]) -> Result<Image<'a>, Failure> {
        let device = Device {
            vendor_id: self.vendor_id,
            packed_format: Some(FORMAT_VERSION),
            native_target: self.target.as_deref(),
        };
        let trust = open_trust(&self.path, &self.trust, &device, &self.roots)?;
        let verifier = Verifier { device, trust, counters: &self.counters, crypto: &RustCrypto };
        let refuse = |error| refused(path, error);
        let image = verifier.verify(input, Purpose::Install).map_err(refuse)?;
        check_parts(image.contents()).map_err(refuse)?;
        Ok(image)
    }
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
        _ => Err(Failure::new(ExitStatus::Usage, "firmware has two root keys: give --root once or twice")),
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
