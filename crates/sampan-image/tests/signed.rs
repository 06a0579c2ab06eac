// SPDX-License-Identifier: Apache-2.0
//! Images as a whole: what is accepted, and that not a bit of it can be another.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use sampan_image::build::{ImageBuilder, PolicyBuilder, encode_sbom, sign};
use sampan_image::{
    Contents, Crypto, CryptoFailed, Device, ErrorKind, Part, Purpose, Roles, RustCrypto, Sbom, Verifier,
    Version,
};
use support::*;

#[test]
fn a_signed_image_is_used_where_it_lies() {
    let (trust, bytes) = (trust_bytes(), signed(9));
    let verifier =
        Verifier { device: DEVICE, trust: open_trust(&trust), counters: &FRESH, crypto: &RustCrypto };
    let image = verifier.verify(&bytes, Purpose::Install).unwrap();
    assert_eq!((image.container(), image.sequence()), (CONTAINER, 9));
    assert_eq!(image.version(), Some(Version { numbers: [1, 2, 3] }));
    assert_eq!(image.signers(), Roles::DEVELOPER.with(Roles::OPERATOR));
    let parts: Vec<_> = image.components().map(|component| component.part).collect();
    assert_eq!(parts, [Part::Module, Part::Policy]);
    let part = image.part(Part::Module).unwrap();
    assert_eq!(part, module());
    assert!(bytes.as_ptr_range().contains(&part.as_ptr()));
    assert_eq!(image.part(Part::Native), None);

    let effective = image.contents().effective().unwrap();
    let effective: Vec<_> = effective.iter().map(|meet| meet.to_string()).collect();
    assert_eq!(effective, ["log", "gpio:led0", "msg.pub:plant/1/temp", "kv:2048"]);
}

#[test]
fn every_part_together() {
    let image = ImageBuilder::new(VENDOR, CONTAINER, 1)
        .part(Part::Module, &[], module())
        .and_then(|builder| builder.part(Part::Packed, &[1], vec![1; 300]))
        .and_then(|builder| builder.part(Part::Native, b"thumbv7em-none-eabihf", vec![2; 70_000]))
        .and_then(|builder| builder.part(Part::Policy, &[], policy().build()?))
        .and_then(|builder| {
            builder.part(Part::Sbom, &[], encode_sbom(b"{}", "https://example.com/sbom.json")?)
        })
        .and_then(|builder| builder.build())
        .unwrap();
    let bytes = sign(&image, &private(OWNER)).unwrap();
    verify(&bytes).unwrap();
    let contents = Contents::read(&bytes).unwrap();
    assert_eq!(contents.payload(Part::Native), Some(&[2; 70_000][..]));
    let sbom = Sbom::parse(contents.payload(Part::Sbom).unwrap()).unwrap();
    assert_eq!(
        (sbom.uri, *sbom.digest),
        ("https://example.com/sbom.json", RustCrypto.sha256(&[b"{}"]).unwrap())
    );
}

#[test]
fn who_asks_for_permissions() {
    let image = |module: Option<Vec<u8>>, requested: Option<Vec<String>>| {
        let policy = PolicyBuilder { requested, ..policy() }.build().unwrap();
        let builder = ImageBuilder::new(VENDOR, CONTAINER, 1).part(Part::Policy, &[], policy).unwrap();
        let builder = module
            .into_iter()
            .fold(builder, |builder, module| builder.part(Part::Module, &[], module).unwrap());
        builder.build().unwrap()
    };
    let effective = |image: &[u8]| {
        let effective = Contents::read(image).unwrap().effective();
        effective.map(|effective| effective.iter().count()).map_err(|error| error.kind())
    };
    let own = || Some(vec!["log".to_owned()]);
    assert_eq!(effective(&image(Some(module()), None)), Ok(4));
    assert_eq!(effective(&image(None, own())), Ok(1));
    assert_eq!(effective(&image(None, None)), Ok(0));
    assert_eq!(effective(&image(Some(module()), own())), Err(ErrorKind::RepeatedParameter));
    assert_eq!(effective(&image(Some(b"no module".to_vec()), None)), Err(ErrorKind::NotAModule));
}

#[test]
fn the_same_input_makes_the_same_bytes() {
    assert_eq!(signed(9), signed(9));
    assert_eq!(trust_bytes(), trust_bytes());
}

#[test]
fn no_bit_can_be_another() {
    // By one key, since each signature that is still good costs a verification.
    let bytes = sign(&unsigned(9), &private(OWNER)).unwrap();
    let trust = trust_bytes();
    let verifier =
        Verifier { device: DEVICE, trust: open_trust(&trust), counters: &FRESH, crypto: &RustCrypto };
    verifier.verify(&bytes, Purpose::Install).unwrap();
    for idx in 0..bytes.len() {
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[idx] ^= 1 << bit;
            assert!(verifier.verify(&other, Purpose::Install).is_err(), "bit {bit} of byte {idx}");
        }
    }
}

#[test]
fn no_bit_of_a_trust_store_can_be_another() {
    let bytes = trust_bytes();
    let open = |bytes: &[u8]| {
        sampan_image::TrustStore::verify(
            bytes,
            Purpose::Install,
            &DEVICE,
            &roots(),
            None,
            &FRESH,
            &RustCrypto,
        )
        .map(|_| ())
    };
    open(&bytes).unwrap();
    for idx in 0..bytes.len() {
        assert!(open(&bytes[..idx]).is_err(), "{idx} bytes");
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[idx] ^= 1 << bit;
            assert!(open(&other).is_err(), "bit {bit} of byte {idx}");
        }
    }
}

#[test]
fn no_end_can_be_missing_and_none_added() {
    let (trust, bytes) = (trust_bytes(), signed(9));
    let verifier =
        Verifier { device: DEVICE, trust: open_trust(&trust), counters: &FRESH, crypto: &RustCrypto };
    for len in 0..bytes.len() {
        assert!(verifier.verify(&bytes[..len], Purpose::Install).is_err(), "{len} bytes");
    }
    for more in [0, 0xf6, 0xff] {
        assert_eq!(kind(verify(&[&bytes[..], &[more]].concat())), Some(ErrorKind::TrailingBytes));
    }
}

#[test]
fn who_must_have_signed_what() {
    let unsigned = unsigned(9);
    let by = |keys: &[u8]| {
        let image = keys.iter().fold(unsigned.clone(), |image, key| sign(&image, &private(*key)).unwrap());
        kind(verify(&image))
    };
    assert_eq!(by(&[]), Some(ErrorKind::Unsigned));
    assert_eq!(by(&[DEVELOPER]), Some(ErrorKind::MissingRole));
    assert_eq!(by(&[OPERATOR]), Some(ErrorKind::MissingRole));
    assert_eq!(by(&[DEVELOPER, AOT]), Some(ErrorKind::MissingRole));
    assert_eq!(by(&[DEVELOPER, OPERATOR]), None);
    assert_eq!(by(&[OPERATOR, DEVELOPER, AOT]), None);
    assert_eq!(by(&[OWNER]), None);
    assert_eq!(by(&[REVOKED]), Some(ErrorKind::RevokedSigner));
    assert_eq!(by(&[OWNER, REVOKED]), Some(ErrorKind::RevokedSigner));
    assert_eq!(by(&[FOREIGN]), Some(ErrorKind::ForeignPrefix));
    assert_eq!(by(&[STRANGER]), Some(ErrorKind::UnknownSigner));
    assert_eq!(by(&[OWNER, STRANGER]), Some(ErrorKind::UnknownSigner));
    assert_eq!(by(&[ROOT_A]), Some(ErrorKind::UnknownSigner));
    let native =
        ImageBuilder::new(VENDOR, CONTAINER, 1).part(Part::Native, b"thumbv7em-none-eabihf", vec![0; 4]);
    let native = native.unwrap().build().unwrap();
    assert_eq!(kind(verify(&sign(&native, &private(DEVELOPER)).unwrap())), Some(ErrorKind::MissingRole));
    assert_eq!(kind(verify(&sign(&native, &private(AOT)).unwrap())), None);
}

#[test]
fn only_what_is_newer_installs_and_what_is_installed_stays() {
    let image = signed(9);
    let with = |confirmed, floor, purpose| {
        kind(verify_with(&image, &Fixed { confirmed, floor, broken: false }, purpose))
    };
    assert_eq!(with(8, 9, Purpose::Install), None);
    assert_eq!(with(9, 0, Purpose::Install), Some(ErrorKind::Rollback));
    assert_eq!(with(10, 0, Purpose::Install), Some(ErrorKind::Rollback));
    assert_eq!(with(8, 10, Purpose::Install), Some(ErrorKind::BelowFloor));
    assert_eq!(with(9, 9, Purpose::Installed), None);
    assert_eq!(with(10, 0, Purpose::Installed), Some(ErrorKind::Rollback));
    assert_eq!(with(9, 10, Purpose::Installed), Some(ErrorKind::BelowFloor));
    let broken = Fixed { broken: true, ..FRESH };
    assert_eq!(kind(verify_with(&image, &broken, Purpose::Install)), Some(ErrorKind::CounterFailed));
}

#[test]
fn what_is_for_others_is_refused() {
    let trust = trust_bytes();
    let bytes = sign(&unsigned(9), &private(OWNER)).unwrap();
    let packed =
        ImageBuilder::new(VENDOR, CONTAINER, 1).part(Part::Packed, &[1], vec![0]).unwrap().build().unwrap();
    let packed = sign(&packed, &private(OWNER)).unwrap();
    let native = ImageBuilder::new(VENDOR, CONTAINER, 1)
        .part(Part::Native, b"riscv32", vec![0])
        .unwrap()
        .build()
        .unwrap();
    let native = sign(&native, &private(OWNER)).unwrap();
    let on = |device: Device<'_>, bytes: &[u8]| {
        let verifier = Verifier { device, trust: open_trust(&trust), counters: &FRESH, crypto: &RustCrypto };
        verifier.verify(bytes, Purpose::Install).err().map(|error| error.kind())
    };
    assert_eq!(on(Device { vendor_id: [0; 16], ..DEVICE }, &bytes), Some(ErrorKind::ForeignVendor));
    assert_eq!(on(DEVICE, &packed), None);
    assert_eq!(on(Device { packed_format: Some(2), ..DEVICE }, &packed), Some(ErrorKind::ForeignClass));
    assert_eq!(on(Device { packed_format: None, ..DEVICE }, &packed), Some(ErrorKind::ForeignClass));
    assert_eq!(on(DEVICE, &native), Some(ErrorKind::ForeignClass));
    assert_eq!(on(Device { native_target: None, ..DEVICE }, &native), Some(ErrorKind::ForeignClass));
    assert_eq!(on(Device { native_target: Some("riscv32"), ..DEVICE }, &native), None);
    // A trust store is no image, whoever signed it.
    let store = sign(&trust_builder(2).build().unwrap(), &private(OWNER)).unwrap();
    assert_eq!(on(DEVICE, &store), Some(ErrorKind::BadComponent));
}

/// A provider whose hardware fails.
struct Broken;

impl Crypto for Broken {
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        RustCrypto.sha256(pieces)
    }

    fn verify_es256(&self, _: &[u8; 64], _: &[u8; 32], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }

    fn verify_ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }
}

#[test]
fn no_verdict_is_no_consent() {
    let trust = trust_bytes();
    let verifier = Verifier { device: DEVICE, trust: open_trust(&trust), counters: &FRESH, crypto: &Broken };
    let refused = verifier.verify(&signed(9), Purpose::Install).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::CryptoFailed);
}

#[test]
fn packed_bytecode_stays_aligned_whatever_stands_before_it() {
    for len in 0..40_usize {
        let name = "n".repeat(1 + len % 23);
        let image = ImageBuilder::new(VENDOR, &name, 1 << len)
            .part(Part::Packed, &[1], vec![7; 4 + len * 9])
            .and_then(|builder| builder.part(Part::Policy, &[], policy().build()?))
            .and_then(|builder| builder.build())
            .unwrap();
        let mut image = image;
        for signer in [None, Some(OWNER), Some(AOT)] {
            image = signer.map_or(image.clone(), |signer| sign(&image, &private(signer)).unwrap());
            let payload = Contents::read(&image).unwrap().payload(Part::Packed).unwrap();
            let offset = payload.as_ptr().addr() - image.as_ptr().addr();
            assert_eq!(offset % 4, 0, "{name}, {signer:?}");
        }
    }
}
