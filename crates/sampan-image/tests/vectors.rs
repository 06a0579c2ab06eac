// SPDX-License-Identifier: Apache-2.0
//! The built-in crypto against vectors made to break verifiers (project Wycheproof), and against `p256`'s own ECDSA.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sampan_image::{Crypto, RustCrypto};
use wycheproof::TestResult;

/// x, then y.
fn point(key: &SigningKey) -> [u8; 64] {
    key.verifying_key().to_sec1_point(false).as_bytes()[1..].try_into().unwrap()
}

#[test]
fn es256_by_wycheproof() {
    let name = wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let (mut good, mut bad) = (0, 0);
    for group in &set.test_groups {
        // An uncompressed point: 4, x, y.
        let key: [u8; 64] = group.key.key[1..].try_into().unwrap();
        for test in &group.tests {
            let hash = RustCrypto.sha256(&[&test.msg]).unwrap();
            // One of another length isn't a signature: the reader of envelopes refuses it.
            let Ok(signature) = <[u8; 64]>::try_from(&test.sig[..]) else {
                assert_eq!(test.result, TestResult::Invalid, "{}: {}", test.tc_id, test.comment);
                continue;
            };
            let valid = RustCrypto.verify_es256(&key, &hash, &signature).unwrap();
            assert_eq!(valid, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            if valid { good += 1 } else { bad += 1 }
        }
    }
    assert!(good > 100 && bad > 50, "{good} good ones, {bad} bad ones");
}

#[test]
fn ed25519_by_wycheproof() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let (mut good, mut bad) = (0, 0);
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk[..].try_into().unwrap();
        for test in &group.tests {
            let Ok(signature) = <[u8; 64]>::try_from(&test.sig[..]) else {
                assert_eq!(test.result, TestResult::Invalid, "{}: {}", test.tc_id, test.comment);
                continue;
            };
            let valid = RustCrypto.verify_ed25519(&key, &test.msg, &signature).unwrap();
            assert_eq!(valid, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            if valid { good += 1 } else { bad += 1 }
        }
    }
    assert!(good > 50 && bad > 20, "{good} good ones, {bad} bad ones");
}

/// A few hundred keys and hashes, edge values among them, each with a signature, and with what differs from it by a bit.
#[test]
fn es256_as_p256_has_it() {
    let order: [u8; 32] = {
        let mut bytes = [0xff; 32];
        bytes[4..8].fill(0);
        bytes[16..].copy_from_slice(b"\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51");
        bytes
    };
    for case in 0..200_u8 {
        let seed = RustCrypto.sha256(&[b"key", &[case]]).unwrap();
        let key = SigningKey::from_slice(&seed).unwrap();
        let hash = match case {
            0 => [0; 32],
            1 => [0xff; 32],
            2 => order,
            _ => RustCrypto.sha256(&[b"hash", &[case]]).unwrap(),
        };
        let signature: p256::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
        let mut bytes: [u8; 64] = signature.to_bytes().into();
        let place = usize::from(case) % bytes.len();
        for changed in [false, true] {
            bytes[place] ^= u8::from(changed) << (case % 8);
            let expected = p256::ecdsa::Signature::from_slice(&bytes)
                .is_ok_and(|signature| key.verifying_key().verify_prehash(&hash, &signature).is_ok());
            assert_eq!(expected, !changed);
            assert_eq!(RustCrypto.verify_es256(&point(&key), &hash, &bytes), Ok(expected), "case {case}");
        }
    }
}

#[test]
fn es256_refuses_what_is_no_key_or_no_number() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let hash = [9; 32];
    let signature: p256::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
    let signature: [u8; 64] = signature.to_bytes().into();
    let good = point(&key);
    let verify =
        |key: &[u8; 64], signature: &[u8; 64]| RustCrypto.verify_es256(key, &hash, signature).unwrap();
    assert!(verify(&good, &signature));
    // Not on the curve; coordinates above the field; the point at infinity, as some write it.
    let mut off = good;
    off[63] ^= 1;
    for key in [off, [0xff; 64], [0; 64]] {
        assert!(!verify(&key, &signature));
    }
    for (half, value) in [(0, 0x00), (32, 0x00), (0, 0xff), (32, 0xff)] {
        let mut other = signature;
        other[half..half + 32].fill(value);
        assert!(!verify(&good, &other), "{value:#x} at {half}");
    }
    assert!(!verify(&good, &[0; 64]));
}
