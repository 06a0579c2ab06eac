// SPDX-License-Identifier: Apache-2.0
//! Who hashes, verifies and counts: what firmware brings, and built-in Rust for what it leaves out.

use crate::check::read_struct;
use crate::types::CStruct;
use core::ffi::{c_char, c_void};
use sampan_abi::Status;
use sampan_image::{CounterFailed, Counters, Crypto, CryptoFailed, RaiseCounters};

/// Some bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_bytes {
    /// Where they begin. Not NULL.
    pub start: *const u8,
    /// How many.
    pub len: usize,
}

/// The anti-rollback counter of one container, or of the trust store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_counter {
    /// Sequence number of the newest image that proved healthy, 0 if there was none.
    pub confirmed: u64,
    /// Sequence number below which no image runs, healthy or not; 0 for no such floor.
    pub floor: u64,
}

/// Crypto and counters. Zero the struct, then set `size` and the members. Keys stay with whoever implements
/// it: PSA Crypto (ports/crypto), a secure element, or the built-in Rust where a member is NULL.
///
/// All are called in thread context, the runtime's lock held, and may block, but not call into the runtime.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_crypto {
    /// sizeof(struct sampan_crypto) as the caller compiled it.
    pub size: u32,
    /// Handed back as the first argument of every member.
    pub ctx: *mut c_void,
    /// Writes the SHA-256 of the pieces, one after another, and returns 0, or `SAMPAN_STATUS_PLATFORM`.
    /// NULL: built in.
    pub sha256: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            pieces: *const sampan_bytes,
            pieces_len: usize,
            out_hash: *mut u8,
        ) -> i32,
    >,
    /// Whether `signature` (64 bytes: r, then s) is that of `hash` (32 bytes) under the P-256 point `key` (64
    /// bytes: x, then y), all big-endian. Returns 0 if it is, `SAMPAN_STATUS_UNTRUSTED` if it isn't or if the
    /// key is no point of the curve, `SAMPAN_STATUS_PLATFORM` without a verdict. NULL: built in.
    pub verify_es256: Option<
        unsafe extern "C" fn(ctx: *mut c_void, key: *const u8, hash: *const u8, signature: *const u8) -> i32,
    >,
    /// Whether `signature` (64 bytes) is the Ed25519 signature of `message` under `key` (32 bytes); returns as
    /// `verify_es256`. NULL: built in with the feature `ed25519`, else such signatures get no verdict and are
    /// refused.
    pub verify_ed25519: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            key: *const u8,
            message: *const u8,
            message_len: usize,
            signature: *const u8,
        ) -> i32,
    >,
    /// Reads the counter of a container by its id, not NUL-terminated; `container_len` is 0 for the trust
    /// store's. Returns 0, or `SAMPAN_STATUS_PLATFORM`, which refuses the image. Required: a counter that
    /// forgets would let old images come back, so there is none built in.
    pub counter_read: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            container: *const c_char,
            container_len: usize,
            out_counter: *mut sampan_counter,
        ) -> i32,
    >,
    /// Makes `sequence`, which is above what `counter_read` tells, the `confirmed` of a counter for good: it
    /// must survive a reset. Returns 0, or `SAMPAN_STATUS_PLATFORM` with nothing changed. Required.
    pub counter_raise: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            container: *const c_char,
            container_len: usize,
            sequence: u64,
        ) -> i32,
    >,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_crypto {}

/// A caller's crypto, with all that is required.
pub(crate) struct CCrypto {
    ops: sampan_crypto,
    counter_read: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut sampan_counter) -> i32,
    counter_raise: unsafe extern "C" fn(*mut c_void, *const c_char, usize, u64) -> i32,
}

impl CCrypto {
    /// # Errors
    /// [`Status::NullPointer`] without counters, or without what isn't built in; those of `read_struct`.
    ///
    /// # Safety
    ///
    /// `ops` is NULL or readable, and its members may be called as they say while the result lives.
    pub(crate) unsafe fn read(ops: *const sampan_crypto) -> Result<Self, Status> {
        // SAFETY: the caller's promise.
        let ops = unsafe { read_struct(ops) }?;
        if !cfg!(feature = "rust-crypto") && (ops.sha256.is_none() || ops.verify_es256.is_none()) {
            return Err(Status::NullPointer);
        }
        let counter_read = ops.counter_read.ok_or(Status::NullPointer)?;
        let counter_raise = ops.counter_raise.ok_or(Status::NullPointer)?;
        Ok(Self { ops, counter_read, counter_raise })
    }
}

/// What a verifying member's answer says.
fn verdict(code: i32) -> Result<bool, CryptoFailed> {
    match code {
        0 => Ok(true),
        code if code == Status::Untrusted.to_raw() => Ok(false),
        _ => Err(CryptoFailed),
    }
}

/// Stands in for a member that is NULL.
#[cfg(feature = "rust-crypto")]
const BUILT_IN: sampan_image::RustCrypto = sampan_image::RustCrypto;

/// Stands in for a member that is NULL where nothing is built in.
#[cfg(not(feature = "rust-crypto"))]
const BUILT_IN: Nothing = Nothing;

#[cfg(not(feature = "rust-crypto"))]
struct Nothing;

#[cfg(not(feature = "rust-crypto"))]
impl Crypto for Nothing {
    fn sha256(&self, _: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        Err(CryptoFailed)
    }

    fn verify_es256(&self, _: &[u8; 64], _: &[u8; 32], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }

    fn verify_ed25519(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, CryptoFailed> {
        Err(CryptoFailed)
    }
}

/// Pieces of one hash, at most.
const MAX_PIECES: usize = 8;

impl Crypto for CCrypto {
    fn sha256(&self, pieces: &[&[u8]]) -> Result<[u8; 32], CryptoFailed> {
        let Some(sha256) = self.ops.sha256 else { return BUILT_IN.sha256(pieces) };
        let mut list = [sampan_bytes { start: core::ptr::null(), len: 0 }; MAX_PIECES];
        let places = list.get_mut(..pieces.len()).ok_or(CryptoFailed)?;
        for (place, piece) in places.iter_mut().zip(pieces) {
            *place = sampan_bytes { start: piece.as_ptr(), len: piece.len() };
        }
        let mut hash = [0; 32];
        // SAFETY: firmware promised that its function may be called so; the pieces are readable, and the hash
        // is writable for 32 bytes.
        let code = unsafe { sha256(self.ops.ctx, list.as_ptr(), pieces.len(), hash.as_mut_ptr()) };
        if code == 0 { Ok(hash) } else { Err(CryptoFailed) }
    }

    fn verify_es256(
        &self,
        key: &[u8; 64],
        hash: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed> {
        let Some(verify) = self.ops.verify_es256 else { return BUILT_IN.verify_es256(key, hash, signature) };
        // SAFETY: firmware promised that its function may be called so; all three are readable for as many
        // bytes as it's told.
        verdict(unsafe { verify(self.ops.ctx, key.as_ptr(), hash.as_ptr(), signature.as_ptr()) })
    }

    fn verify_ed25519(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, CryptoFailed> {
        let Some(verify) = self.ops.verify_ed25519 else {
            return BUILT_IN.verify_ed25519(key, message, signature);
        };
        let (start, len) = (message.as_ptr(), message.len());
        // SAFETY: as above.
        verdict(unsafe { verify(self.ops.ctx, key.as_ptr(), start, len, signature.as_ptr()) })
    }
}

impl CCrypto {
    fn counter(&self, container: &str) -> Result<sampan_counter, CounterFailed> {
        let mut counter = sampan_counter { confirmed: u64::MAX, floor: u64::MAX };
        let (start, len) = (container.as_ptr().cast(), container.len());
        // SAFETY: firmware promised that its function may be called so; the id is readable, the counter
        // writable.
        let code = unsafe { (self.counter_read)(self.ops.ctx, start, len, &raw mut counter) };
        if code == 0 { Ok(counter) } else { Err(CounterFailed) }
    }
}

impl Counters for CCrypto {
    fn confirmed(&self, container: &str) -> Result<u64, CounterFailed> {
        self.counter(container).map(|counter| counter.confirmed)
    }

    fn floor(&self, container: &str) -> Result<u64, CounterFailed> {
        self.counter(container).map(|counter| counter.floor)
    }
}

impl RaiseCounters for CCrypto {
    fn raise(&self, container: &str, sequence: u64) -> Result<(), CounterFailed> {
        let (start, len) = (container.as_ptr().cast(), container.len());
        // SAFETY: firmware promised that its function may be called so; the id is readable.
        let code = unsafe { (self.counter_raise)(self.ops.ctx, start, len, sequence) };
        if code == 0 { Ok(()) } else { Err(CounterFailed) }
    }
}
