// SPDX-License-Identifier: Apache-2.0
//! The trust store: whose signatures count, for what, and whose no longer do.
//!
//! It comes in an envelope of its own, signed by one of the two root keys that the firmware has, and has a
//! sequence number like an image: a newer one replaces it whole, which is how keys are rotated and
//! revoked. A revoked key stays listed, so that its name tells why what it signed is refused.

use crate::cbor::Reader;
use crate::crypto::{Algorithm, Crypto, PublicKey};
use crate::envelope::{Envelope, MAX_SIGNATURES, Signature, key_id};
use crate::error::{Error, ErrorKind};
use crate::identity::{Device, is_container_id};
use crate::manifest::Part;
use crate::verify::{Contents, Counters, Purpose, check_freshness};

/// Keys of one trust store, at most.
pub const MAX_KEYS: usize = 16;
/// What [`Counters`] are asked for to know the trust store's: no container has this id.
pub const TRUST_STORE_ID: &str = "";

const KEY_TYPE: i32 = 1;
const KEY_ID: i32 = 2;
const KEY_ALGORITHM: i32 = 3;
const KEY_CURVE: i32 = -1;
const KEY_X: i32 = -2;
const KEY_Y: i32 = -3;
/// Of the labels for private use.
pub(crate) const KEY_ROLES: i32 = -70001;
pub(crate) const KEY_PREFIX: i32 = -70002;
pub(crate) const KEY_STATE: i32 = -70003;

const TYPE_OKP: i32 = 1;
const TYPE_EC2: i32 = 2;
const CURVE_P256: i32 = 1;
const CURVE_ED25519: i32 = 6;

/// What a key may sign: a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// None.
    pub const NONE: Self = Self(0);
    /// Signs modules, packed bytecode and bills of materials.
    pub const DEVELOPER: Self = Self(1);
    /// Signs policies.
    pub const OPERATOR: Self = Self(2);
    /// Signs native code, which nothing on the device can check.
    pub const AOT: Self = Self(4);
    /// One of the two keys in the firmware; listed only to be revoked.
    pub const ROOT: Self = Self(8);
    /// Every role with its name.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::DEVELOPER, "developer"),
        (Self::OPERATOR, "operator"),
        (Self::AOT, "aot"),
        (Self::ROOT, "root"),
    ];

    const ALL: u32 = 15;

    /// Reads a set from its bits; `None` if there are others, or none.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        u8::try_from(bits).ok().filter(|_| (1..=Self::ALL).contains(&bits)).map(Self)
    }

    /// The set as bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// What is in either.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The role whose word a part needs.
    #[must_use]
    pub const fn for_part(part: Part) -> Self {
        match part {
            Part::Module | Part::Packed | Part::Sbom => Self::DEVELOPER,
            Part::Native => Self::AOT,
            Part::Policy => Self::OPERATOR,
            Part::Keys => Self::ROOT,
        }
    }
}

/// Whether a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Active = 0,
    /// It never does again.
    Revoked = 1,
}

/// One key of a trust store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedKey<'a> {
    /// Its id, 1 to 16 bytes.
    pub id: &'a [u8],
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub roles: Roles,
    /// What the ids of containers begin with that it may speak for; empty for all.
    pub prefix: &'a str,
    /// Whether it counts.
    pub state: KeyState,
}

/// A trust store that was verified.
#[derive(Clone, Copy, Debug)]
pub struct TrustStore<'a> {
    sequence: u64,
    count: usize,
    keys: Reader<'a>,
}

impl<'a> TrustStore<'a> {
    /// Verifies a trust store, to install it or to go on using it.
    ///
    /// `current` is the one in use, if any: a root key that it revokes no longer signs its successor. Nor
    /// does one count that the new store itself revokes.
    ///
    /// # Errors
    /// Why it is refused, by kind and offset.
    #[inline(never)]
    pub fn verify(
        input: &'a [u8],
        purpose: Purpose,
        device: &Device<'_>,
        roots: &[PublicKey; 2],
        current: Option<&TrustStore<'_>>,
        counters: &impl Counters,
        crypto: &impl Crypto,
    ) -> Result<Self, Error> {
        let envelope = Envelope::parse(input)?;
        envelope.check_digest(crypto)?;
        let signers = root_signers(&envelope, roots, current, crypto)?;
        let store = fresh(envelope, purpose, device, counters, crypto)?;
        if roots.iter().zip(signers).any(|(root, signer)| signer && store.revokes(root)) {
            return Err(ErrorKind::RevokedSigner.at(0));
        }
        Ok(store)
    }

    /// Reads a trust store without verifying it: for tools that show or change one.
    ///
    /// # Errors
    /// What departs from the format, by its kind and offset.
    pub fn read_unverified(input: &'a [u8]) -> Result<Self, Error> {
        Self::read(&Contents::read(input)?)
    }

    fn read(contents: &Contents<'a>) -> Result<Self, Error> {
        let Some(component) = contents.manifest().component(Part::Keys) else {
            return Err(ErrorKind::BadComponent.at(0));
        };
        let payload = contents.payload(Part::Keys).unwrap_or(&[]);
        // Offsets inside a payload count from its beginning; the component's tells which one.
        let bad = |error: Error| error.kind().at(component.offset);
        let mut reader = Reader::new(payload);
        let count = reader.array(MAX_KEYS).map_err(bad)?;
        let keys = reader;
        let store = Self { sequence: contents.manifest().sequence(), count, keys };
        for idx in 0..count {
            let key = key(&mut reader).map_err(bad)?;
            if store.keys().take(idx).any(|other| other.id == key.id || other.key == key.key) {
                return Err(ErrorKind::RepeatedKey.at(component.offset));
            }
        }
        reader.finish().map_err(bad)?;
        Ok(store)
    }

    /// Sequence number.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Every key, revoked ones too.
    pub fn keys(&self) -> impl Iterator<Item = TrustedKey<'a>> + use<'a> {
        let mut reader = self.keys;
        // All were read once, so none fails.
        (0..self.count).filter_map(move |_| key(&mut reader).ok())
    }

    /// Whether a key is listed as revoked.
    #[must_use]
    pub fn revokes(&self, key: &PublicKey) -> bool {
        self.keys().any(|listed| listed.key == *key && listed.state == KeyState::Revoked)
    }

    /// Whether a key may speak for a container in a role.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownSigner`], [`ErrorKind::RevokedSigner`], [`ErrorKind::ForeignPrefix`] or
    /// [`ErrorKind::MissingRole`], at offset 0.
    pub fn decide(&self, key_id: &[u8], role: Roles, container: &str) -> Result<TrustedKey<'a>, Error> {
        let key = self.keys().find(|key| key.id == key_id).ok_or(ErrorKind::UnknownSigner.at(0))?;
        key.check(container, 0)?;
        if key.roles.has(role) { Ok(key) } else { Err(ErrorKind::MissingRole.at(0)) }
    }

    /// Who signed an envelope: every signature must verify under a key of the store.
    #[inline(never)]
    pub(crate) fn signers(&self, envelope: &Envelope<'_>, crypto: &impl Crypto) -> Result<Signers, Error> {
        let mut signers = Signers::default();
        for (place, signature) in signers.0.iter_mut().zip(envelope.signatures()) {
            *place = Some((self.signer(envelope, &signature, crypto)?, signature.offset));
        }
        if signers.0.iter().any(Option::is_some) { Ok(signers) } else { Err(ErrorKind::Unsigned.at(0)) }
    }

    /// The roles that signers have for a container. Each of them must count for it.
    pub(crate) fn roles_of(&self, signers: &Signers, container: &str) -> Result<Roles, Error> {
        let mut roles = Roles::NONE;
        for (idx, offset) in signers.0.iter().flatten() {
            let signer = self.keys().nth(*idx).ok_or(ErrorKind::UnknownSigner.at(*offset))?;
            signer.check(container, *offset)?;
            roles = roles.with(signer.roles);
        }
        Ok(roles)
    }

    /// The key that a signature is by: the one that it names, or whichever verifies it.
    fn signer(
        &self,
        envelope: &Envelope<'_>,
        signature: &Signature<'_>,
        crypto: &impl Crypto,
    ) -> Result<usize, Error> {
        let fits = |key: &TrustedKey<'_>| key.key.algorithm() == signature.algorithm;
        let named = |key: &TrustedKey<'_>| signature.key_id.is_none_or(|id| id == key.id);
        let mut refusal = ErrorKind::UnknownSigner;
        for (idx, key) in self.keys().enumerate().filter(|(_, key)| fits(key) && named(key)) {
            if envelope.signed_by(signature, &key.key, crypto)? {
                return Ok(idx);
            }
            refusal = ErrorKind::BadSignature;
        }
        Err(refusal.at(signature.offset))
    }
}

/// Who signed an envelope: places in the store, and where the signatures stand.
#[derive(Debug, Default)]
pub(crate) struct Signers([Option<(usize, usize)>; MAX_SIGNATURES]);

impl TrustedKey<'_> {
    /// Whether it counts for a container at all.
    fn check(&self, container: &str, offset: usize) -> Result<(), Error> {
        match self.state {
            KeyState::Revoked => Err(ErrorKind::RevokedSigner.at(offset)),
            KeyState::Active if container.starts_with(self.prefix) => Ok(()),
            KeyState::Active => Err(ErrorKind::ForeignPrefix.at(offset)),
        }
    }
}

/// Which of the root keys signed an envelope: every signature must be by one that counts.
// Apart, as the rest is from it, since verifying a signature takes most of the stack.
#[inline(never)]
fn root_signers(
    envelope: &Envelope<'_>,
    roots: &[PublicKey; 2],
    current: Option<&TrustStore<'_>>,
    crypto: &impl Crypto,
) -> Result<[bool; 2], Error> {
    let mut signers = [false; 2];
    for signature in envelope.signatures() {
        let root = root_of(envelope, &signature, roots, crypto)?;
        let key = roots.get(root).ok_or(ErrorKind::UnknownSigner.at(signature.offset))?;
        if current.is_some_and(|current| current.revokes(key)) {
            return Err(ErrorKind::RevokedSigner.at(signature.offset));
        }
        signers.iter_mut().skip(root).take(1).for_each(|signer| *signer = true);
    }
    if signers.contains(&true) { Ok(signers) } else { Err(ErrorKind::Unsigned.at(0)) }
}

/// The store in an authenticated envelope, if it's for this device, fresh and whole.
#[inline(never)]
fn fresh<'a>(
    envelope: Envelope<'a>,
    purpose: Purpose,
    device: &Device<'_>,
    counters: &impl Counters,
    crypto: &impl Crypto,
) -> Result<TrustStore<'a>, Error> {
    let contents = Contents::of(envelope)?;
    contents.check_device(device, crypto)?;
    check_freshness(contents.manifest(), purpose, counters)?;
    contents.check_payloads(crypto)?;
    TrustStore::read(&contents)
}

/// Which root key a signature is by.
fn root_of(
    envelope: &Envelope<'_>,
    signature: &Signature<'_>,
    roots: &[PublicKey; 2],
    crypto: &impl Crypto,
) -> Result<usize, Error> {
    for (idx, root) in roots.iter().enumerate() {
        if envelope.signed_by(signature, root, crypto)? {
            return Ok(idx);
        }
    }
    Err(ErrorKind::UnknownSigner.at(signature.offset))
}

/// Reads one `COSE_Key`.
fn key<'a>(reader: &mut Reader<'a>) -> Result<TrustedKey<'a>, Error> {
    let start = reader.offset();
    let mut keys = reader.map()?;
    keys.expect(reader, KEY_TYPE)?;
    let kind = reader.integer()?;
    keys.expect(reader, KEY_ID)?;
    let id = key_id(reader)?;
    keys.expect(reader, KEY_ALGORITHM)?;
    let algorithm = Algorithm::from_cose(reader.integer()?);
    keys.expect(reader, KEY_CURVE)?;
    let curve = reader.integer()?;
    keys.expect(reader, KEY_X)?;
    let x: &[u8; 32] = reader.fixed()?;
    let key = match (kind, curve, algorithm) {
        (TYPE_EC2, CURVE_P256, Some(Algorithm::Es256)) => {
            keys.expect(reader, KEY_Y)?;
            let y: &[u8; 32] = reader.fixed()?;
            let mut point = [0; 64];
            point.iter_mut().zip(x.iter().chain(y)).for_each(|(to, from)| *to = *from);
            PublicKey::Es256(point)
        }
        (TYPE_OKP, CURVE_ED25519, Some(Algorithm::Ed25519)) => PublicKey::Ed25519(*x),
        _ => return Err(ErrorKind::UnsupportedAlgorithm.at(start)),
    };
    keys.expect(reader, KEY_ROLES)?;
    let offset = reader.offset();
    let roles = Roles::from_bits(reader.number(Roles::ALL)?).ok_or(ErrorKind::OutOfRange.at(offset))?;
    keys.expect(reader, KEY_PREFIX)?;
    let offset = reader.offset();
    let prefix = reader.text()?;
    if !prefix.is_empty() && !is_container_id(prefix) {
        return Err(ErrorKind::BadName.at(offset));
    }
    keys.expect(reader, KEY_STATE)?;
    let state = if reader.number(1)? == 0 { KeyState::Active } else { KeyState::Revoked };
    keys.finish(reader)?;
    Ok(TrustedKey { id, key, roles, prefix, state })
}
