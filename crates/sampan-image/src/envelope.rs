// SPDX-License-Identifier: Apache-2.0
//! The SUIT envelope: digest, signatures, manifest and integrated payloads, none of them understood yet.
//!
//! The digest covers the manifest with the header of its byte string; a signature covers the encoded
//! digest, which is its detached payload. What an envelope has beside these are payloads, whose
//! names begin with `#`.

use crate::cbor::Reader;
use crate::crypto::{Algorithm, Crypto, PublicKey};
use crate::error::{Error, ErrorKind, MAX_IMAGE_BYTES};

/// Signatures of one envelope, at most.
pub const MAX_SIGNATURES: usize = 4;
/// Bytes of a key id, at most.
pub(crate) const MAX_KEY_ID: usize = 16;

const TAG_ENVELOPE: u32 = 107;
const TAG_SIGN1: u32 = 18;
const KEY_AUTHENTICATION: i32 = 2;
const KEY_MANIFEST: i32 = 3;
const HEADER_ALGORITHM: i32 = 1;
const HEADER_KEY_ID: i32 = 4;
const ALGORITHM_SHA256: i32 = -16;

/// Bytes of an encoded digest: an array of the algorithm and 32 bytes.
const DIGEST_BYTES: usize = 36;
/// What the text that is signed begins with: an array of 4, and its context.
const SIGNED_START: &[u8] = b"\x84\x6aSignature1";
/// Bytes of protected headers, at most: an algorithm and a key id.
const MAX_PROTECTED: usize = 23;
/// Bytes of the text that is signed, at most.
const MAX_SIGNED: usize = SIGNED_START.len() + 1 + MAX_PROTECTED + 1 + 2 + DIGEST_BYTES;

/// One `COSE_Sign1` of an envelope.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// Algorithm, from the protected headers.
    pub algorithm: Algorithm,
    /// Key id, from the protected headers.
    pub key_id: Option<&'a [u8]>,
    /// Where it stands.
    pub offset: usize,
    protected: &'a [u8],
    bytes: &'a [u8; 64],
}

/// An envelope whose structure holds. Nothing of it is authenticated.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    digest: &'a [u8; 32],
    encoded_digest: &'a [u8],
    digest_offset: usize,
    signature_count: usize,
    signatures: Reader<'a>,
    signature_bytes: &'a [u8],
    manifest_bytes: &'a [u8],
    manifest: Reader<'a>,
    payload_count: usize,
    payloads: Reader<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads an envelope, to its last byte.
    ///
    /// # Errors
    /// What departs from the profile, by its kind and offset.
    pub fn parse(input: &'a [u8]) -> Result<Self, Error> {
        if input.len() > MAX_IMAGE_BYTES {
            return Err(ErrorKind::TooMany.at(MAX_IMAGE_BYTES));
        }
        let mut reader = Reader::new(input);
        reader.tag(TAG_ENVELOPE)?;
        let mut keys = reader.map()?;
        keys.expect(&mut reader, KEY_AUTHENTICATION)?;
        let authentication = reader.nested()?;
        keys.expect(&mut reader, KEY_MANIFEST)?;
        let manifest_start = reader.offset();
        let manifest = reader.nested()?;
        let manifest_bytes = reader.since(manifest_start);
        let (payload_count, payloads) = (keys.left(), reader);
        let mut last = None;
        while keys.left() > 0 {
            let offset = reader.offset();
            let name = integrated(&mut reader)?;
            // The order of encoded texts: the shorter first.
            if last.is_some_and(|last: &str| (last.len(), last) >= (name.len(), name)) {
                return Err(ErrorKind::KeyOrder.at(offset));
            }
            last = Some(name);
            reader.bytes()?;
            keys.pass();
        }
        reader.finish()?;
        let envelope = Self::authentication(authentication)?;
        Ok(Self { manifest_bytes, manifest, payload_count, payloads, ..envelope })
    }

    /// Reads the digest and the signatures.
    fn authentication(mut reader: Reader<'a>) -> Result<Self, Error> {
        let start = reader.offset();
        let items = reader.array(MAX_SIGNATURES.saturating_add(1))?;
        let mut inner = reader.nested()?;
        let digest_offset = inner.offset();
        let digest = digest(&mut inner)?;
        let encoded_digest = inner.since(digest_offset);
        inner.finish()?;
        let signature_count = items.checked_sub(1).ok_or(ErrorKind::MissingKey.at(start))?;
        let (signatures, signatures_start) = (reader, reader.offset());
        for _ in 0..signature_count {
            signature(&mut reader)?;
        }
        reader.finish()?;
        Ok(Self {
            digest,
            encoded_digest,
            digest_offset,
            signature_count,
            signatures,
            signature_bytes: reader.since(signatures_start),
            manifest_bytes: &[],
            manifest: reader,
            payload_count: 0,
            payloads: reader,
        })
    }

    /// The signatures; none of them is verified by this.
    pub fn signatures(&self) -> impl Iterator<Item = Signature<'a>> + use<'a> {
        let mut reader = self.signatures;
        // All were read once, so none fails.
        (0..self.signature_count).filter_map(move |_| signature(&mut reader).ok())
    }

    /// Number of signatures.
    #[must_use]
    pub const fn signature_count(&self) -> usize {
        self.signature_count
    }

    /// The signatures as they are encoded, one after another.
    #[must_use]
    pub const fn encoded_signatures(&self) -> &'a [u8] {
        self.signature_bytes
    }

    /// Number of integrated payloads.
    #[must_use]
    pub const fn payload_count(&self) -> usize {
        self.payload_count
    }

    /// The payload of a name that begins with `#`.
    #[must_use]
    pub fn payload(&self, name: &str) -> Option<&'a [u8]> {
        self.payloads().find(|(found, _)| *found == name).map(|(_, payload)| payload)
    }

    /// The payloads by their names.
    pub fn payloads(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + use<'a> {
        let mut reader = self.payloads;
        (0..self.payload_count).filter_map(move |_| {
            // All were read once, so none fails.
            let name = reader.text().ok()?;
            Some((name, reader.bytes().ok()?))
        })
    }

    pub(crate) const fn manifest(&self) -> Reader<'a> {
        self.manifest
    }

    /// The encoded digest: what a signature covers.
    #[must_use]
    pub const fn encoded_digest(&self) -> &'a [u8] {
        self.encoded_digest
    }

    /// The manifest with the header of its byte string: what the digest covers.
    #[must_use]
    pub const fn manifest_bytes(&self) -> &'a [u8] {
        self.manifest_bytes
    }

    /// Checks that the digest is that of the manifest.
    ///
    /// # Errors
    /// [`ErrorKind::ManifestDigest`] or [`ErrorKind::CryptoFailed`].
    pub fn check_digest(&self, crypto: &impl Crypto) -> Result<(), Error> {
        match crypto.sha256(&[self.manifest_bytes]) {
            Ok(digest) if digest == *self.digest => Ok(()),
            Ok(_) => Err(ErrorKind::ManifestDigest.at(self.digest_offset)),
            Err(_) => Err(ErrorKind::CryptoFailed.at(self.digest_offset)),
        }
    }

    /// Whether a signature is by a key.
    ///
    /// # Errors
    /// [`ErrorKind::CryptoFailed`].
    pub fn signed_by(
        &self,
        signature: &Signature<'a>,
        key: &PublicKey,
        crypto: &impl Crypto,
    ) -> Result<bool, Error> {
        let mut buffer = [0; MAX_SIGNED];
        let signed = signed_text(signature.protected, self.encoded_digest, &mut buffer);
        let verdict = match (signature.algorithm, key) {
            (Algorithm::Es256, PublicKey::Es256(point)) => {
                crypto.sha256(&[signed]).and_then(|hash| crypto.verify_es256(point, &hash, signature.bytes))
            }
            (Algorithm::Ed25519, PublicKey::Ed25519(key)) => {
                crypto.verify_ed25519(key, signed, signature.bytes)
            }
            _ => Ok(false),
        };
        verdict.map_err(|_| ErrorKind::CryptoFailed.at(signature.offset))
    }
}

/// The `Sig_structure` of RFC 9052 for a `COSE_Sign1` without external data.
fn signed_text<'b>(protected: &[u8], payload: &[u8], buffer: &'b mut [u8; MAX_SIGNED]) -> &'b [u8] {
    // Both lengths are bounded by what `signature` and `digest` accept.
    let protected_head = [0x40_u8.saturating_add(u8::try_from(protected.len()).unwrap_or(u8::MAX))];
    let payload_head = [0x58, u8::try_from(payload.len()).unwrap_or(u8::MAX)];
    let pieces = [SIGNED_START, &protected_head, protected, &[0x40], &payload_head, payload];
    let bytes = pieces.into_iter().flatten();
    let len = buffer.iter_mut().zip(bytes).map(|(to, from)| *to = *from).count();
    buffer.get(..len).unwrap_or(&[])
}

/// Reads a `SUIT_Digest`.
pub(crate) fn digest<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8; 32], Error> {
    let start = reader.offset();
    if reader.array(2)? != 2 {
        return Err(ErrorKind::MissingKey.at(start));
    }
    let offset = reader.offset();
    if reader.integer()? != ALGORITHM_SHA256 {
        return Err(ErrorKind::UnsupportedAlgorithm.at(offset));
    }
    reader.fixed()
}

/// Reads the name of an integrated payload.
pub(crate) fn integrated<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Error> {
    let offset = reader.offset();
    if !reader.at_text() {
        return Err(ErrorKind::UnknownKey.at(offset));
    }
    let name = reader.text()?;
    if name.len() > 1 && name.starts_with('#') { Ok(name) } else { Err(ErrorKind::UnknownKey.at(offset)) }
}

/// Reads a `COSE_Sign1` in its byte string.
fn signature<'a>(outer: &mut Reader<'a>) -> Result<Signature<'a>, Error> {
    let mut reader = outer.nested()?;
    let start = reader.offset();
    reader.tag(TAG_SIGN1)?;
    if reader.array(4)? != 4 {
        return Err(ErrorKind::MissingKey.at(start));
    }
    let mut headers = reader.nested()?;
    let headers_start = headers.offset();
    let (mut algorithm, mut key_id) = (None, None);
    let mut keys = headers.map()?;
    let mut offset = headers.offset();
    while let Some(key) = keys.next(&mut headers)? {
        let value = headers.offset();
        match key {
            HEADER_ALGORITHM => {
                let read = Algorithm::from_cose(headers.integer()?);
                algorithm = Some(read.ok_or(ErrorKind::UnsupportedAlgorithm.at(value))?);
            }
            HEADER_KEY_ID => key_id = Some(self::key_id(&mut headers)?),
            _ => return Err(ErrorKind::UnknownKey.at(offset)),
        }
        offset = headers.offset();
    }
    headers.finish()?;
    let protected = headers.since(headers_start);
    let algorithm = keys.require(algorithm)?;
    let unprotected = reader.offset();
    if reader.map()?.left() != 0 {
        return Err(ErrorKind::UnprotectedHeader.at(unprotected));
    }
    reader.null()?;
    let bytes = reader.fixed()?;
    reader.finish()?;
    Ok(Signature { algorithm, key_id, offset: start, protected, bytes })
}

/// Reads a key id.
pub(crate) fn key_id<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Error> {
    let offset = reader.offset();
    let id = reader.bytes()?;
    if (1..=MAX_KEY_ID).contains(&id.len()) { Ok(id) } else { Err(ErrorKind::OutOfRange.at(offset)) }
}
