// SPDX-License-Identifier: Apache-2.0
//! Images for tests: good ones, and ones that go wrong in a single place.
#![allow(dead_code, reason = "each test takes what it needs")]

pub mod item;
pub mod seeds;

use item::Item;
use sampan_image::build::{ImageBuilder, KeyEntry, PolicyBuilder, PrivateKey, TrustBuilder, key_id, sign};
use sampan_image::{
    CounterFailed, Counters, Crypto, Device, Error, ErrorKind, KeyState, Part, PublicKey, Purpose, Roles,
    RustCrypto, TrustStore, Verifier, Version, class_id,
};

pub const VENDOR: [u8; 16] = *b"\x11\x22\x33\x44\x55\x66\x47\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x00";
pub const DEVICE: Device<'_> =
    Device { vendor_id: VENDOR, packed_format: Some(1), native_target: Some("thumbv7em-none-eabihf") };
pub const CONTAINER: &str = "plant.pump";

/// Keys that differ by a byte.
pub fn private(number: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[number; 32]).unwrap()
}

pub fn public(number: u8) -> PublicKey {
    private(number).public_key()
}

pub const ROOT_A: u8 = 1;
pub const ROOT_B: u8 = 2;
pub const DEVELOPER: u8 = 3;
pub const OPERATOR: u8 = 4;
pub const AOT: u8 = 5;
pub const OWNER: u8 = 6;
pub const REVOKED: u8 = 7;
pub const FOREIGN: u8 = 8;
pub const STRANGER: u8 = 9;

pub fn roots() -> [PublicKey; 2] {
    [public(ROOT_A), public(ROOT_B)]
}

pub fn entry(number: u8, roles: Roles, prefix: &str, state: KeyState) -> KeyEntry {
    let key = public(number);
    KeyEntry { id: key_id(&key).unwrap().to_vec(), key, roles, prefix: prefix.to_owned(), state }
}

pub fn all_roles() -> Roles {
    Roles::DEVELOPER.with(Roles::OPERATOR).with(Roles::AOT)
}

/// The keys that tests go by.
pub fn trust_builder(sequence: u64) -> TrustBuilder {
    let keys = vec![
        entry(DEVELOPER, Roles::DEVELOPER, "plant.", KeyState::Active),
        entry(OPERATOR, Roles::OPERATOR, "", KeyState::Active),
        entry(AOT, Roles::AOT, "", KeyState::Active),
        entry(OWNER, all_roles(), "", KeyState::Active),
        entry(REVOKED, all_roles(), "", KeyState::Revoked),
        entry(FOREIGN, all_roles(), "lamp", KeyState::Active),
    ];
    TrustBuilder { vendor_id: VENDOR, sequence, keys }
}

pub fn trust_bytes() -> Vec<u8> {
    sign(&trust_builder(1).build().unwrap(), &private(ROOT_A)).unwrap()
}

/// Counters that a test sets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed {
    pub confirmed: u64,
    pub floor: u64,
    pub broken: bool,
}

impl Counters for Fixed {
    fn confirmed(&self, _: &str) -> Result<u64, CounterFailed> {
        if self.broken { Err(CounterFailed) } else { Ok(self.confirmed) }
    }

    fn floor(&self, _: &str) -> Result<u64, CounterFailed> {
        Ok(self.floor)
    }
}

pub const FRESH: Fixed = Fixed { confirmed: 0, floor: 0, broken: false };

pub fn open_trust(bytes: &[u8]) -> TrustStore<'_> {
    TrustStore::verify(bytes, Purpose::Install, &DEVICE, &roots(), None, &FRESH, &RustCrypto).unwrap()
}

/// Verifies for installation, with the keys and the device that tests go by.
pub fn verify(image: &[u8]) -> Result<(), Error> {
    verify_with(image, &FRESH, Purpose::Install)
}

pub fn verify_with(image: &[u8], counters: &Fixed, purpose: Purpose) -> Result<(), Error> {
    let trust = trust_bytes();
    let verifier = Verifier { device: DEVICE, trust: open_trust(&trust), counters, crypto: &RustCrypto };
    verifier.verify(image, purpose).map(|_| ())
}

pub fn kind(result: Result<(), Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

/// A module that asks for a few permissions.
pub fn module() -> Vec<u8> {
    let name = sampan_image::REQUEST_SECTION;
    let lines = "log\ngpio:led0\nmsg.pub:plant/+/temp\nkv:4096\n";
    let mut module = b"\0asm\x01\0\0\0\0".to_vec();
    module.push(u8::try_from(1 + name.len() + lines.len()).unwrap());
    module.push(u8::try_from(name.len()).unwrap());
    module.extend(name.bytes().chain(lines.bytes()));
    module
}

pub fn policy() -> PolicyBuilder {
    let granted = ["log", "gpio:*", "msg.pub:plant/1/#", "kv:2048"];
    PolicyBuilder { granted: granted.map(str::to_owned).to_vec(), ..PolicyBuilder::default() }
}

/// A module and a policy, unsigned.
pub fn unsigned(sequence: u64) -> Vec<u8> {
    ImageBuilder::new(VENDOR, CONTAINER, sequence)
        .version(Version { numbers: [1, 2, 3] })
        .part(Part::Module, &[], module())
        .and_then(|builder| builder.part(Part::Policy, &[], policy().build()?))
        .and_then(|builder| builder.build())
        .unwrap()
}

/// The same, signed by the developer and the operator.
pub fn signed(sequence: u64) -> Vec<u8> {
    let image = sign(&unsigned(sequence), &private(DEVELOPER)).unwrap();
    sign(&image, &private(OPERATOR)).unwrap()
}

/// A manifest to be changed in one place.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub version: Item,
    pub sequence: Item,
    pub components: Vec<Item>,
    pub shared: Vec<Item>,
    pub validate: Vec<Item>,
    pub install: Vec<Item>,
    pub version_of_the_image: Option<Item>,
    /// Entries of the manifest behind its own.
    pub more: Vec<(Item, Item)>,
    pub payloads: Vec<(Item, Item)>,
}

pub const PAYLOAD: &[u8] = b"\0asm\x01\0\0\0";

pub fn digest_of(payload: &[u8]) -> Item {
    let digest = RustCrypto.sha256(&[payload]).unwrap();
    Item::Nested(Box::new(Item::Array(vec![Item::Int(-16), Item::bytes(digest)])))
}

impl Recipe {
    /// One module, signed by nobody yet.
    pub fn new() -> Self {
        let class = class_id(&VENDOR, Part::Module, &[], &RustCrypto).unwrap();
        let parameters = Item::map([
            (1, Item::bytes(VENDOR)),
            (2, Item::bytes(class)),
            (3, digest_of(PAYLOAD)),
            (14, Item::Int(i64::try_from(PAYLOAD.len()).unwrap())),
        ]);
        Self {
            version: Item::Int(1),
            sequence: Item::Int(7),
            components: vec![Item::Array(vec![Item::bytes(CONTAINER), Item::bytes("m")])],
            shared: vec![Item::Int(20), parameters, Item::Int(1), Item::Int(15), Item::Int(2), Item::Int(15)],
            validate: vec![Item::Int(3), Item::Int(15)],
            install: vec![
                Item::Int(20),
                Item::map([(21, Item::text("#m"))]),
                Item::Int(21),
                Item::Int(2),
                Item::Int(3),
                Item::Int(15),
            ],
            version_of_the_image: None,
            more: Vec::new(),
            payloads: vec![(Item::text("#m"), Item::bytes(PAYLOAD))],
        }
    }

    pub fn manifest(&self) -> Vec<u8> {
        let nested = |items: &[Item]| Item::Nested(Box::new(Item::Array(items.to_vec())));
        let common = Item::map([(2, Item::Array(self.components.clone())), (4, nested(&self.shared))]);
        let mut entries = vec![
            (Item::Int(1), self.version.clone()),
            (Item::Int(2), self.sequence.clone()),
            (Item::Int(3), Item::Nested(Box::new(common))),
        ];
        entries.extend(self.version_of_the_image.iter().map(|version| (Item::Int(6), version.clone())));
        entries.push((Item::Int(7), nested(&self.validate)));
        entries.push((Item::Int(20), nested(&self.install)));
        entries.extend(self.more.iter().cloned());
        Item::Map(entries).encode()
    }

    /// Signed by the owner, who has every role.
    pub fn signed(&self) -> Vec<u8> {
        sign_manifest(&self.manifest(), &self.payloads)
    }

    pub fn refused(&self) -> Option<ErrorKind> {
        kind(verify(&self.signed()))
    }
}

/// The entries of an envelope without signatures.
pub fn envelope_entries(manifest: &[u8], payloads: &[(Item, Item)]) -> Vec<(Item, Item)> {
    let digest = digest_of(&Item::bytes(manifest).encode());
    let mut entries = vec![
        (Item::Int(2), Item::Nested(Box::new(Item::Array(vec![digest])))),
        (Item::Int(3), Item::bytes(manifest)),
    ];
    entries.extend(payloads.iter().cloned());
    entries
}

pub fn sign_manifest(manifest: &[u8], payloads: &[(Item, Item)]) -> Vec<u8> {
    let envelope = Item::Tag(107, Box::new(Item::Map(envelope_entries(manifest, payloads)))).encode();
    sign(&envelope, &private(OWNER)).unwrap()
}
