// SPDX-License-Identifier: Apache-2.0
//! Keys as files: PKCS#8 and SPKI, in PEM.

use super::BuildError;
use crate::crypto::{Crypto, PublicKey};
use crate::rust_crypto::RustCrypto;
use p256::SecretKey;
use p256::ecdsa::SigningKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use std::fmt::Display;
use std::string::{String, ToString};
use std::vec::Vec;

/// A private key for ES256.
#[derive(Clone)]
pub struct PrivateKey(SecretKey);

fn unusable(error: impl Display) -> BuildError {
    BuildError::Key(error.to_string())
}

impl PrivateKey {
    /// Makes a key of 32 random bytes; `None` for the very few that make none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        SecretKey::from_slice(bytes).ok().map(Self)
    }

    /// Reads a PKCS#8 key in PEM.
    ///
    /// # Errors
    /// [`BuildError::Key`].
    pub fn from_pem(pem: &str) -> Result<Self, BuildError> {
        SecretKey::from_pkcs8_pem(pem).map(Self).map_err(unusable)
    }

    /// The key as PKCS#8 in PEM.
    ///
    /// # Errors
    /// [`BuildError::Key`].
    pub fn to_pem(&self) -> Result<String, BuildError> {
        self.0.to_pkcs8_pem(LineEnding::LF).map(|pem| pem.to_string()).map_err(unusable)
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        of_point(&self.0.public_key())
    }

    /// Signs a hash, the same way each time.
    pub(super) fn sign_hash(&self, hash: &[u8; 32]) -> Result<[u8; 64], BuildError> {
        use p256::ecdsa::signature::hazmat::PrehashSigner;
        let signature: p256::ecdsa::Signature =
            SigningKey::from(&self.0).sign_prehash(hash).map_err(unusable)?;
        Ok(signature.to_bytes().into())
    }
}

fn of_point(key: &p256::PublicKey) -> PublicKey {
    let point = key.to_sec1_point(false);
    let mut bytes = [0; 64];
    // Behind the byte that says that it's uncompressed.
    bytes.iter_mut().zip(point.as_bytes().iter().skip(1)).for_each(|(to, from)| *to = *from);
    PublicKey::Es256(bytes)
}

/// Reads a public key in PEM, or the public half of a private one.
///
/// # Errors
/// [`BuildError::Key`].
pub fn public_key(pem: &str) -> Result<PublicKey, BuildError> {
    if pem.contains("PRIVATE KEY") {
        return PrivateKey::from_pem(pem).map(|key| key.public_key());
    }
    p256::PublicKey::from_public_key_pem(pem).map(|key| of_point(&key)).map_err(unusable)
}

/// A public key in PEM.
///
/// # Errors
/// [`BuildError::Key`] for a point that is on no curve, and for Ed25519.
pub fn pem_of(key: &PublicKey) -> Result<String, BuildError> {
    let PublicKey::Es256(point) = key else { return Err(unusable("only keys on P-256 are written")) };
    let sec1: Vec<u8> = [4].into_iter().chain(*point).collect();
    let key = p256::PublicKey::from_sec1_bytes(&sec1).map_err(unusable)?;
    key.to_public_key_pem(LineEnding::LF).map_err(unusable)
}

/// The id that a key has by default: the first 10 bytes of the SHA-256 of its coordinates.
///
/// As many as make a signature a multiple of 4 bytes, so that none moves the payloads out of alignment.
///
/// # Errors
/// [`BuildError::Key`].
pub fn key_id(key: &PublicKey) -> Result<[u8; 10], BuildError> {
    let bytes: &[u8] = match key {
        PublicKey::Es256(point) => point,
        PublicKey::Ed25519(key) => key,
    };
    let hash = RustCrypto.sha256(&[bytes]).map_err(|_| unusable("it can't be hashed"))?;
    let mut id = [0; 10];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Ok(id)
}
