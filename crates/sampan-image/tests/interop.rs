// SPDX-License-Identifier: Apache-2.0
//! Against the draft's own example and other people's tools.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use dress_up::component::Component;
use dress_up::{OperatingHooks, SuitManifest, error};
use p256::ecdsa::signature::Verifier as _;
use sampan_image::build::sign;
use sampan_image::{
    Algorithm, Contents, Crypto, Envelope, ErrorKind, Part, PublicKey, Purpose, RustCrypto, Verifier,
    class_id,
};
use std::cell::RefCell;
use support::item::Item;
use support::*;
use uuid::Uuid;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// Example 1 of draft-ietf-suit-manifest: "Simultaneous Download and Installation of Payload".
const EXAMPLE_1: &str = "
    d86ba2025873825824822f58201f2e7acca0dc2786f2fe4eb947f50873a6a3cfaa98866c5b02e621f42074daf2584ad2
    8443a10126a0f6584027a3d7986eddcc1bee04e1436746408c308ed3c15ac590a1ca0cf96f85671ccac216cb9a1497fc
    59e21c15f33c95cf75203e25c287b31a57d6cd2ef950b27a7a035894a50101020103585fa20281814100045856861
    4a40150fa6b4a53d5ad5fdfbe9de663e4d41ffe02501492af1425695e48bf429b2d51f2ab45035824822f58200011223
    3445566778899aabbccddeeff0123456789abcdeffedcba98765432100e1987d0010f020f074382030f1458258614a11
    5781b687474703a2f2f6578616d706c652e636f6d2f66696c652e62696e1502030f";

/// The public key of the draft's examples: x, then y.
const EXAMPLE_KEY: &str = "
    8496811aae0baaabd26157189eecda26beaa8bf11b6f3fe6e2b5659c85dbc0ad
    3b1f2a4b6c098131c0a36dacd1d78bd381dcdfb09c052db33991db7338b4a896";

#[test]
fn the_first_example_of_the_draft_verifies() {
    let bytes = hex(EXAMPLE_1);
    let key = PublicKey::Es256(hex(EXAMPLE_KEY).try_into().unwrap());
    let envelope = Envelope::parse(&bytes).unwrap();
    envelope.check_digest(&RustCrypto).unwrap();
    let signatures: Vec<_> = envelope.signatures().collect();
    assert_eq!((signatures.len(), signatures[0].algorithm), (1, Algorithm::Es256));
    assert!(envelope.signed_by(&signatures[0], &key, &RustCrypto).unwrap());
    assert!(!envelope.signed_by(&signatures[0], &public(OWNER), &RustCrypto).unwrap());
    // It isn't a container, which its component tells.
    assert_eq!(Contents::read(&bytes).unwrap_err().kind(), ErrorKind::BadComponent);
}

#[test]
fn no_bit_of_the_example_can_be_another() {
    let bytes = hex(EXAMPLE_1);
    let key = PublicKey::Es256(hex(EXAMPLE_KEY).try_into().unwrap());
    let verifies = |bytes: &[u8]| {
        let Ok(envelope) = Envelope::parse(bytes) else { return false };
        let by_key = |signature| envelope.signed_by(&signature, &key, &RustCrypto) == Ok(true);
        envelope.check_digest(&RustCrypto).is_ok()
            && envelope.signature_count() == 1
            && envelope.signatures().all(by_key)
    };
    assert!(verifies(&bytes));
    for idx in 0..bytes.len() {
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[idx] ^= 1 << bit;
            assert!(!verifies(&other), "bit {bit} of byte {idx}");
        }
    }
}

fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `taylor` makes of a description, with payloads put in behind: it leaves that to others.
fn by_taylor(payloads: &[(&str, &[u8])]) -> Vec<u8> {
    let mut shared = vec![
        serde_json::json!({ "suit-directive-set-component-index": 0 }),
        serde_json::json!({ "suit-directive-override-parameters": { "vendor-id": hex_of(VENDOR) } }),
    ];
    let mut install = Vec::new();
    let mut components = Vec::new();
    for (index, (letter, payload)) in payloads.iter().enumerate() {
        let part = Part::ALL.into_iter().find(|part| part.letter() == *letter).unwrap();
        components.push([hex_of(CONTAINER), hex_of(letter)]);
        let index = serde_json::json!({ "suit-directive-set-component-index": index });
        if !shared.contains(&index) {
            shared.push(index.clone());
            shared.push(
                serde_json::json!({ "suit-directive-override-parameters": { "vendor-id": hex_of(VENDOR) } }),
            );
        }
        let class = class_id(&VENDOR, part, &[], &RustCrypto).unwrap();
        let digest = RustCrypto.sha256(&[payload]).unwrap();
        shared.push(serde_json::json!({ "suit-directive-override-parameters": {
            "class-id": hex_of(class),
            "image-digest": { "algorithm": "sha256", "digest": hex_of(digest) },
            "image-size": payload.len(),
        } }));
        shared.push(serde_json::json!({ "suit-condition-vendor-identifier": 15 }));
        shared.push(serde_json::json!({ "suit-condition-class-identifier": 15 }));
        install.push(index.clone());
        install.push(
            serde_json::json!({ "suit-directive-override-parameters": { "uri": format!("#{letter}") } }),
        );
        install.push(serde_json::json!({ "suit-directive-fetch": 2 }));
        install.push(serde_json::json!({ "suit-condition-image-match": 15 }));
    }
    let validate = (0..payloads.len()).flat_map(|index| {
        let index = serde_json::json!({ "suit-directive-set-component-index": index });
        [index, serde_json::json!({ "suit-condition-image-match": 15 })]
    });
    let description = serde_json::json!({
        "version": 1,
        "suit-set-version": [2, 0, 1],
        "sequence-number": 42,
        "suit-common": { "suit-components": components, "suit-shared-sequence": shared },
        "sequence": { "image-validation": validate.collect::<Vec<_>>(), "payload-installation": install },
    });
    let manifest = taylor::parse::parse(&mut description.to_string().as_bytes()).unwrap();
    let signer = taylor::sign::load_signer(&private(OWNER).to_pem().unwrap()).unwrap();
    let mut envelope = taylor::envelope::build_envelope(manifest, Some(&signer)).unwrap();
    // A tag, a map of two entries, and these.
    assert_eq!(envelope[..3], [0xd8, 0x6b, 0xa2]);
    envelope[2] += u8::try_from(payloads.len()).unwrap();
    for (letter, payload) in payloads {
        envelope.extend(Item::Text(format!("#{letter}")).encode());
        envelope.extend(Item::bytes(payload).encode());
    }
    envelope
}

#[test]
fn an_image_by_taylor_verifies() {
    let policy = policy().build().unwrap();
    let bytes = by_taylor(&[("m", &module()), ("p", &policy)]);
    let trust = trust_bytes();
    let verifier =
        Verifier { device: DEVICE, trust: open_trust(&trust), counters: &FRESH, crypto: &RustCrypto };
    let image = verifier.verify(&bytes, Purpose::Install).unwrap();
    assert_eq!((image.container(), image.sequence()), (CONTAINER, 42));
    assert_eq!(image.version().unwrap().numbers, [2, 0, 1]);
    assert_eq!(image.part(Part::Policy), Some(&policy[..]));
    let mut wrong = bytes.clone();
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(kind(verify(&wrong)), Some(ErrorKind::PayloadDigest));
}

/// A device whose slots hold what was fetched.
struct Slots<'a> {
    image: Contents<'a>,
    ids: Vec<(Vec<u8>, Part)>,
    fetched: RefCell<Vec<String>>,
}

impl Slots<'_> {
    fn payload(&self, component: &Component<'_>) -> Result<&[u8], error::Error> {
        let found = self.ids.iter().find(|(id, _)| Component::from_bytes(id) == *component);
        let (_, part) = found.ok_or(error::Error::UnsupportedComponentIdentifier { identifier: 0 })?;
        Ok(self.image.payload(*part).unwrap())
    }
}

impl OperatingHooks for Slots<'_> {
    type ReadWriteBufferSize = generic_array::typenum::U64;

    fn match_vendor_id(&self, uuid: Uuid, _: &Component<'_>) -> Result<bool, error::Error> {
        Ok(*uuid.as_bytes() == VENDOR)
    }

    fn match_class_id(&self, uuid: Uuid, component: &Component<'_>) -> Result<bool, error::Error> {
        let (_, part) = self.ids.iter().find(|(id, _)| Component::from_bytes(id) == *component).unwrap();
        Ok(*uuid.as_bytes() == class_id(&VENDOR, *part, &[], &RustCrypto).unwrap())
    }

    fn component_read(
        &self,
        component: &Component<'_>,
        _: Option<u64>,
        offset: usize,
        bytes: &mut [u8],
    ) -> Result<(), error::Error> {
        bytes.copy_from_slice(&self.payload(component)?[offset..][..bytes.len()]);
        Ok(())
    }

    fn component_write(
        &self,
        _: &Component<'_>,
        _: Option<u64>,
        _: usize,
        _: &[u8],
    ) -> Result<(), error::Error> {
        unreachable!("nothing is written by these manifests")
    }

    fn component_size(&self, component: &Component<'_>) -> Result<usize, error::Error> {
        self.payload(component).map(<[u8]>::len)
    }

    fn component_capacity(&self, _: &Component<'_>) -> Result<usize, error::Error> {
        Ok(1 << 20)
    }

    fn fetch(&self, _: &Component<'_>, _: Option<u64>, uri: &str) -> Result<(), error::Error> {
        self.fetched.borrow_mut().push(uri.to_owned());
        Ok(())
    }
}

/// Verifies a `COSE_Sign1` of ours by `p256` alone: its headers are 13 bytes, its signature the last 64.
fn verified(cose: &[u8], payload: &[u8], key: u8) -> bool {
    let protected = &cose[3..][..usize::from(cose[2] - 0x40)];
    let text = Item::Array(vec![
        Item::text("Signature1"),
        Item::bytes(protected),
        Item::bytes(""),
        Item::bytes(payload),
    ]);
    let key = p256::ecdsa::SigningKey::from_slice(&[key; 32]).unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&cose[cose.len() - 64..]).unwrap();
    key.verifying_key().verify(&text.encode(), &signature).is_ok()
}

#[test]
fn dress_up_reads_and_carries_out_ours() {
    let bytes = sign(&unsigned(9), &private(OWNER)).unwrap();
    let ids = [Part::Module, Part::Policy]
        .map(|part| (Item::Array(vec![Item::bytes(CONTAINER), Item::bytes(part.letter())]).encode(), part));
    let slots = Slots {
        image: Contents::read(&bytes).unwrap(),
        ids: ids.to_vec(),
        fetched: RefCell::new(Vec::new()),
    };
    let authenticate =
        |key| SuitManifest::from_bytes(&bytes).authenticate(|cose, payload| Ok(verified(cose, payload, key)));
    assert!(authenticate(STRANGER).is_err());
    let suit = authenticate(OWNER).unwrap();
    let manifest = suit.envelope().unwrap().manifest().unwrap();
    assert_eq!((manifest.version().unwrap(), manifest.sequence_number().unwrap()), (1, 9));
    manifest.execute_payload_installation(&slots).unwrap();
    manifest.execute_image_validation(&slots).unwrap();
    assert_eq!(*slots.fetched.borrow(), ["#m", "#p"]);
}
