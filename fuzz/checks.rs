// SPDX-License-Identifier: Apache-2.0
//! What must hold of any input: the fuzz targets and the tests of `sampan-image` check the same.
//!
//! Each function reads an input by what the device reads it with, and tells whether it was accepted. That
//! nothing panics goes without saying; beside it, what is accepted holds what it says.
#![allow(dead_code, reason = "each target and test takes what it needs")]

use crate::support::item::Item;
use crate::support::{DEVICE, FRESH, PAYLOAD, VENDOR, digest_of, open_trust, roots, signed, trust_bytes};
use sampan_image::build::{KeyEntry, TrustBuilder};
use sampan_image::{
    Contents, Crypto, CryptoFailed, Envelope, MAX_PERMISSIONS, Part, Permission, Policy, PublicKey, Purpose,
    RustCrypto, Sbom, TrustStore, Verifier, requested_permissions,
};
use std::sync::LazyLock;

/// Whether a slice lies in another: nothing is copied.
fn lies_in(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.as_ptr_range().contains(&part.as_ptr())
}

/// Reads a signed image. What verifies is what was signed, to the last bit.
pub fn image(bytes: &[u8]) -> bool {
    static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| signed(9));
    static TRUST: LazyLock<Vec<u8>> = LazyLock::new(trust_bytes);
    static STORE: LazyLock<TrustStore<'static>> = LazyLock::new(|| open_trust(&TRUST));
    if let Ok(envelope) = Envelope::parse(bytes) {
        assert_eq!(envelope.signatures().count(), envelope.signature_count());
        assert_eq!(envelope.payloads().count(), envelope.payload_count());
        assert!(envelope.payloads().all(|(_, payload)| lies_in(bytes, payload)));
    }
    let verifier = Verifier { device: DEVICE, trust: *STORE, counters: &FRESH, crypto: &RustCrypto };
    if verifier.verify(bytes, Purpose::Install).is_ok() && bytes.len() == SIGNED.len() {
        // Whoever has no key can't sign anything else of this length.
        assert_eq!(bytes, &SIGNED[..]);
    }
    contents(bytes)
}

/// Reads what an envelope holds, verified or not.
pub fn contents(bytes: &[u8]) -> bool {
    let Ok(contents) = Contents::read(bytes) else { return false };
    assert!(contents.manifest().components().count() >= 1);
    for component in contents.manifest().components() {
        assert!(contents.payload(component.part).is_none_or(|payload| lies_in(bytes, payload)));
    }
    let _ = contents.check_payloads(&RustCrypto);
    if let Ok(effective) = contents.effective() {
        assert!(effective.iter().all(|meet| !meet.to_string().is_empty()));
    }
    true
}

/// Believes every signature.
struct Gullible;

impl Crypto for Gullible {
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        RustCrypto.sha256(pieces)
    }

    fn verify_es256(&self, _: &[u8; 64], _: &[u8; 32], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Ok(true)
    }

    fn verify_ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Ok(true)
    }
}

/// Reads a manifest in an envelope whose digest and signature hold, with one payload.
pub fn manifest(bytes: &[u8]) -> bool {
    static TRUST: LazyLock<Vec<u8>> = LazyLock::new(trust_bytes);
    static STORE: LazyLock<TrustStore<'static>> = LazyLock::new(|| open_trust(&TRUST));
    let protected = Item::Nested(Box::new(Item::map([(1, Item::Int(-7))])));
    let items = vec![protected, Item::Map(Vec::new()), Item::Null, Item::bytes([1; 64])];
    let sign1 = Item::Nested(Box::new(Item::Tag(18, Box::new(Item::Array(items)))));
    let digest = digest_of(&Item::bytes(bytes).encode());
    let envelope = Item::Map(vec![
        (Item::Int(2), Item::Nested(Box::new(Item::Array(vec![digest, sign1])))),
        (Item::Int(3), Item::bytes(bytes)),
        (Item::text("#m"), Item::bytes(PAYLOAD)),
    ]);
    let envelope = Item::Tag(107, Box::new(envelope)).encode();
    let verifier = Verifier { device: DEVICE, trust: *STORE, counters: &FRESH, crypto: &Gullible };
    match verifier.verify(&envelope, Purpose::Install) {
        Ok(image) => {
            // One payload was there, and it was what each component must be.
            assert_eq!(image.components().count(), 1);
            assert!(image.components().all(|component| component.size as usize == PAYLOAD.len()));
            assert!(image.sequence() > 0);
            true
        }
        Err(_) => contents(&envelope),
    }
}

/// Reads a trust store. One encoding of everything: the same keys make the same payload.
pub fn trust(bytes: &[u8]) -> bool {
    static ROOTS: LazyLock<[PublicKey; 2]> = LazyLock::new(roots);
    let verified = TrustStore::verify(bytes, Purpose::Install, &DEVICE, &ROOTS, None, &FRESH, &RustCrypto);
    let Ok(store) = TrustStore::read_unverified(bytes) else {
        assert!(verified.is_err(), "a store that can't be read verifies");
        return false;
    };
    let keys: Vec<_> = store.keys().map(KeyEntry::from).collect();
    let again = TrustBuilder { vendor_id: VENDOR, sequence: store.sequence(), keys }.build().unwrap();
    let payload = |bytes: &[u8]| Contents::read(bytes).unwrap().payload(Part::Keys).unwrap().to_vec();
    // But for the two numbers of each algorithm.
    let plain = |bytes: Vec<u8>| bytes.into_iter().filter(|byte| !matches!(byte, 0x26 | 0x28 | 0x27 | 0x32));
    assert!(plain(payload(&again)).eq(plain(payload(bytes))));
    true
}

/// Reads a policy, a reference to a bill of materials, or a module that asks for permissions.
pub fn policy(bytes: &[u8]) -> bool {
    let mut accepted = Sbom::parse(bytes).is_ok();
    if let Ok(policy) = Policy::parse(bytes) {
        accepted = true;
        for permission in policy.granted.iter() {
            let text = permission.to_string();
            assert_eq!(Permission::parse(&text), Ok(permission), "{text}");
        }
        assert!(policy.env.iter().all(|text| text.contains('=')));
        assert!(policy.devices.iter().all(|(name, board)| !name.is_empty() && !board.is_empty()));
    }
    if let Ok(requested) = requested_permissions(bytes) {
        accepted = true;
        assert!(requested.iter().count() <= MAX_PERMISSIONS);
    }
    accepted
}
