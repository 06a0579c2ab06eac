// SPDX-License-Identifier: Apache-2.0
//! Makes what the rest of this crate reads: images, policies, trust stores, and signatures over them.
//!
//! For hosts. The same input makes the same bytes, signatures included (RFC 6979). Whatever is made is read
//! back by the device's own parser before it's handed out.

mod encode;
mod image;
mod keys;
mod policy;
mod sign;
mod trust;

pub use image::{ImageBuilder, encode_sbom};
pub use keys::{PrivateKey, key_id, pem_of, public_key};
pub use policy::PolicyBuilder;
pub use sign::{Signed, add_signature, sign, signature_from_der, to_be_signed};
pub use trust::{KeyEntry, TrustBuilder};

use crate::error::Error;
use std::fmt;
use std::string::String;

/// Why something can't be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// What would be made isn't accepted by the device's parser.
    Refused(Error),
    /// A key can't be read or used.
    Key(String),
    /// The key has signed it already.
    SignedAlready,
    /// As many signatures as fit are there.
    TooManySignatures,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Key(text) => write!(f, "a key that can't be used: {text}"),
            Self::SignedAlready => f.write_str("the key has signed it already"),
            Self::TooManySignatures => f.write_str("it has as many signatures as fit"),
        }
    }
}

impl std::error::Error for BuildError {}

impl From<Error> for BuildError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}
