// SPDX-License-Identifier: Apache-2.0
//! The built-in crypto provider, in Rust: `p256`, `sha2` and, by the feature `ed25519`, `ed25519-dalek`.

use crate::crypto::{Crypto, CryptoFailed};
use crate::es256;
use sha2::{Digest, Sha256};

/// SHA-256, ES256 and, where it's built in, Ed25519.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl Crypto for RustCrypto {
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        let mut hash = Sha256::new();
        pieces.iter().for_each(|piece| hash.update(piece));
        Ok(hash.finalize().into())
    }

    fn verify_es256(
        &self,
        key: &[u8; 64],
        hash: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed> {
        Ok(es256::verify(key, hash, signature))
    }

    #[cfg(feature = "ed25519")]
    fn verify_ed25519(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed> {
        let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(key) else { return Ok(false) };
        // Strict: no key of small order, no second form of a signature.
        Ok(key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok())
    }

    #[cfg(not(feature = "ed25519"))]
    fn verify_ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }
}
