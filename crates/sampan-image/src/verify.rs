// SPDX-License-Identifier: Apache-2.0
//! From bytes to an image that may run.
//!
//! The order is the point: structure, then the digest of the manifest, then the signatures over it, and only
//! then what it says: whom it's for, whether it's fresh, and the digest of each payload.

use crate::crypto::Crypto;
use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind};
use crate::identity::Device;
use crate::manifest::{Component, Manifest, Part, Version};
use crate::permission::{Effective, Permissions};
use crate::policy::Policy;
use crate::request::requested_permissions;
use crate::trust::{Roles, Signers, TrustStore};

/// The platform could not tell a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterFailed;

/// Anti-rollback counters, which the platform keeps where they can't be turned back.
///
/// A counter moves up to an image's sequence number only once that image has proved healthy: until then
/// the one before it may still return.
pub trait Counters {
    /// Sequence number of the newest image of a container that proved healthy, or 0. Thread context; may
    /// block.
    ///
    /// # Errors
    /// [`CounterFailed`].
    fn confirmed(&self, container: &str) -> Result<u64, CounterFailed>;

    /// Sequence number below which no image of a container runs, healthy or not. Thread context; may block.
    ///
    /// # Errors
    /// [`CounterFailed`].
    fn floor(&self, container: &str) -> Result<u64, CounterFailed>;
}

/// Counters that can be moved up.
pub trait RaiseCounters: Counters {
    /// Makes `sequence` a container's counter, for good; it's above the one that it has. Thread context; may
    /// block.
    ///
    /// # Errors
    /// [`CounterFailed`], and the counter is what it was.
    fn raise(&self, container: &str, sequence: u64) -> Result<(), CounterFailed>;
}

/// What a verification is for: it decides which sequence numbers pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To install: it must be newer than what proved healthy.
    Install,
    /// To go on using what is installed: it must not be older.
    Installed,
}

pub(crate) fn check_freshness(
    manifest: &Manifest<'_>,
    purpose: Purpose,
    counters: &impl Counters,
) -> Result<(), Error> {
    let offset = manifest.sequence_offset();
    let failed = |_| ErrorKind::CounterFailed.at(offset);
    let confirmed = counters.confirmed(manifest.container()).map_err(failed)?;
    let floor = counters.floor(manifest.container()).map_err(failed)?;
    let fresh = match purpose {
        Purpose::Install => manifest.sequence() > confirmed,
        Purpose::Installed => manifest.sequence() >= confirmed,
    };
    match (fresh, manifest.sequence() >= floor) {
        (true, true) => Ok(()),
        (true, false) => Err(ErrorKind::BelowFloor.at(offset)),
        (false, _) => Err(ErrorKind::Rollback.at(offset)),
    }
}

/// What an envelope holds, well-formed but not verified: for tools that look into one.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    envelope: Envelope<'a>,
    manifest: Manifest<'a>,
}

impl<'a> Contents<'a> {
    /// Reads an image or a trust store without verifying anything.
    ///
    /// # Errors
    /// What departs from the profile, by its kind and offset.
    pub fn read(input: &'a [u8]) -> Result<Self, Error> {
        Self::of(Envelope::parse(input)?)
    }

    pub(crate) fn of(envelope: Envelope<'a>) -> Result<Self, Error> {
        let mut contents = Self { envelope, manifest: Manifest::NONE };
        contents.manifest.read(envelope.manifest())?;
        Ok(contents)
    }

    /// The envelope.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope<'a> {
        &self.envelope
    }

    /// The manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest<'a> {
        &self.manifest
    }

    /// The payload of a part, where it lies.
    #[must_use]
    pub fn payload(&self, part: Part) -> Option<&'a [u8]> {
        self.envelope.payload(self.manifest.component(part)?.uri)
    }

    /// What the container may do: what its code asks for, as far as its policy grants it.
    ///
    /// A module brings its own request. Where there is none, the policy hands on what it was; where there
    /// is one, the policy may not speak for it.
    ///
    /// # Errors
    /// What is wrong with the module or the policy, at the offset of the component.
    pub fn effective(&self) -> Result<Effective<'a>, Error> {
        let mut effective = Effective { requested: Permissions::NONE, granted: Permissions::NONE };
        let mut handed_on = None;
        for component in self.manifest.components() {
            let payload = self.payload(component.part).unwrap_or(&[]);
            let bad = |error: Error| error.kind().at(component.offset);
            match component.part {
                Part::Module => effective.requested = requested_permissions(payload).map_err(bad)?,
                Part::Policy => {
                    let policy = Policy::parse(payload).map_err(bad)?;
                    effective.granted = policy.granted;
                    handed_on = policy.requested.map(|requested| (requested, component.offset));
                }
                _ => {}
            }
        }
        match (handed_on, self.manifest.component(Part::Module)) {
            (Some((_, offset)), Some(_)) => return Err(ErrorKind::RepeatedParameter.at(offset)),
            (Some((requested, _)), None) => effective.requested = requested,
            (None, _) => {}
        }
        Ok(effective)
    }

    /// Checks that every component is for this device.
    pub(crate) fn check_device(&self, device: &Device<'_>, crypto: &impl Crypto) -> Result<(), Error> {
        for component in self.manifest.components() {
            if *component.vendor_id != device.vendor_id {
                return Err(ErrorKind::ForeignVendor.at(component.offset));
            }
            let class = device.class_of(component.part, crypto);
            let class = class.map_err(|_| ErrorKind::CryptoFailed.at(component.offset))?;
            if class != Some(*component.class_id) {
                return Err(ErrorKind::ForeignClass.at(component.offset));
            }
        }
        Ok(())
    }

    /// Checks that each component has the payload that the manifest describes, and that there is no other.
    ///
    /// # Errors
    /// Which component is wrong, and how.
    pub fn check_payloads(&self, crypto: &impl Crypto) -> Result<(), Error> {
        let mut count = 0_usize;
        for component in self.manifest.components() {
            self.check_payload(component, crypto)?;
            let sharing = self.manifest.components().filter(|other| other.uri == component.uri);
            if sharing.count() != 1 {
                return Err(ErrorKind::PayloadUnused.at(component.offset));
            }
            count = count.saturating_add(1);
        }
        if count == self.envelope.payload_count() { Ok(()) } else { Err(ErrorKind::PayloadUnused.at(0)) }
    }

    fn check_payload(&self, component: &Component<'a>, crypto: &impl Crypto) -> Result<(), Error> {
        let Some(payload) = self.envelope.payload(component.uri) else {
            return Err(ErrorKind::PayloadMissing.at(component.offset));
        };
        if u32::try_from(payload.len()) != Ok(component.size) {
            return Err(ErrorKind::PayloadSize.at(component.offset));
        }
        match crypto.sha256(&[payload]) {
            Ok(digest) if digest == *component.digest => Ok(()),
            Ok(_) => Err(ErrorKind::PayloadDigest.at(component.offset)),
            Err(_) => Err(ErrorKind::CryptoFailed.at(component.offset)),
        }
    }
}

/// An image that was verified: everything that it hands out lies in the bytes that were given.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    contents: Contents<'a>,
    signers: Roles,
}

impl<'a> Image<'a> {
    /// Id of the container.
    #[must_use]
    pub const fn container(&self) -> &'a str {
        self.contents.manifest.container()
    }

    /// Version, where it has one.
    #[must_use]
    pub const fn version(&self) -> Option<Version> {
        self.contents.manifest.version()
    }

    /// Sequence number.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.contents.manifest.sequence()
    }

    /// The roles of those who signed it.
    #[must_use]
    pub const fn signers(&self) -> Roles {
        self.signers
    }

    /// The components, in the order of the manifest.
    pub fn components(&self) -> impl Iterator<Item = &Component<'a>> {
        self.contents.manifest.components()
    }

    /// What it was read from.
    #[must_use]
    pub const fn contents(&self) -> &Contents<'a> {
        &self.contents
    }

    /// The payload of a part, where it lies.
    #[must_use]
    pub fn part(&self, part: Part) -> Option<&'a [u8]> {
        self.contents.payload(part)
    }
}

/// What images are verified against.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'v, C, N> {
    /// The device that they must be for.
    pub device: Device<'v>,
    /// Whose signatures count.
    pub trust: TrustStore<'v>,
    /// How old they may be.
    pub counters: &'v N,
    /// Who hashes and verifies.
    pub crypto: &'v C,
}

impl<C: Crypto, N: Counters> Verifier<'_, C, N> {
    /// Verifies an image whole: signatures, roles, device, freshness and every payload.
    ///
    /// # Errors
    /// Why it is refused, by kind and offset. The first thing that is wrong is told.
    pub fn verify<'a>(&self, input: &'a [u8], purpose: Purpose) -> Result<Image<'a>, Error> {
        let image = self.authenticate(input, purpose)?;
        image.contents.check_payloads(self.crypto)?;
        Ok(image)
    }

    /// Decides anew on an image that was verified when it was installed: after a change of the trust store,
    /// or of a floor. Everything but the payloads is verified.
    ///
    /// # Errors
    /// Why it may no longer run.
    pub fn reevaluate(&self, input: &[u8]) -> Result<(), Error> {
        self.authenticate(input, Purpose::Installed).map(|_| ())
    }

    fn authenticate<'a>(&self, input: &'a [u8], purpose: Purpose) -> Result<Image<'a>, Error> {
        let envelope = Envelope::parse(input)?;
        envelope.check_digest(self.crypto)?;
        let signers = self.trust.signers(&envelope, self.crypto)?;
        self.judge(envelope, &signers, purpose)
    }

    /// Decides on what the manifest says, once it's known who signed it.
    // Apart, so that its frame isn't on the stack while a signature is verified, which takes most of it.
    #[inline(never)]
    fn judge<'a>(
        &self,
        envelope: Envelope<'a>,
        signers: &Signers,
        purpose: Purpose,
    ) -> Result<Image<'a>, Error> {
        let contents = Contents::of(envelope)?;
        let manifest = contents.manifest();
        let signers = self.trust.roles_of(signers, manifest.container())?;
        for component in manifest.components() {
            if component.part == Part::Keys {
                return Err(ErrorKind::BadComponent.at(component.offset));
            }
            if !signers.has(Roles::for_part(component.part)) {
                return Err(ErrorKind::MissingRole.at(component.offset));
            }
        }
        contents.check_device(&self.device, self.crypto)?;
        check_freshness(manifest, purpose, self.counters)?;
        Ok(Image { contents, signers })
    }
}
