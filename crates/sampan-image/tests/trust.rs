// SPDX-License-Identifier: Apache-2.0
//! Trust stores: who may sign one, rotation, revocation, and what a store may list.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use sampan_image::build::{KeyEntry, TrustBuilder, add_signature, sign, to_be_signed};
use sampan_image::{
    Error, ErrorKind, KeyState, Part, PublicKey, Purpose, Roles, RustCrypto, TrustStore, Verifier, class_id,
};
use support::item::Item;
use support::*;

fn open<'a>(
    bytes: &'a [u8],
    purpose: Purpose,
    current: Option<&TrustStore<'_>>,
    counters: &Fixed,
) -> Result<TrustStore<'a>, Error> {
    TrustStore::verify(bytes, purpose, &DEVICE, &roots(), current, counters, &RustCrypto)
}

fn refused(bytes: &[u8], current: Option<&TrustStore<'_>>) -> Option<ErrorKind> {
    open(bytes, Purpose::Install, current, &FRESH).err().map(|error| error.kind())
}

fn with_keys(keys: Vec<KeyEntry>) -> Vec<u8> {
    TrustBuilder { keys, ..trust_builder(2) }.build().unwrap()
}

#[test]
fn either_root_signs_and_nobody_else() {
    let unsigned = trust_builder(1).build().unwrap();
    let by = |key| refused(&sign(&unsigned, &private(key)).unwrap(), None);
    assert_eq!(refused(&unsigned, None), Some(ErrorKind::Unsigned));
    assert_eq!(by(ROOT_A), None);
    assert_eq!(by(ROOT_B), None);
    for key in [OWNER, OPERATOR, STRANGER] {
        assert_eq!(by(key), Some(ErrorKind::UnknownSigner));
    }
    let both = sign(&sign(&unsigned, &private(ROOT_A)).unwrap(), &private(ROOT_B)).unwrap();
    assert_eq!(refused(&both, None), None);
    let mixed = sign(&sign(&unsigned, &private(ROOT_A)).unwrap(), &private(OWNER)).unwrap();
    assert_eq!(refused(&mixed, None), Some(ErrorKind::UnknownSigner));
    let image = sign(&support::unsigned(1), &private(ROOT_A)).unwrap();
    assert_eq!(refused(&image, None), Some(ErrorKind::BadComponent));
    let foreign = TrustBuilder { vendor_id: [0; 16], ..trust_builder(1) }.build().unwrap();
    assert_eq!(refused(&sign(&foreign, &private(ROOT_A)).unwrap(), None), Some(ErrorKind::ForeignVendor));
}

#[test]
fn stores_only_get_newer() {
    let bytes = trust_bytes();
    let with = |confirmed, floor, purpose| {
        open(&bytes, purpose, None, &Fixed { confirmed, floor, broken: false })
            .err()
            .map(|error| error.kind())
    };
    assert_eq!(with(0, 1, Purpose::Install), None);
    assert_eq!(with(1, 0, Purpose::Install), Some(ErrorKind::Rollback));
    assert_eq!(with(1, 0, Purpose::Installed), None);
    assert_eq!(with(2, 0, Purpose::Installed), Some(ErrorKind::Rollback));
    assert_eq!(with(0, 2, Purpose::Installed), Some(ErrorKind::BelowFloor));
}

#[test]
fn a_root_key_is_revoked_by_the_other() {
    let revoke = |number, sequence, by| {
        let mut builder = trust_builder(sequence);
        builder.keys.push(entry(number, Roles::ROOT, "", KeyState::Revoked));
        sign(&builder.build().unwrap(), &private(by)).unwrap()
    };
    // Nobody can saw off the branch that they sit on.
    assert_eq!(refused(&revoke(ROOT_A, 2, ROOT_A), None), Some(ErrorKind::RevokedSigner));
    let bytes = revoke(ROOT_A, 2, ROOT_B);
    let current = open(&bytes, Purpose::Install, None, &FRESH).unwrap();
    let successor =
        |by| refused(&sign(&trust_builder(3).build().unwrap(), &private(by)).unwrap(), Some(&current));
    assert_eq!(successor(ROOT_A), Some(ErrorKind::RevokedSigner));
    assert_eq!(successor(ROOT_B), None);
}

#[test]
fn revoking_a_key_ends_what_it_signed() {
    let image = signed(9);
    let evaluate = |trust: &[u8], counters: &Fixed| {
        let verifier = Verifier { device: DEVICE, trust: open_trust(trust), counters, crypto: &RustCrypto };
        kind(verifier.reevaluate(&image))
    };
    let installed = Fixed { confirmed: 9, ..FRESH };
    assert_eq!(evaluate(&trust_bytes(), &installed), None);
    assert_eq!(evaluate(&trust_bytes(), &Fixed { floor: 10, ..installed }), Some(ErrorKind::BelowFloor));
    let revise = |change: fn(&mut KeyEntry)| {
        let mut builder = trust_builder(2);
        change(&mut builder.keys[0]);
        sign(&builder.build().unwrap(), &private(ROOT_B)).unwrap()
    };
    let revoked = revise(|developer| developer.state = KeyState::Revoked);
    assert_eq!(evaluate(&revoked, &installed), Some(ErrorKind::RevokedSigner));
    let elsewhere = revise(|developer| developer.prefix = "lamp".to_owned());
    assert_eq!(evaluate(&elsewhere, &installed), Some(ErrorKind::ForeignPrefix));
    let demoted = revise(|developer| developer.roles = Roles::AOT);
    assert_eq!(evaluate(&demoted, &installed), Some(ErrorKind::MissingRole));
    let replaced = revise(|developer| *developer = entry(STRANGER, Roles::DEVELOPER, "", KeyState::Active));
    assert_eq!(evaluate(&replaced, &installed), Some(ErrorKind::UnknownSigner));
}

#[test]
fn a_key_decides_by_state_prefix_and_role() {
    let bytes = trust_bytes();
    let store = open_trust(&bytes);
    let decide = |number, role, container: &str| {
        let id = entry(number, Roles::ROOT, "", KeyState::Active).id;
        store.decide(&id, role, container).err().map(|error| error.kind())
    };
    assert_eq!(decide(DEVELOPER, Roles::DEVELOPER, "plant.pump"), None);
    assert_eq!(decide(DEVELOPER, Roles::DEVELOPER, "plants"), Some(ErrorKind::ForeignPrefix));
    assert_eq!(decide(DEVELOPER, Roles::OPERATOR, "plant.pump"), Some(ErrorKind::MissingRole));
    assert_eq!(decide(OWNER, all_roles(), "anything"), None);
    assert_eq!(decide(REVOKED, Roles::DEVELOPER, "plant.pump"), Some(ErrorKind::RevokedSigner));
    assert_eq!(decide(STRANGER, Roles::DEVELOPER, "plant.pump"), Some(ErrorKind::UnknownSigner));
    assert_eq!(store.keys().count(), 6);
    assert!(
        store.revokes(&public(REVOKED))
            && !store.revokes(&public(OWNER))
            && !store.revokes(&public(STRANGER))
    );
}

#[test]
fn what_a_store_may_not_list() {
    let refused = |keys: Vec<KeyEntry>| {
        let result = TrustBuilder { keys, ..trust_builder(1) }.build();
        result.err().map(|error| error.to_string())
    };
    let good = || entry(OWNER, Roles::DEVELOPER, "", KeyState::Active);
    let contains = |keys, part: ErrorKind| assert!(refused(keys).unwrap().contains(part.text()), "{part:?}");
    assert_eq!(refused(vec![]), None);
    assert_eq!(refused(vec![good()]), None);
    contains(vec![good(), good()], ErrorKind::RepeatedKey);
    contains(vec![good(), KeyEntry { id: vec![1], ..good() }], ErrorKind::RepeatedKey);
    contains(vec![good(), KeyEntry { key: public(AOT), ..good() }], ErrorKind::RepeatedKey);
    contains(vec![KeyEntry { id: vec![], ..good() }], ErrorKind::OutOfRange);
    contains(vec![KeyEntry { id: vec![0; 17], ..good() }], ErrorKind::OutOfRange);
    contains(vec![KeyEntry { roles: Roles::NONE, ..good() }], ErrorKind::OutOfRange);
    contains(vec![KeyEntry { prefix: "a/b".to_owned(), ..good() }], ErrorKind::BadName);
    let many = (0..17_u8).map(|number| KeyEntry { id: vec![number], key: public(number + 20), ..good() });
    contains(many.collect(), ErrorKind::TooMany);
}

#[test]
fn ed25519_signs_too() {
    use ed25519_dalek::{Signer, SigningKey};
    let private_key = SigningKey::from_bytes(&[9; 32]);
    let key = PublicKey::Ed25519(private_key.verifying_key().to_bytes());
    let listed = KeyEntry { key, ..entry(STRANGER, all_roles(), "", KeyState::Active) };
    let id = sampan_image::build::key_id(&key).unwrap().to_vec();
    let store = sign(&with_keys(vec![KeyEntry { id, ..listed }]), &private(ROOT_A)).unwrap();
    let image = support::unsigned(9);
    let signature = private_key.sign(&to_be_signed(&image, &key).unwrap().text).to_bytes();
    let image = add_signature(&image, &key, &signature).unwrap();
    let verifier =
        Verifier { device: DEVICE, trust: open_trust(&store), counters: &FRESH, crypto: &RustCrypto };
    verifier.verify(&image, Purpose::Install).unwrap();
    for idx in 0..image.len() {
        for bit in 0..8 {
            let mut other = image.clone();
            other[idx] ^= 1 << bit;
            assert!(verifier.verify(&other, Purpose::Install).is_err(), "bit {bit} of byte {idx}");
        }
    }
}

#[test]
fn signatures_that_cannot_be_added() {
    use sampan_image::build::BuildError;
    let image = signed(9);
    assert_eq!(sign(&image, &private(DEVELOPER)), Err(BuildError::SignedAlready));
    let full = sign(&sign(&image, &private(AOT)).unwrap(), &private(OWNER)).unwrap();
    assert_eq!(sign(&full, &private(FOREIGN)), Err(BuildError::TooManySignatures));
    let wrong = add_signature(&image, &public(AOT), &[1; 64]);
    assert!(matches!(wrong, Err(BuildError::Refused(error)) if error.kind() == ErrorKind::BadSignature));
}

/// A trust store put together by hand, of this payload, and signed by a root key.
fn by_hand(payload: &[u8]) -> Option<ErrorKind> {
    let class = class_id(&VENDOR, Part::Keys, &[], &RustCrypto).unwrap();
    let mut recipe = Recipe::new();
    recipe.components = vec![Item::Array(vec![Item::bytes("k")])];
    recipe.shared[1] = Item::map([
        (1, Item::bytes(VENDOR)),
        (2, Item::bytes(class)),
        (3, digest_of(payload)),
        (14, Item::Int(i64::try_from(payload.len()).unwrap())),
    ]);
    recipe.install[1] = Item::map([(21, Item::text("#k"))]);
    let payloads = [(Item::text("#k"), Item::bytes(payload))];
    let entries = envelope_entries(&recipe.manifest(), &payloads);
    let unsigned = Item::Tag(107, Box::new(Item::Map(entries))).encode();
    refused(&sign(&unsigned, &private(ROOT_A)).unwrap(), None)
}

/// One key, changed in one place.
fn key(change: impl FnOnce(&mut Vec<(i64, Item)>)) -> Option<ErrorKind> {
    let PublicKey::Es256(point) = public(OWNER) else { panic!("made for ES256") };
    let (x, y) = point.split_at(32);
    let mut entries = vec![
        (1, Item::Int(2)),
        (2, Item::bytes("id")),
        (3, Item::Int(-7)),
        (-1, Item::Int(1)),
        (-2, Item::bytes(x)),
        (-3, Item::bytes(y)),
        (-70001, Item::Int(3)),
        (-70002, Item::text("plant.")),
        (-70003, Item::Int(0)),
    ];
    change(&mut entries);
    let entries = entries.into_iter().map(|(key, value)| (Item::Int(key), value)).collect();
    by_hand(&Item::Array(vec![Item::Map(entries)]).encode())
}

#[test]
fn keys_that_depart_from_the_profile_in_one_place() {
    assert_eq!(key(|_| ()), None);
    for missing in 0..9 {
        let without = key(|entries| drop(entries.remove(missing)));
        assert!(
            matches!(without, Some(ErrorKind::MissingKey | ErrorKind::UnknownKey)),
            "without the one at {missing}: {without:?}"
        );
    }
    for (place, unknown) in [(3, 4), (3, 5), (6, -4), (9, -70004)] {
        let more = key(|entries| entries.insert(place, (unknown, Item::Int(0))));
        assert!(matches!(more, Some(ErrorKind::UnknownKey | ErrorKind::MissingKey)), "{unknown}: {more:?}");
    }
    for place in 0..8 {
        let twice = key(|entries| entries.insert(place, entries[place].clone()));
        assert!(twice.is_some(), "the one at {place} twice");
        assert!(key(|entries| entries.swap(place, place + 1)).is_some(), "unsorted at {place}");
    }
    for (place, value) in [
        (0, Item::Int(3)),
        (0, Item::Int(1)),
        (1, Item::bytes("")),
        (1, Item::text("id")),
        (2, Item::Int(-35)),
        (2, Item::Int(-8)),
        (3, Item::Int(2)),
        (4, Item::bytes([1; 31])),
        (5, Item::bytes([1; 33])),
        (5, Item::Bool(true)),
        (6, Item::Int(0)),
        (6, Item::Int(16)),
        (7, Item::text("a/b")),
        (7, Item::bytes("plant.")),
        (8, Item::Int(2)),
        (8, Item::Int(-1)),
        (8, Item::Raw(vec![0x18, 0])),
    ] {
        assert!(key(|entries| entries[place].1 = value.clone()).is_some(), "{value:?} at {place}");
    }
}

#[test]
fn lists_of_keys_that_depart_from_the_profile() {
    assert_eq!(by_hand(&[0x80]), None);
    assert_eq!(by_hand(&[0x9f, 0xff]), Some(ErrorKind::IndefiniteLength));
    assert_eq!(by_hand(&[0x81, 0xbf, 0xff]), Some(ErrorKind::IndefiniteLength));
    assert_eq!(by_hand(&[0x80, 0]), Some(ErrorKind::TrailingBytes));
    assert_eq!(by_hand(&[0x98, 0]), Some(ErrorKind::NotShortest));
    assert_eq!(by_hand(&[0x81]), Some(ErrorKind::Truncated));
    assert_eq!(by_hand(&[]), Some(ErrorKind::Truncated));
    assert_eq!(by_hand(&[0xa0]), Some(ErrorKind::UnexpectedType));
}
