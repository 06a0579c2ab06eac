// SPDX-License-Identifier: Apache-2.0
//! Envelopes, still without signatures.

use super::BuildError;
use super::encode::{Encoder, Entries};
use crate::crypto::Crypto;
use crate::error::ErrorKind;
use crate::identity::class_id;
use crate::manifest::{Part, Version};
use crate::rust_crypto::RustCrypto;
use crate::sbom::Sbom;
use crate::verify::Contents;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Report what a condition finds to nobody in particular: all bits set.
const REPORT: u64 = 15;
/// Alignment of packed bytecode.
const ALIGNMENT: usize = 4;

/// What an image is made of.
#[derive(Clone, Debug)]
pub struct ImageBuilder {
    vendor_id: [u8; 16],
    container: String,
    sequence: u64,
    version: Option<Version>,
    components: Vec<Draft>,
}

#[derive(Clone, Debug)]
struct Draft {
    part: Part,
    class_id: [u8; 16],
    digest: [u8; 32],
    payload: Vec<u8>,
}

impl ImageBuilder {
    /// Begins an image of a container for the devices of a vendor.
    #[must_use]
    pub fn new(vendor_id: [u8; 16], container: &str, sequence: u64) -> Self {
        Self { vendor_id, container: container.to_string(), sequence, version: None, components: Vec::new() }
    }

    /// Begins a trust store.
    pub(super) fn trust_store(vendor_id: [u8; 16], sequence: u64) -> Self {
        Self::new(vendor_id, "", sequence)
    }

    /// Gives it a version.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Adds a part. `detail` is the format version of packed bytecode, the target of native code, else
    /// nothing.
    ///
    /// # Errors
    /// [`BuildError::Refused`] if the payload is larger than any can be.
    pub fn part(mut self, part: Part, detail: &[u8], payload: Vec<u8>) -> Result<Self, BuildError> {
        let failed = |_| BuildError::Refused(ErrorKind::CryptoFailed.at(0));
        if u32::try_from(payload.len()).is_err() {
            return Err(BuildError::Refused(ErrorKind::PayloadSize.at(0)));
        }
        let class_id = class_id(&self.vendor_id, part, detail, &RustCrypto).map_err(failed)?;
        let digest = RustCrypto.sha256(&[&payload]).map_err(failed)?;
        self.components.push(Draft { part, class_id, digest, payload });
        Ok(self)
    }

    /// Makes the envelope, unsigned. Packed bytecode, which is run where it lies, is aligned to 4 bytes in it, and stays
    /// so with up to two signatures, if there is another part: the name of that one's payload makes room.
    ///
    /// # Errors
    /// [`BuildError::Refused`] if it isn't one that a device would read.
    pub fn build(&self) -> Result<Vec<u8>, BuildError> {
        let mut last = self.build_padded(0)?;
        for padding in 1..=2 * ALIGNMENT {
            if is_aligned(&last)? {
                break;
            }
            last = self.build_padded(padding)?;
        }
        Ok(last)
    }

    /// Makes the envelope with that many more characters in the name of the last payload.
    fn build_padded(&self, padding: usize) -> Result<Vec<u8>, BuildError> {
        let manifest = self.manifest(padding).finish();
        let manifest = Encoder::default().bytes(&manifest).finish();
        let digest = RustCrypto.sha256(&[&manifest]);
        let digest = digest.map_err(|_| BuildError::Refused(ErrorKind::CryptoFailed.at(0)))?;
        let authentication = Encoder::default().array(1).nested(suit_digest(&digest));
        let mut payloads: Vec<_> =
            self.components.iter().map(|draft| (self.uri(draft, padding), draft)).collect();
        payloads.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
        let entries = payloads.len().saturating_add(2);
        let envelope =
            Encoder::default().tag(107).map(entries).int(2).nested(authentication).int(3).raw(&manifest);
        let add =
            |envelope: Encoder, (uri, draft): (String, &Draft)| envelope.text(&uri).bytes(&draft.payload);
        let bytes = payloads.into_iter().fold(envelope, add).finish();
        Contents::read(&bytes)?.check_payloads(&RustCrypto)?;
        Ok(bytes)
    }

    /// Address of a payload. That of the last part that isn't bytecode is padded.
    fn uri(&self, draft: &Draft, padding: usize) -> String {
        let padded = self.components.iter().rfind(|draft| draft.part != Part::Packed);
        let is_padded = padded.is_some_and(|padded| padded.part == draft.part);
        format!("#{}{}", draft.part.letter(), ".".repeat(if is_padded { padding } else { 0 }))
    }

    fn manifest(&self, padding: usize) -> Encoder {
        let common = Encoder::default().map(2).int(2).raw(&self.component_ids().finish());
        let common = common.int(4).nested(self.shared());
        let version = self.version.map(|version| {
            let add = |array: Encoder, number: u32| array.unsigned(number.into());
            Encoder::default().nested(version.numbers.into_iter().fold(Encoder::default().array(3), add))
        });
        Entries::default()
            .add(1, Some(Encoder::default().int(1)))
            .add(2, Some(Encoder::default().unsigned(self.sequence)))
            .add(3, Some(Encoder::default().nested(common)))
            .add(6, version)
            .add(7, Some(Encoder::default().nested(validate())))
            .add(20, Some(Encoder::default().nested(self.install(padding))))
            .encode()
    }

    fn component_ids(&self) -> Encoder {
        self.components.iter().fold(Encoder::default().array(self.components.len()), |ids, draft| {
            let letter = draft.part.letter().as_bytes();
            match draft.part {
                Part::Keys => ids.array(1).bytes(letter),
                _ => ids.array(2).bytes(self.container.as_bytes()).bytes(letter),
            }
        })
    }

    /// Vendor for all; class, digest and size for each; and the conditions on the first two.
    fn shared(&self) -> Encoder {
        let vendor = Encoder::default().map(1).int(1).bytes(&self.vendor_id);
        let start = commands(Encoder::default().int(12).boolean(true).int(20).raw(&vendor.finish()), 2);
        let each = (0_u64..).zip(&self.components).fold(start, |sequence, (index, draft)| {
            let parameters = Encoder::default().map(3).int(2).bytes(&draft.class_id);
            let parameters = parameters.int(3).nested(suit_digest(&draft.digest));
            let parameters = parameters.int(14).unsigned(draft.payload.len() as u64);
            sequence.then(Encoder::default().int(12).unsigned(index).int(20).raw(&parameters.finish()), 2)
        });
        each.then(Encoder::default().int(12).boolean(true).int(1).unsigned(REPORT).int(2).unsigned(REPORT), 3)
            .finish()
    }

    /// Address for each, then fetch and check all.
    fn install(&self, padding: usize) -> Encoder {
        let start = commands(Encoder::default(), 0);
        let each = (0_u64..).zip(&self.components).fold(start, |sequence, (index, draft)| {
            let parameters = Encoder::default().map(1).int(21).text(&self.uri(draft, padding));
            sequence.then(Encoder::default().int(12).unsigned(index).int(20).raw(&parameters.finish()), 2)
        });
        let last = Encoder::default().int(12).boolean(true).int(21).unsigned(REPORT).int(3).unsigned(REPORT);
        each.then(last, 3).finish()
    }
}

/// A command sequence that grows.
struct Sequence {
    commands: Encoder,
    count: usize,
}

fn commands(commands: Encoder, count: usize) -> Sequence {
    Sequence { commands, count }
}

impl Sequence {
    fn then(self, commands: Encoder, count: usize) -> Self {
        Self { commands: self.commands.raw(&commands.finish()), count: self.count.saturating_add(count) }
    }

    fn finish(self) -> Encoder {
        Encoder::default().array(self.count.saturating_mul(2)).raw(&self.commands.finish())
    }
}

/// Checks all.
fn validate() -> Encoder {
    commands(Encoder::default().int(12).boolean(true).int(3).unsigned(REPORT), 2).finish()
}

/// Whether packed bytecode, if there is any, can be run where it lies.
fn is_aligned(envelope: &[u8]) -> Result<bool, BuildError> {
    let code = Contents::read(envelope)?.payload(Part::Packed);
    let offset = code.map_or(0, |code| code.as_ptr().addr().wrapping_sub(envelope.as_ptr().addr()));
    Ok(offset % ALIGNMENT == 0)
}

fn suit_digest(digest: &[u8; 32]) -> Encoder {
    Encoder::default().array(2).int(-16).bytes(digest)
}

/// Makes the payload of a component `s`.
///
/// # Errors
/// [`BuildError::Refused`] if the address is too long.
pub fn encode_sbom(document: &[u8], uri: &str) -> Result<Vec<u8>, BuildError> {
    let digest = RustCrypto.sha256(&[document]);
    let digest = digest.map_err(|_| BuildError::Refused(ErrorKind::CryptoFailed.at(0)))?;
    let bytes = Encoder::default().map(3).int(1).int(1).int(2).raw(&suit_digest(&digest).finish());
    let bytes = bytes.int(3).text(uri).finish();
    Sbom::parse(&bytes)?;
    Ok(bytes)
}
