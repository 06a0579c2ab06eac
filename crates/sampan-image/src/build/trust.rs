// SPDX-License-Identifier: Apache-2.0
//! Trust stores.

use super::BuildError;
use super::encode::Encoder;
use super::image::ImageBuilder;
use crate::crypto::PublicKey;
use crate::manifest::Part;
use crate::trust::{KEY_PREFIX, KEY_ROLES, KEY_STATE, KeyState, Roles, TrustStore, TrustedKey};
use std::string::{String, ToString};
use std::vec::Vec;

/// One key to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// Its id.
    pub id: Vec<u8>,
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub roles: Roles,
    /// What the ids of containers begin with that it may speak for; empty for all.
    pub prefix: String,
    /// Whether it counts.
    pub state: KeyState,
}

impl From<TrustedKey<'_>> for KeyEntry {
    fn from(key: TrustedKey<'_>) -> Self {
        Self {
            id: key.id.to_vec(),
            key: key.key,
            roles: key.roles,
            prefix: key.prefix.to_string(),
            state: key.state,
        }
    }
}

/// What a trust store lists.
#[derive(Clone, Debug)]
pub struct TrustBuilder {
    /// The vendor whose devices it's for.
    pub vendor_id: [u8; 16],
    /// Sequence number: higher than that of the one before.
    pub sequence: u64,
    /// The keys, in their order.
    pub keys: Vec<KeyEntry>,
}

impl TrustBuilder {
    /// Makes the envelope, unsigned.
    ///
    /// # Errors
    /// [`BuildError::Refused`] if it isn't one that a device would read.
    pub fn build(&self) -> Result<Vec<u8>, BuildError> {
        let list = self.keys.iter().fold(Encoder::default().array(self.keys.len()), cose_key);
        let builder = ImageBuilder::trust_store(self.vendor_id, self.sequence);
        let bytes = builder.part(Part::Keys, &[], list.finish())?.build()?;
        TrustStore::read_unverified(&bytes)?;
        Ok(bytes)
    }
}

fn cose_key(list: Encoder, entry: &KeyEntry) -> Encoder {
    let list = match &entry.key {
        PublicKey::Es256(point) => {
            let (x, y) = point.split_at(32);
            let start = list.map(9).int(1).int(2).int(2).bytes(&entry.id).int(3).int(-7).int(-1).int(1);
            start.int(-2).bytes(x).int(-3).bytes(y)
        }
        PublicKey::Ed25519(key) => {
            let start = list.map(8).int(1).int(1).int(2).bytes(&entry.id).int(3).int(-8).int(-1).int(6);
            start.int(-2).bytes(key)
        }
    };
    let roles = u64::from(entry.roles.bits());
    let list = list.int(KEY_ROLES).unsigned(roles).int(KEY_PREFIX).text(&entry.prefix);
    list.int(KEY_STATE).unsigned(entry.state as u64)
}
