// SPDX-License-Identifier: Apache-2.0
//! Signed images: what is trusted is created as its policy says; what isn't is refused with nothing changed; and what
//! was trusted ends when it no longer is.

use super::script::Script;
use super::world::{ARENA_LEN, SLICE_FUEL, World, keep};
use crate::{Authority, Config, ContainerOptions, refusal_status};
use sampan_abi::{ContainerId, ContainerState, ExitReason, Status};
use sampan_image::build::{ImageBuilder, KeyEntry, PolicyBuilder, PrivateKey, TrustBuilder, key_id, sign};
use sampan_image::{
    Budgets, CounterFailed, Counters, Device, ErrorKind, KeyState, Part, PublicKey, Purpose, RaiseCounters,
    Roles, RustCrypto,
};
use std::borrow::ToOwned;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::string::String;
use std::vec;

const VENDOR: [u8; 16] = [7; 16];
const FORMAT: u8 = 2;
const ROOT: u8 = 1;
const OTHER_ROOT: u8 = 2;
const OWNER: u8 = 3;
const STRANGER: u8 = 4;
const SPARE: u8 = 5;

fn private(number: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[number; 32]).unwrap()
}

/// Counters that a test can break.
#[derive(Default)]
struct Kept {
    confirmed: RefCell<BTreeMap<String, u64>>,
    floor: Cell<u64>,
    broken: Cell<bool>,
    writes: Cell<u32>,
}

impl Counters for Kept {
    fn confirmed(&self, container: &str) -> Result<u64, CounterFailed> {
        if self.broken.get() {
            return Err(CounterFailed);
        }
        Ok(self.confirmed.borrow().get(container).copied().unwrap_or(0))
    }

    fn floor(&self, container: &str) -> Result<u64, CounterFailed> {
        Ok(if container.is_empty() { 0 } else { self.floor.get() })
    }
}

impl RaiseCounters for Kept {
    fn raise(&self, container: &str, sequence: u64) -> Result<(), CounterFailed> {
        assert!(sequence > self.confirmed(container)?, "a counter only moves up");
        self.writes.set(self.writes.get() + 1);
        self.confirmed.borrow_mut().insert(container.to_owned(), sequence);
        Ok(())
    }
}

/// A world with an owner.
struct Owned {
    world: World,
    roots: [PublicKey; 2],
    counters: Kept,
}

/// A trust store that lists the owner, revoked or not, and a spare key.
fn store(sequence: u64, owner: KeyState, signer: u8) -> &'static [u8] {
    let entry = |number: u8, state| {
        let key = private(number).public_key();
        let roles = Roles::DEVELOPER.with(Roles::OPERATOR);
        KeyEntry { id: key_id(&key).unwrap().to_vec(), key, roles, prefix: "plant.".to_owned(), state }
    };
    let keys = vec![entry(OWNER, owner), entry(SPARE, KeyState::Active)];
    let store = TrustBuilder { vendor_id: VENDOR, sequence, keys }.build().unwrap();
    keep(sign(&store, &private(signer)).unwrap())
}

fn policy() -> PolicyBuilder {
    PolicyBuilder {
        requested: Some(vec!["log".to_owned(), "random".to_owned()]),
        granted: vec!["log".to_owned()],
        budgets: Budgets { cpu_share: Some(300), priority: Some(2), ..Budgets::default() },
        args: vec!["--fast".to_owned()],
        env: vec!["MODE=test".to_owned()],
        ..PolicyBuilder::default()
    }
}

fn image_of(name: &str, sequence: u64, script: &Script, policy: &PolicyBuilder, signer: u8) -> &'static [u8] {
    let image = ImageBuilder::new(VENDOR, name, sequence)
        .part(Part::Packed, &[FORMAT], script.bytes())
        .and_then(|builder| builder.part(Part::Policy, &[], policy.build()?))
        .and_then(|builder| builder.build())
        .unwrap();
    keep(sign(&image, &private(signer)).unwrap())
}

fn image(sequence: u64) -> &'static [u8] {
    image_of("plant.pump", sequence, &sleeper(), &policy(), OWNER)
}

fn sleeper() -> Script {
    Script::new().sleep(1_000_000).repeat()
}

impl Owned {
    /// A world without a trust store.
    fn bare() -> Self {
        let config = Config { slice_fuel: SLICE_FUEL, signed_only: true, ..Config::default() };
        let roots = [private(ROOT).public_key(), private(OTHER_ROOT).public_key()];
        Self { world: World::with(ARENA_LEN, &config).unwrap(), roots, counters: Kept::default() }
    }

    /// A world with the first trust store in force.
    fn new() -> Self {
        let mut owned = Self::bare();
        assert_eq!(owned.install(store(1, KeyState::Active, ROOT)), Ok(()));
        owned
    }

    fn install(&mut self, store: &'static [u8]) -> Result<(), Status> {
        self.judge(|world, authority| world.runtime.install_trust(authority, store))
    }

    fn create(&mut self, image: &'static [u8]) -> Result<ContainerId, Status> {
        self.judge(|world, authority| world.runtime.create_signed(authority, image))
    }

    fn verify(&mut self, image: &[u8], purpose: Purpose) -> Result<u64, Status> {
        self.judge(|world, authority| {
            world.runtime.verify_image(authority, image, purpose).map(|image| image.sequence())
        })
    }

    fn judge<R>(&mut self, f: impl FnOnce(&mut World, &Authority<'_, RustCrypto, Kept>) -> R) -> R {
        let device = Device { vendor_id: VENDOR, packed_format: Some(FORMAT), native_target: None };
        let counters = &self.counters;
        f(&mut self.world, &Authority { device, roots: &self.roots, crypto: &RustCrypto, counters })
    }

    /// Creates what must be refused; nothing has changed then, and the log says why.
    fn refused(&mut self, image: &'static [u8], status: Status, why: &str) {
        let before = self.world.stats();
        self.world.board.take_lines();
        assert_eq!(self.create(image), Err(status), "{why}");
        assert_eq!(self.world.stats(), before);
        assert_eq!(self.world.runtime.engine().instances(), before.containers);
        let lines = self.world.board.take_lines();
        assert!(lines.iter().any(|(_, _, text)| text.contains(why)), "{why}: {lines:?}");
    }
}

#[test]
fn an_image_is_created_as_its_policy_says() {
    let mut owned = Owned::new();
    let id = owned.create(image(1)).unwrap();
    let world = &mut owned.world;
    let status = world.runtime.status(id).unwrap();
    assert_eq!((status.name.as_str(), status.state), ("plant.pump", ContainerState::Created));
    world.runtime.start(id).unwrap();
    world.run_until(1000);
    assert_eq!(world.state(id), ContainerState::Running);
    let other = image_of("plant.other", 1, &sleeper(), &policy(), OWNER);
    assert!(owned.create(other).is_ok());
    owned.refused(image(2), Status::Duplicate, "duplicate name");
}

#[test]
fn only_signed_images_run() {
    let mut owned = Owned::new();
    let before = owned.world.stats();
    assert_eq!(
        owned.world.runtime.create(sleeper().image(), &ContainerOptions::default()),
        Err(Status::Untrusted)
    );
    assert_eq!(owned.world.stats(), before);
    let texts = owned.world.take_texts("sampan");
    assert_eq!(texts.last().map(String::as_str), Some("not created: only signed images run"));
}

#[test]
fn what_is_not_trusted_is_refused_with_nothing_changed() {
    let mut bare = Owned::bare();
    bare.refused(image(1), Status::Untrusted, "there is no trust store");
    let mut owned = Owned::new();
    let unsigned = ImageBuilder::new(VENDOR, "plant.pump", 1)
        .part(Part::Packed, &[FORMAT], sleeper().bytes())
        .and_then(|builder| builder.build())
        .unwrap();
    owned.refused(keep(unsigned), Status::Untrusted, "no signature");
    let foreign = image_of("plant.pump", 1, &sleeper(), &policy(), STRANGER);
    owned.refused(foreign, Status::Untrusted, "a signature by no trusted key (at byte ");
    let prefix = image_of("lamp", 1, &sleeper(), &policy(), OWNER);
    owned.refused(prefix, Status::Untrusted, "may not speak for this container");
    let good = image(1);
    for idx in (0..good.len()).step_by(if cfg!(miri) { 97 } else { 5 }) {
        let mut altered = good.to_vec();
        altered[idx] ^= 1 << (idx % 8);
        let result = owned.create(keep(altered));
        assert!(
            matches!(result, Err(Status::Untrusted | Status::BadImage | Status::WrongDevice)),
            "byte {idx}: {result:?}"
        );
        assert_eq!(owned.create(keep(good[..idx].to_vec())), Err(Status::BadImage), "{idx} bytes");
    }
    assert_eq!(owned.world.stats().containers, 0);
    let other_format = ImageBuilder::new(VENDOR, "plant.pump", 1)
        .part(Part::Packed, &[FORMAT + 1], sleeper().bytes())
        .and_then(|builder| builder.build())
        .unwrap();
    let other_format = sign(&other_format, &private(OWNER)).unwrap();
    owned.refused(keep(other_format), Status::WrongDevice, "another device class");
    let no_code = ImageBuilder::new(VENDOR, "plant.pump", 1)
        .part(Part::Module, &[], b"\0asm\x01\0\0\0".to_vec())
        .and_then(|builder| builder.build())
        .unwrap();
    owned.refused(
        keep(sign(&no_code, &private(OWNER)).unwrap()),
        Status::Unsupported,
        "no code for an engine",
    );
    let policy = PolicyBuilder { args: vec!["x".to_owned(); 32], ..policy() };
    let many = image_of("plant.pump", 1, &sleeper(), &policy, OWNER);
    owned.refused(many, Status::BadImage, "more items than");
}

#[test]
fn counters_move_only_by_a_healthy_container() {
    let mut owned = Owned::new();
    let id = owned.create(image(5)).unwrap();
    assert_eq!(owned.world.runtime.confirm(&owned.counters, id), Err(Status::WrongState), "it never ran");
    owned.world.runtime.start(id).unwrap();
    owned.world.run_until(1000);
    // Until then the image before it may come back.
    assert_eq!(owned.verify(image(4), Purpose::Install), Ok(4));
    let written = owned.counters.writes.get();
    for _ in 0..3 {
        assert_eq!(owned.world.runtime.confirm(&owned.counters, id), Ok(()));
    }
    assert_eq!(owned.counters.writes.get(), written + 1);
    assert_eq!(owned.counters.confirmed("plant.pump"), Ok(5));
    assert_eq!(owned.verify(image(4), Purpose::Install), Err(Status::Rollback));
    assert_eq!(owned.verify(image(5), Purpose::Install), Err(Status::Rollback));
    assert_eq!(owned.verify(image(5), Purpose::Installed), Ok(5));
    assert_eq!(owned.verify(image(6), Purpose::Install), Ok(6));
    owned.world.runtime.kill(id).unwrap();
    assert_eq!(owned.world.runtime.confirm(&owned.counters, id), Err(Status::WrongState));
    owned.world.runtime.remove(id).unwrap();
    assert_eq!(owned.world.runtime.confirm(&owned.counters, id), Err(Status::StaleId));
    owned.refused(image(4), Status::Rollback, "not above the counter");
    owned.counters.floor.set(7);
    owned.refused(image(6), Status::Rollback, "below the floor");
    owned.counters.broken.set(true);
    owned.refused(image(9), Status::Platform, "no counter to compare with");
    owned.counters.broken.set(false);
    owned.counters.floor.set(0);
    let id = owned.create(image(6)).unwrap();
    owned.world.runtime.start(id).unwrap();
    owned.counters.broken.set(true);
    assert_eq!(owned.world.runtime.confirm(&owned.counters, id), Err(Status::Platform));
}

#[test]
fn a_revoked_image_ends_whatever_it_does_and_stays_ended() {
    let mut owned = Owned::new();
    let image = |name| image_of(name, 1, &sleeper(), &policy(), OWNER);
    let running = owned.create(image("plant.running")).unwrap();
    let paused = owned.create(image("plant.paused")).unwrap();
    let created = owned.create(image("plant.created")).unwrap();
    let spared = image_of("plant.spared", 1, &sleeper(), &policy(), SPARE);
    let spared = owned.create(spared).unwrap();
    for id in [running, paused, spared] {
        owned.world.runtime.start(id).unwrap();
    }
    owned.world.runtime.pause(paused).unwrap();
    owned.world.run_until(1000);
    while owned.world.runtime.take_event().is_some() {}
    owned.world.board.take_lines();
    assert_eq!(owned.install(store(2, KeyState::Revoked, OTHER_ROOT)), Ok(()));
    let world = &mut owned.world;
    for (id, name) in [(running, "plant.running"), (paused, "plant.paused"), (created, "plant.created")] {
        assert_eq!(world.exit(id), Some(ExitReason::Revoked), "{name}");
        assert_eq!(world.runtime.start(id), Err(Status::WrongState));
        assert_eq!(world.runtime.restart(id), Err(Status::Untrusted));
        assert_eq!(world.runtime.resume(id), Err(Status::WrongState));
        assert_eq!(world.runtime.take_event().map(|event| event.exit), Some(Some(ExitReason::Revoked)));
    }
    let lines = world.board.take_lines();
    let told = lines
        .iter()
        .filter(|(_, _, text)| text.starts_with("no longer trusted: a signature by a revoked key"));
    assert_eq!(told.count(), 3, "{lines:?}");
    assert_eq!(world.state(spared), ContainerState::Running);
    world.runtime.restart(spared).unwrap();
    owned.refused(self::image(3), Status::Untrusted, "a signature by a revoked key");
}

#[test]
fn a_trust_store_that_does_not_count_changes_nothing() {
    let mut owned = Owned::new();
    let id = owned.create(image(1)).unwrap();
    let revoking = |sequence, signer| store(sequence, KeyState::Revoked, signer);
    assert_eq!(owned.install(revoking(2, STRANGER)), Err(Status::Untrusted));
    assert_eq!(owned.install(revoking(1, ROOT)), Err(Status::Rollback));
    assert_eq!(owned.install(&revoking(2, ROOT)[..100]), Err(Status::BadImage));
    assert_eq!(owned.install(image(2)), Err(Status::Untrusted));
    owned.counters.broken.set(true);
    assert_eq!(owned.install(revoking(2, ROOT)), Err(Status::Platform));
    owned.counters.broken.set(false);
    // The counter forgot, the runtime didn't.
    owned.counters.confirmed.borrow_mut().clear();
    assert_eq!(owned.install(revoking(1, ROOT)), Err(Status::Rollback));
    assert_eq!(owned.world.state(id), ContainerState::Created);
    assert_eq!(owned.world.runtime.trust().map(|trust| trust.sequence()), Some(1));
    assert_eq!(owned.install(revoking(2, ROOT)), Ok(()));
    // After a reset the same store is put in force again, and an older one isn't.
    let counters = core::mem::take(&mut owned.counters);
    let mut reset = Owned { counters, ..Owned::bare() };
    assert_eq!(reset.install(store(1, KeyState::Active, ROOT)), Err(Status::Rollback));
    assert_eq!(reset.install(revoking(2, ROOT)), Ok(()));
}

#[test]
fn every_refusal_has_a_status() {
    for kind in ErrorKind::ALL {
        assert_ne!(refusal_status(*kind), Status::Ok);
    }
    assert_eq!(refusal_status(ErrorKind::BelowFloor), Status::Rollback);
    assert_eq!(refusal_status(ErrorKind::ForeignVendor), Status::WrongDevice);
    assert_eq!(refusal_status(ErrorKind::CryptoFailed), Status::Platform);
    assert_eq!(refusal_status(ErrorKind::TrailingBytes), Status::BadImage);
}
