// SPDX-License-Identifier: Apache-2.0
//! What verification needs of a crypto provider: PSA, a secure element, or the built-in one.

/// A signature algorithm of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256; COSE -7 and -9.
    Es256,
    /// Ed25519; COSE -8 and -19.
    Ed25519,
}

impl Algorithm {
    /// Reads a COSE algorithm number.
    #[must_use]
    pub const fn from_cose(number: i32) -> Option<Self> {
        match number {
            -7 | -9 => Some(Self::Es256),
            -8 | -19 => Some(Self::Ed25519),
            _ => None,
        }
    }
}

/// A public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// A point on P-256: x, then y, both big-endian.
    Es256([u8; 64]),
    /// As RFC 8032 encodes it.
    Ed25519([u8; 32]),
}

impl PublicKey {
    /// The algorithm that it's for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }
}

/// The provider has no verdict: it lacks the algorithm, or its hardware failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CryptoFailed;

/// Hashes and verifies, as PSA Crypto or a secure element does. Thread context; may block.
pub trait Crypto {
    /// SHA-256 of the pieces, one after another.
    ///
    /// # Errors
    /// [`CryptoFailed`].
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed>;

    /// Whether `signature` (r, then s) is that of `hash` under the point `key` (x, then y).
    ///
    /// A key that is no point of the curve verifies nothing.
    ///
    /// # Errors
    /// [`CryptoFailed`].
    fn verify_es256(
        &self,
        key: &[u8; 64],
        hash: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed>;

    /// Whether `signature` is that of `message` under `key`.
    ///
    /// # Errors
    /// [`CryptoFailed`], also from a provider without Ed25519.
    fn verify_ed25519(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed>;
}
