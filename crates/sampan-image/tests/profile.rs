// SPDX-License-Identifier: Apache-2.0
//! Manifests and envelopes that depart from the profile in one place each.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use sampan_image::ErrorKind;
use support::item::Item;
use support::*;

fn changed(change: impl FnOnce(&mut Recipe)) -> Option<ErrorKind> {
    let mut recipe = Recipe::new();
    change(&mut recipe);
    recipe.refused()
}

/// The first command of the shared sequence, with its parameters changed.
fn parameters(change: impl FnOnce(&mut Vec<(Item, Item)>)) -> Option<ErrorKind> {
    changed(|recipe| {
        let Item::Map(entries) = &mut recipe.shared[1] else { panic!("no parameters") };
        change(entries);
    })
}

#[test]
fn the_recipe_itself_is_good() {
    assert_eq!(Recipe::new().refused(), None);
}

#[test]
fn manifest_members() {
    assert_eq!(changed(|recipe| recipe.version = Item::Int(2)), Some(ErrorKind::WrongVersion));
    assert_eq!(changed(|recipe| recipe.version = Item::text("1")), Some(ErrorKind::UnexpectedType));
    assert_eq!(changed(|recipe| recipe.sequence = Item::Int(-1)), Some(ErrorKind::UnexpectedType));
    assert_eq!(changed(|recipe| recipe.sequence = Item::Raw(vec![0x18, 7])), Some(ErrorKind::NotShortest));
    assert_eq!(changed(|recipe| recipe.sequence = Item::Int(0)), Some(ErrorKind::Rollback));
    for key in [21, 23, 24, 300, -1] {
        let more = (Item::Int(key), Item::Int(0));
        assert_eq!(changed(|recipe| recipe.more.push(more)), Some(ErrorKind::UnknownKey), "key {key}");
    }
    for key in [1, 3, 7, 9, 20] {
        let more = (Item::Int(key), Item::Int(0));
        assert_eq!(changed(|recipe| recipe.more.push(more)), Some(ErrorKind::KeyOrder), "key {key}");
    }
    let text = (Item::text("x"), Item::Int(0));
    assert_eq!(changed(|recipe| recipe.more.push(text)), Some(ErrorKind::UnexpectedType));
}

/// Manifests put together by hand, since a recipe has no holes.
#[test]
fn manifests_with_holes() {
    let good = Recipe::new();
    let nested = |items: &[Item]| Item::Nested(Box::new(Item::Array(items.to_vec())));
    let common = Item::map([(2, Item::Array(good.components.clone())), (4, nested(&good.shared))]);
    let common = Item::Nested(Box::new(common));
    let all = [
        (1, Item::Int(1)),
        (2, Item::Int(7)),
        (3, common),
        (7, nested(&good.validate)),
        (20, nested(&good.install)),
    ];
    let refused = |entries: &[(i64, Item)]| {
        let entries = entries.iter().map(|(key, value)| (Item::Int(*key), value.clone())).collect();
        kind(verify(&sign_manifest(&Item::Map(entries).encode(), &good.payloads)))
    };
    assert_eq!(refused(&all), None);
    for hole in 0..all.len() {
        let mut entries = all.to_vec();
        entries.remove(hole);
        assert_eq!(refused(&entries), Some(ErrorKind::MissingKey), "without {}", all[hole].0);
    }
    for (severed, member) in [(3, 7), (4, 20)] {
        let mut entries = all.to_vec();
        entries[severed] = (member, Item::Array(vec![Item::Int(-16), Item::bytes([0; 32])]));
        assert_eq!(refused(&entries), Some(ErrorKind::UnexpectedType), "severed {member}");
    }
    for (key, kind) in [
        (5, ErrorKind::UnknownKey),
        (4, ErrorKind::UnknownKey),
        (8, ErrorKind::UnknownKey),
        (16, ErrorKind::UnknownKey),
    ] {
        let mut entries = all.to_vec();
        entries.push((key, Item::Int(0)));
        entries.sort_by_key(|(key, _)| *key);
        assert_eq!(refused(&entries), Some(kind), "key {key}");
    }
    for (version, kind) in [
        (vec![], Some(ErrorKind::OutOfRange)),
        (vec![1], None),
        (vec![1, 2, 3, 4], Some(ErrorKind::TooMany)),
        (vec![-1], Some(ErrorKind::UnexpectedType)),
        (vec![1 << 32], Some(ErrorKind::OutOfRange)),
    ] {
        let mut entries = all.to_vec();
        let numbers: Vec<_> = version.iter().map(|number| Item::Int(*number)).collect();
        entries.insert(3, (6, nested(&numbers)));
        assert_eq!(refused(&entries), kind, "version {version:?}");
    }
}

#[test]
fn components() {
    let one = |items: &[&str]| {
        let id = Item::Array(items.iter().map(Item::bytes).collect());
        changed(|recipe| recipe.components = vec![id])
    };
    for bad in [
        &[][..],
        &["m"],
        &["k"],
        &[CONTAINER],
        &[CONTAINER, "x"],
        &[CONTAINER, "mm"],
        &[CONTAINER, ""],
        &[CONTAINER, "k"],
        &["", "m"],
        &["a b", "m"],
        &["a/b", "m"],
        &["twenty-four-characters-x", "m"],
        &[CONTAINER, "m", "m"],
        &["\u{fc}", "m"],
    ] {
        // A trust store's is well-formed, but no part of a container.
        assert_eq!(one(bad), Some(ErrorKind::BadComponent), "{bad:?}");
    }
    assert_eq!(changed(|recipe| recipe.components.clear()), Some(ErrorKind::BadComponent));
    assert_eq!(
        changed(|recipe| recipe.components.push(recipe.components[0].clone())),
        Some(ErrorKind::RepeatedComponent)
    );
    let other = Item::Array(vec![Item::bytes("other"), Item::bytes("p")]);
    assert_eq!(changed(|recipe| recipe.components.push(other)), Some(ErrorKind::BadComponent));
    let second = Item::Array(vec![Item::bytes(CONTAINER), Item::bytes("p")]);
    assert_eq!(changed(|recipe| recipe.components.push(second)), Some(ErrorKind::MissingCommand));
    let many = vec![Item::Array(vec![Item::bytes(CONTAINER), Item::bytes("m")]); 6];
    assert_eq!(changed(|recipe| recipe.components = many), Some(ErrorKind::TooMany));
}

#[test]
fn commands() {
    let shared = |code, argument: Item| changed(|recipe| recipe.shared.extend([Item::Int(code), argument]));
    // Everything else that the draft defines, or might.
    for code in [0, 3, 4, 5, 6, 13, 14, 15, 16, 18, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32, 33, -1, 1000]
    {
        assert_eq!(shared(code, Item::Int(0)), Some(ErrorKind::UnsupportedCommand), "command {code}");
    }
    assert_eq!(shared(1, Item::Int(16)), Some(ErrorKind::OutOfRange));
    assert_eq!(shared(1, Item::Null), Some(ErrorKind::UnexpectedType));
    assert_eq!(shared(12, Item::Int(0)), None);
    assert_eq!(shared(12, Item::Bool(true)), None);
    assert_eq!(shared(12, Item::Bool(false)), Some(ErrorKind::UnexpectedType));
    for index in [1, 5, 8, 31, 32, 256, i64::MAX] {
        assert_eq!(shared(12, Item::Int(index)), Some(ErrorKind::ComponentIndex), "index {index}");
    }
    assert_eq!(changed(|recipe| recipe.shared.push(Item::Int(12))), Some(ErrorKind::MissingParameter));
    for code in [1, 2, 15, 20, 21] {
        let validate = changed(|recipe| recipe.validate.extend([Item::Int(code), Item::Int(0)]));
        assert_eq!(validate, Some(ErrorKind::UnsupportedCommand), "command {code}");
    }
    for code in [1, 2, 15, 18, 22, 23] {
        let install = changed(|recipe| recipe.install.extend([Item::Int(code), Item::Int(0)]));
        assert_eq!(install, Some(ErrorKind::UnsupportedCommand), "command {code}");
    }
    let many = (0..65).flat_map(|_| [Item::Int(12), Item::Int(0)]);
    assert_eq!(changed(|recipe| recipe.shared.extend(many)), Some(ErrorKind::TooMany));
}

#[test]
fn no_check_is_left_out() {
    for (idx, len) in [(2, 2), (4, 2)] {
        let without = changed(|recipe| drop(recipe.shared.drain(idx..idx + len)));
        assert_eq!(without, Some(ErrorKind::MissingCommand), "without command at {idx}");
    }
    assert_eq!(changed(|recipe| recipe.validate.clear()), Some(ErrorKind::MissingCommand));
    assert_eq!(changed(|recipe| drop(recipe.install.drain(4..))), Some(ErrorKind::MissingCommand));
    // Checked before it was fetched, and fetched before it was said from where.
    assert_eq!(changed(|recipe| recipe.install.rotate_right(2)), Some(ErrorKind::MissingParameter));
    assert_eq!(changed(|recipe| recipe.install.rotate_left(2)), Some(ErrorKind::MissingParameter));
    // Conditions before their parameters.
    assert_eq!(changed(|recipe| recipe.shared.rotate_left(2)), Some(ErrorKind::MissingParameter));
}

#[test]
fn parameters_are_known_and_set_once() {
    for key in [0, 4, 5, 12, 13, 18, 19, 22, 23, 24] {
        let unknown = parameters(|entries| {
            entries.push((Item::Int(key), Item::Int(0)));
            entries.sort_by_key(|(key, _)| key.encode());
        });
        assert_eq!(unknown, Some(ErrorKind::UnsupportedParameter), "parameter {key}");
    }
    for (idx, missing) in [ErrorKind::MissingParameter; 4].into_iter().enumerate() {
        assert_eq!(
            parameters(|entries| drop(entries.remove(idx))),
            Some(missing),
            "without the one at {idx}"
        );
    }
    assert_eq!(parameters(|entries| entries[0].1 = Item::bytes([0; 15])), Some(ErrorKind::OutOfRange));
    assert_eq!(parameters(|entries| entries[0].1 = Item::bytes([0; 16])), Some(ErrorKind::ForeignVendor));
    assert_eq!(parameters(|entries| entries[1].1 = Item::bytes([0; 16])), Some(ErrorKind::ForeignClass));
    assert_eq!(parameters(|entries| entries[3].1 = Item::Int(1 << 32)), Some(ErrorKind::OutOfRange));
    assert_eq!(parameters(|entries| entries[3].1 = Item::Int(9)), Some(ErrorKind::PayloadSize));
    assert_eq!(parameters(|entries| entries[2].1 = digest_of(b"other")), Some(ErrorKind::PayloadDigest));
    let sha384 = Item::Nested(Box::new(Item::Array(vec![Item::Int(-43), Item::bytes([0; 48])])));
    assert_eq!(parameters(|entries| entries[2].1 = sha384), Some(ErrorKind::UnsupportedAlgorithm));
    assert_eq!(parameters(|entries| entries.swap(0, 1)), Some(ErrorKind::KeyOrder));
    assert_eq!(parameters(|entries| entries[1].0 = Item::Int(1)), Some(ErrorKind::KeyOrder));
    let again = [Item::Int(20), Item::map([(14, Item::Int(8))])];
    assert_eq!(changed(|recipe| recipe.shared.extend(again)), Some(ErrorKind::RepeatedParameter));
    for uri in ["http://example.com/m", "#", "", "m"] {
        let uri = Item::map([(21, Item::text(uri))]);
        assert_eq!(changed(|recipe| recipe.install[1] = uri), Some(ErrorKind::UnsupportedParameter));
    }
    let digest = Item::map([(3, digest_of(PAYLOAD))]);
    assert_eq!(changed(|recipe| recipe.install[1] = digest), Some(ErrorKind::UnsupportedParameter));
}

#[test]
fn payloads() {
    let payload = |name: &str| (Item::text(name), Item::bytes(PAYLOAD));
    assert_eq!(changed(|recipe| recipe.payloads.clear()), Some(ErrorKind::PayloadMissing));
    assert_eq!(changed(|recipe| recipe.payloads[0].0 = Item::text("#n")), Some(ErrorKind::PayloadMissing));
    assert_eq!(changed(|recipe| recipe.payloads.push(payload("#n"))), Some(ErrorKind::PayloadUnused));
    assert_eq!(changed(|recipe| recipe.payloads[0].1 = Item::bytes("")), Some(ErrorKind::PayloadSize));
}

/// Envelopes that no signer would make, so put together by hand.
fn envelope(change: impl FnOnce(&mut Vec<(Item, Item)>)) -> Option<ErrorKind> {
    let recipe = Recipe::new();
    let mut entries = envelope_entries(&recipe.manifest(), &recipe.payloads);
    change(&mut entries);
    kind(verify(&Item::Tag(107, Box::new(Item::Map(entries))).encode()))
}

#[test]
fn envelopes() {
    let payload = |name: &str| (Item::text(name), Item::bytes(PAYLOAD));
    assert_eq!(envelope(|_| ()), Some(ErrorKind::Unsigned));
    assert_eq!(envelope(|entries| entries.push(payload("#m"))), Some(ErrorKind::KeyOrder));
    assert_eq!(envelope(|entries| entries.push(payload("#a"))), Some(ErrorKind::KeyOrder));
    assert_eq!(envelope(|entries| entries.insert(2, payload("#mm"))), Some(ErrorKind::KeyOrder));
    assert_eq!(envelope(|entries| entries.push(payload("x"))), Some(ErrorKind::UnknownKey));
    assert_eq!(
        envelope(|entries| entries.push((Item::Int(20), Item::bytes("")))),
        Some(ErrorKind::UnknownKey)
    );
    assert_eq!(
        envelope(|entries| entries.insert(2, (Item::Int(20), Item::bytes("")))),
        Some(ErrorKind::UnknownKey)
    );
    assert_eq!(
        envelope(|entries| entries.insert(0, (Item::Int(1), Item::Int(0)))),
        Some(ErrorKind::UnknownKey)
    );
    assert_eq!(envelope(|entries| entries.swap(0, 1)), Some(ErrorKind::MissingKey));
    assert_eq!(envelope(|entries| drop(entries.remove(0))), Some(ErrorKind::MissingKey));
    assert_eq!(envelope(|entries| drop(entries.drain(1..))), Some(ErrorKind::MissingKey));
    let wrong = Item::Nested(Box::new(Item::Array(vec![digest_of(b"another manifest")])));
    assert_eq!(envelope(|entries| entries[0].1 = wrong), Some(ErrorKind::ManifestDigest));
    let recipe = Recipe::new();
    let untagged = Item::Map(envelope_entries(&recipe.manifest(), &recipe.payloads)).encode();
    assert_eq!(kind(verify(&untagged)), Some(ErrorKind::UnexpectedType));
    let manifest_tag = Item::Tag(1070, Box::new(Item::Raw(untagged))).encode();
    assert_eq!(kind(verify(&manifest_tag)), Some(ErrorKind::UnexpectedType));
}

/// A signature block put together by hand: structure is judged before anything is verified.
fn block(protected: Item, unprotected: Item, payload: Item, signature: Item) -> Option<ErrorKind> {
    let protected = Item::Nested(Box::new(protected));
    let sign1 = Item::Tag(18, Box::new(Item::Array(vec![protected, unprotected, payload, signature])));
    blocks(&[sign1])
}

fn blocks(blocks: &[Item]) -> Option<ErrorKind> {
    let recipe = Recipe::new();
    let digest = digest_of(&Item::bytes(recipe.manifest()).encode());
    let mut items = vec![digest];
    items.extend(blocks.iter().map(|block| Item::Nested(Box::new(block.clone()))));
    envelope(|entries| entries[0].1 = Item::Nested(Box::new(Item::Array(items))))
}

#[test]
fn signature_blocks() {
    let (none, signature) = (|| Item::Map(Vec::new()), || Item::bytes([0; 64]));
    let es256 = || Item::map([(1, Item::Int(-7))]);
    assert_eq!(block(es256(), none(), Item::Null, signature()), Some(ErrorKind::BadSignature));
    assert_eq!(block(none(), es256(), Item::Null, signature()), Some(ErrorKind::MissingKey));
    assert_eq!(block(es256(), es256(), Item::Null, signature()), Some(ErrorKind::UnprotectedHeader));
    let named = Item::map([(4, Item::bytes("x"))]);
    assert_eq!(block(es256(), named, Item::Null, signature()), Some(ErrorKind::UnprotectedHeader));
    assert_eq!(block(es256(), none(), Item::bytes("x"), signature()), Some(ErrorKind::UnexpectedType));
    assert_eq!(block(es256(), none(), Item::Bool(false), signature()), Some(ErrorKind::UnexpectedType));
    for len in [0, 63, 65] {
        assert_eq!(
            block(es256(), none(), Item::Null, Item::bytes(vec![0; len])),
            Some(ErrorKind::OutOfRange)
        );
    }
    for algorithm in [-35, -16, 0, 5] {
        let other = Item::map([(1, Item::Int(algorithm))]);
        assert_eq!(block(other, none(), Item::Null, signature()), Some(ErrorKind::UnsupportedAlgorithm));
    }
    let critical = Item::map([(1, Item::Int(-7)), (2, Item::Array(vec![Item::Int(1)]))]);
    assert_eq!(block(critical, none(), Item::Null, signature()), Some(ErrorKind::UnknownKey));
    let twice = Item::map([(1, Item::Int(-7)), (1, Item::Int(-7))]);
    assert_eq!(block(twice, none(), Item::Null, signature()), Some(ErrorKind::KeyOrder));
    for id in [vec![], vec![0; 17]] {
        let named = Item::map([(1, Item::Int(-7)), (4, Item::bytes(id))]);
        assert_eq!(block(named, none(), Item::Null, signature()), Some(ErrorKind::OutOfRange));
    }
    let named = Item::map([(1, Item::Int(-7)), (4, Item::bytes([1; 16]))]);
    assert_eq!(block(named, none(), Item::Null, signature()), Some(ErrorKind::UnknownSigner));
    let protected = || Item::Nested(Box::new(es256()));
    let items = vec![protected(), none(), Item::Null, signature()];
    assert_eq!(blocks(&[Item::Array(items.clone())]), Some(ErrorKind::UnexpectedType));
    assert_eq!(
        blocks(&[Item::Tag(98, Box::new(Item::Array(items.clone())))]),
        Some(ErrorKind::UnexpectedType)
    );
    assert_eq!(
        blocks(&[Item::Tag(18, Box::new(Item::Array(items[..3].to_vec())))]),
        Some(ErrorKind::MissingKey)
    );
    let block = Item::Tag(18, Box::new(Item::Array(items)));
    assert_eq!(blocks(&vec![block; 5]), Some(ErrorKind::TooMany));
}

/// Both numbers of each algorithm count: the general one and the one that names the curve.
#[test]
fn both_numbers_of_es256() {
    for algorithm in [-7_i64, -9] {
        let image = hand_signed(algorithm, None);
        assert_eq!(kind(verify(&image)), None, "algorithm {algorithm}");
    }
    let id = sampan_image::build::key_id(&public(OWNER)).unwrap();
    assert_eq!(kind(verify(&hand_signed(-9, Some(&id)))), None);
    let other = sampan_image::build::key_id(&public(AOT)).unwrap();
    assert_eq!(kind(verify(&hand_signed(-7, Some(&other)))), Some(ErrorKind::BadSignature));
    assert_eq!(kind(verify(&hand_signed(-7, Some(b"nobody")))), Some(ErrorKind::UnknownSigner));
}

/// An image signed here, step by step, as RFC 9052 has it.
fn hand_signed(algorithm: i64, key_id: Option<&[u8]>) -> Vec<u8> {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;
    let recipe = Recipe::new();
    let Item::Nested(digest) = digest_of(&Item::bytes(recipe.manifest()).encode()) else {
        panic!("no digest")
    };
    let mut headers = vec![(Item::Int(1), Item::Int(algorithm))];
    headers.extend(key_id.map(|id| (Item::Int(4), Item::bytes(id))));
    let protected = Item::Map(headers).encode();
    let text = Item::Array(vec![
        Item::text("Signature1"),
        Item::bytes(&protected),
        Item::bytes(""),
        Item::bytes(digest.encode()),
    ]);
    let key = SigningKey::from_slice(&[OWNER; 32]).unwrap();
    let signature: p256::ecdsa::Signature = key.sign(&text.encode());
    let items =
        vec![Item::bytes(protected), Item::Map(Vec::new()), Item::Null, Item::bytes(signature.to_bytes())];
    let sign1 = Item::Nested(Box::new(Item::Tag(18, Box::new(Item::Array(items)))));
    let mut entries = envelope_entries(&recipe.manifest(), &recipe.payloads);
    entries[0].1 = Item::Nested(Box::new(Item::Array(vec![Item::Nested(digest), sign1])));
    Item::Tag(107, Box::new(Item::Map(entries))).encode()
}

/// Lengths without end, everywhere a length is: each head of the whole image in turn.
#[test]
fn lengths_without_end_are_refused() {
    for (good, bad) in [(0x44, 0x5f), (0x86, 0x9f), (0xa4, 0xbf)] {
        let manifest = Recipe::new().manifest();
        let places: Vec<_> = (0..manifest.len()).filter(|idx| manifest[*idx] == good).collect();
        for idx in places {
            let mut other = manifest.clone();
            other[idx] = bad;
            assert!(verify(&sign_manifest(&other, &Recipe::new().payloads)).is_err(), "{good:#x} at {idx}");
        }
    }
    let nested = Item::Nested(Box::new(Item::Raw(vec![0x9f, 0x01, 0x0f, 0xff])));
    let validate = |recipe: &mut Recipe| recipe.validate = vec![nested];
    assert!(changed(validate).is_some());
    let mut recipe = Recipe::new();
    recipe.install[1] = Item::Raw(vec![0xbf, 0x15, 0x62, 0x23, 0x6d, 0xff]);
    assert_eq!(recipe.refused(), Some(ErrorKind::IndefiniteLength));
    recipe.install[1] = Item::Raw(vec![0xa1, 0x15, 0x7f, 0x62, 0x23, 0x6d, 0xff]);
    assert_eq!(recipe.refused(), Some(ErrorKind::IndefiniteLength));
}
