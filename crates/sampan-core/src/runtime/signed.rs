// SPDX-License-Identifier: Apache-2.0
//! Signed images: what the owner's keys allow runs, and stops when they no longer do.
//!
//! The trust store comes first; images are verified against it, used where they lie, and judged again
//! whenever a newer store is put in force. Nothing else in the runtime refers to this file: firmware that
//! calls none of it doesn't link the verifier.
//!
//! What an image is and who may sign it is `sampan-image`'s.

use super::{Runtime, end};
use crate::calls::Handler;
use crate::config::ContainerOptions;
use crate::container::Container;
use crate::text::{RUNTIME, log};
use sampan_abi::{ContainerId, ContainerState, ExitReason, LogLevel, Status, limits::MAX_ARGS};
use sampan_engine::Engine;
use sampan_image::{
    Contents, Counters, Crypto, Device, Effective, Error, ErrorKind, Image, Part, Policy, PublicKey, Purpose,
    RaiseCounters, TRUST_STORE_ID, TrustStore, Verifier,
};
use sampan_platform::Platform;

/// Parts that an engine runs, best first.
const CODE: [Part; 3] = [Part::Native, Part::Packed, Part::Module];

/// What firmware brings to judge images: who the device is, whose keys it was made with, and who hashes,
/// verifies and counts.
#[derive(Clone, Copy, Debug)]
pub struct Authority<'a, C, N> {
    /// The device that images must be for.
    pub device: Device<'a>,
    /// The two root keys, which sign trust stores.
    pub roots: &'a [PublicKey; 2],
    /// Hashes and verifies.
    pub crypto: &'a C,
    /// Anti-rollback counters.
    pub counters: &'a N,
}

/// The status for why an image or a trust store was refused.
#[must_use]
pub const fn refusal_status(kind: ErrorKind) -> Status {
    match kind {
        ErrorKind::CryptoFailed | ErrorKind::CounterFailed => Status::Platform,
        ErrorKind::Rollback | ErrorKind::BelowFloor => Status::Rollback,
        ErrorKind::ForeignVendor | ErrorKind::ForeignClass => Status::WrongDevice,
        ErrorKind::Unsigned
        | ErrorKind::ManifestDigest
        | ErrorKind::UnknownSigner
        | ErrorKind::RevokedSigner
        | ErrorKind::BadSignature
        | ErrorKind::ForeignPrefix
        | ErrorKind::MissingRole
        | ErrorKind::PayloadMissing
        | ErrorKind::PayloadSize
        | ErrorKind::PayloadDigest => Status::Untrusted,
        _ => Status::BadImage,
    }
}

impl<P: Platform, E: Engine, H: Handler> Runtime<P, E, H> {
    /// Puts a trust store in force: the first one, or one that is newer. Its counter moves up with it.
    ///
    /// Every container that came in a signed image is judged again, and one whose image isn't allowed any
    /// more is ended with [`ExitReason::Revoked`], whatever its state, and can't be started again.
    /// Takes a signature for each such container.
    ///
    /// # Errors
    /// Those of [`refusal_status`]. Nothing has changed then, and the log says what was wrong.
    pub fn install_trust<C: Crypto, N: RaiseCounters>(
        &mut self,
        authority: &Authority<'_, C, N>,
        store: &'static [u8],
    ) -> Result<(), Status> {
        let trust = self.verify_trust(authority, store)?;
        let raised = raise(authority.counters, TRUST_STORE_ID, trust.sequence());
        raised.map_err(|error| self.refuse("trust store", error))?;
        self.trust = Some(trust);
        let text = format_args!("trust store {} is in force", trust.sequence());
        log(&self.platform, LogLevel::Info, RUNTIME, text);
        self.judge_again(authority, trust);
        Ok(())
    }

    #[inline(never)]
    fn verify_trust<C: Crypto, N: Counters>(
        &self,
        authority: &Authority<'_, C, N>,
        store: &'static [u8],
    ) -> Result<TrustStore<'static>, Status> {
        let current = self.trust.as_ref();
        let purpose = if current.is_some() { Purpose::Install } else { Purpose::Installed };
        let Authority { device, roots, crypto, counters } = authority;
        let verified = TrustStore::verify(store, purpose, device, roots, current, *counters, *crypto);
        // Whatever the counter says: it may have been lost.
        let newer = |trust: &TrustStore<'_>| current.is_none_or(|old| trust.sequence() > old.sequence());
        match verified {
            Ok(trust) if newer(&trust) => Ok(trust),
            Ok(_) => Err(self.refuse("trust store", Error::new(ErrorKind::Rollback, 0))),
            Err(error) => Err(self.refuse("trust store", error)),
        }
    }

    fn judge_again<C: Crypto, N: Counters>(
        &mut self,
        authority: &Authority<'_, C, N>,
        trust: TrustStore<'_>,
    ) {
        let verifier = authority.verifier(trust);
        for idx in 0..self.table.len() {
            let Some((container, mut others)) = self.table.split_at_mut(idx) else { continue };
            let Some(image) = container.origin else { continue };
            if container.exit() == Some(ExitReason::Revoked) {
                continue;
            }
            if let Err(error) = verifier.reevaluate(image) {
                let text = format_args!("no longer trusted: {error}");
                log(&self.platform, LogLevel::Error, container.guest.name.as_str(), text);
                end(&self.platform, container, &mut others, ExitReason::Revoked);
            }
        }
    }

    /// The trust store in force.
    #[must_use]
    pub const fn trust(&self) -> Option<&TrustStore<'static>> {
        self.trust.as_ref()
    }

    /// Verifies an image whole, without loading it.
    ///
    /// # Errors
    /// Those of [`refusal_status`], and [`Status::Untrusted`] without a trust store. The log says what was
    /// wrong.
    #[inline(never)]
    pub fn verify_image<'i, C: Crypto, N: Counters>(
        &self,
        authority: &Authority<'_, C, N>,
        image: &'i [u8],
        purpose: Purpose,
    ) -> Result<Image<'i>, Status> {
        let Some(trust) = self.trust else {
            log(
                &self.platform,
                LogLevel::Error,
                RUNTIME,
                format_args!("image refused: there is no trust store"),
            );
            return Err(Status::Untrusted);
        };
        let verified = authority.verifier(trust).verify(image, purpose);
        verified.map_err(|error| self.refuse("image", error))
    }

    /// Verifies an image and loads it without running any of it.
    ///
    /// Its code is the best that the engine takes: packed bytecode before a module. Its name is the container's id;
    /// all else is what its policy says.
    ///
    /// # Errors
    /// Those of [`verify_image`](Self::verify_image) and of [`create`](Self::create);
    /// [`Status::Unsupported`] if it has no code for the engine. Nothing has changed then, and the log says
    /// what was wrong.
    pub fn create_signed<C: Crypto, N: Counters>(
        &mut self,
        authority: &Authority<'_, C, N>,
        image: &'static [u8],
    ) -> Result<ContainerId, Status> {
        let verified = self.verify_image(authority, image, Purpose::Installed)?;
        let id = self.admit_verified(&verified)?;
        self.table.get_mut(id)?.origin = Some(image);
        Ok(id)
    }

    #[inline(never)]
    fn admit_verified(&mut self, image: &Image<'static>) -> Result<ContainerId, Status> {
        let (policy, permissions) =
            policy_of(image.contents()).map_err(|error| self.refuse("image", error))?;
        let mut parts = CODE.into_iter().filter_map(|part| image.part(part));
        let Some(code) = parts.find(|code| self.engine.accepts(code)) else {
            let text = format_args!("image refused: it has no code for an engine that is linked");
            log(&self.platform, LogLevel::Error, image.container(), text);
            return Err(Status::Unsupported);
        };
        let name = image.container().as_bytes();
        let mut args = [&[][..]; MAX_ARGS];
        let mut env = [&[][..]; MAX_ARGS];
        let mut options = ContainerOptions { name, permissions, ..ContainerOptions::default() };
        if let Some(policy) = &policy {
            let texts = core::iter::once(name).chain(policy.args.iter().map(str::as_bytes));
            let too_many = Error::new(ErrorKind::TooMany, 0);
            let refuse = || self.refuse("image", too_many);
            options.args = collect(&mut args, texts).ok_or_else(refuse)?;
            options.env = collect(&mut env, policy.env.iter().map(str::as_bytes)).ok_or_else(refuse)?;
            options.set_policy(policy);
            options.devices = policy.devices;
        }
        self.admit(code, &options)
    }

    /// Moves a container's counter up to the sequence number of the image that it runs: whoever calls this has
    /// found that it works. No older image of it is accepted from then on.
    ///
    /// # Errors
    /// [`Status::StaleId`]; [`Status::WrongState`] if it came in no signed image, has never run, or ended other
    /// than by itself with code 0; [`Status::Platform`] if the counter failed.
    pub fn confirm<N: RaiseCounters>(&self, counters: &N, id: ContainerId) -> Result<(), Status> {
        let container = self.table.get(id)?;
        let image = container.origin.filter(|_| is_healthy(container)).ok_or(Status::WrongState)?;
        let contents = Contents::read(image).map_err(|error| self.refuse("image", error))?;
        let manifest = contents.manifest();
        let raised = raise(counters, manifest.container(), manifest.sequence());
        raised.map_err(|error| self.refuse("image", error))
    }

    /// Says why something is refused, and which status that is.
    fn refuse(&self, what: &str, error: Error) -> Status {
        log(&self.platform, LogLevel::Error, RUNTIME, format_args!("{what} refused: {error}"));
        refusal_status(error.kind())
    }
}

impl<C: Crypto, N: Counters> Authority<'_, C, N> {
    fn verifier<'v>(&'v self, trust: TrustStore<'v>) -> Verifier<'v, C, N> {
        Verifier { device: self.device, trust, counters: self.counters, crypto: self.crypto }
    }
}

/// Moves a counter up, if it isn't there yet.
fn raise(counters: &impl RaiseCounters, container: &str, sequence: u64) -> Result<(), Error> {
    let confirmed = counters.confirmed(container);
    let raised = confirmed.and_then(|confirmed| match sequence > confirmed {
        true => counters.raise(container, sequence),
        false => Ok(()),
    });
    raised.map_err(|_| Error::new(ErrorKind::CounterFailed, 0))
}

/// Whether a container runs, or has ended by itself and well.
fn is_healthy<I>(container: &Container<I>) -> bool {
    match container.state() {
        ContainerState::Running | ContainerState::Paused => true,
        _ => matches!(container.exit(), Some(ExitReason::Exited(0) | ExitReason::Stopped(0))),
    }
}

/// What an image says of how its container is run, and what that may do.
fn policy_of<'a>(contents: &Contents<'a>) -> Result<(Option<Policy<'a>>, Effective<'a>), Error> {
    let effective = contents.effective()?;
    let policy = contents.payload(Part::Policy).map(Policy::parse).transpose()?;
    Ok((policy, effective))
}

/// Puts texts into places; `None` if there are more.
fn collect<'p, 'a>(
    places: &'p mut [&'a [u8]; MAX_ARGS],
    mut texts: impl Iterator<Item = &'a [u8]>,
) -> Option<&'p [&'a [u8]]> {
    let mut len = 0_usize;
    for place in places.iter_mut() {
        let Some(text) = texts.next() else { break };
        *place = text;
        len = len.saturating_add(1);
    }
    if texts.next().is_some() { None } else { places.get(..len) }
}
