// SPDX-License-Identifier: Apache-2.0
//! Signatures: made here, or elsewhere and added here.

use super::BuildError;
use super::encode::{Encoder, Entries};
use super::keys::{PrivateKey, key_id};
use crate::crypto::{Algorithm, Crypto, PublicKey};
use crate::envelope::{Envelope, MAX_SIGNATURES};
use crate::error::ErrorKind;
use crate::rust_crypto::RustCrypto;
use std::string::ToString;
use std::vec::Vec;

/// What a signer is to sign, and the headers that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The text: what Ed25519 signs.
    pub text: Vec<u8>,
    /// Its SHA-256: what ECDSA signs.
    pub hash: [u8; 32],
    protected: Vec<u8>,
}

/// Tells what a key has to sign for an envelope.
///
/// # Errors
/// [`BuildError::Refused`] for an envelope that isn't one; [`BuildError::Key`].
pub fn to_be_signed(envelope: &[u8], key: &PublicKey) -> Result<Signed, BuildError> {
    let envelope = Envelope::parse(envelope)?;
    envelope.check_digest(&RustCrypto)?;
    let algorithm = match key.algorithm() {
        Algorithm::Es256 => -7,
        Algorithm::Ed25519 => -8,
    };
    let protected = Entries::default()
        .add(1, Some(Encoder::default().int(algorithm)))
        .add(4, Some(Encoder::default().bytes(&key_id(key)?)))
        .encode()
        .finish();
    let text = Encoder::default().array(4).text("Signature1").bytes(&protected).bytes(&[]);
    let text = text.bytes(envelope.encoded_digest()).finish();
    let hash = RustCrypto.sha256(&[&text]).map_err(|_| BuildError::Refused(ErrorKind::CryptoFailed.at(0)))?;
    Ok(Signed { text, hash, protected })
}

/// Adds a signature, made elsewhere, of what [`to_be_signed`] told. It must verify.
///
/// # Errors
/// [`BuildError::Refused`], also if the signature isn't that of `key`; [`BuildError::SignedAlready`];
/// [`BuildError::TooManySignatures`]; [`BuildError::Key`].
pub fn add_signature(input: &[u8], key: &PublicKey, signature: &[u8; 64]) -> Result<Vec<u8>, BuildError> {
    let signed = to_be_signed(input, key)?;
    let envelope = Envelope::parse(input)?;
    if envelope.signature_count() >= MAX_SIGNATURES {
        return Err(BuildError::TooManySignatures);
    }
    for other in envelope.signatures() {
        if envelope.signed_by(&other, key, &RustCrypto)? {
            return Err(BuildError::SignedAlready);
        }
    }
    let sign1 = Encoder::default().tag(18).array(4).bytes(&signed.protected).map(0).null().bytes(signature);
    let items = envelope.signature_count().saturating_add(2);
    let authentication = Encoder::default().array(items).bytes(envelope.encoded_digest());
    let authentication = authentication.raw(envelope.encoded_signatures()).nested(sign1);
    let entries = envelope.payloads().count().saturating_add(2);
    let output = Encoder::default().tag(107).map(entries).int(2).nested(authentication);
    let output = output.int(3).raw(envelope.manifest_bytes());
    let add = |output: Encoder, (name, payload): (&str, &[u8])| output.text(name).bytes(payload);
    let output = envelope.payloads().fold(output, add).finish();
    let made = Envelope::parse(&output)?;
    let last = made.signatures().last().ok_or(ErrorKind::Unsigned.at(0))?;
    if made.signed_by(&last, key, &RustCrypto)? {
        Ok(output)
    } else {
        Err(BuildError::Refused(ErrorKind::BadSignature.at(last.offset)))
    }
}

/// Reads an ECDSA signature in DER, as OpenSSL and many an HSM write one.
///
/// # Errors
/// [`BuildError::Key`] for bytes that are none.
pub fn signature_from_der(der: &[u8]) -> Result<[u8; 64], BuildError> {
    let read = p256::ecdsa::Signature::from_der(der).map_err(|error| BuildError::Key(error.to_string()))?;
    Ok(read.to_bytes().into())
}

/// Signs an envelope, beside whoever has signed it before.
///
/// # Errors
/// As [`add_signature`].
pub fn sign(envelope: &[u8], key: &PrivateKey) -> Result<Vec<u8>, BuildError> {
    let public = key.public_key();
    let signed = to_be_signed(envelope, &public)?;
    add_signature(envelope, &public, &key.sign_hash(&signed.hash)?)
}
