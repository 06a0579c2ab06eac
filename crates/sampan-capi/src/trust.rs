// SPDX-License-Identifier: Apache-2.0
//! The trust store as C sees it: put in force, and listed.

use crate::check::{bytes, not_null, read_struct, status, write, write_struct};
use crate::crypto::{CCrypto, sampan_crypto};
use crate::engine::PACKED_FORMAT;
use crate::runtime::{handle, sampan_runtime};
use crate::types::CStruct;
use core::ffi::c_char;
use sampan_abi::Status;
use sampan_core::Authority;
use sampan_image::{Device, PublicKey};

/// Whose images run. Zero the struct, then set `size` and the members; all are required.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_authority {
    /// sizeof(struct sampan_authority) as the caller compiled it.
    pub size: u32,
    /// The vendor's UUID; images for another one are refused. What class of device this is follows from it and
    /// from the engines that are linked.
    pub vendor_id: [u8; 16],
    /// The two root keys, which sign trust stores: points on P-256, x then y, big-endian. They differ.
    pub root_keys: [[u8; 64]; 2],
    /// Who hashes, verifies and counts. Borrowed as long as the runtime is in service. Not NULL.
    pub crypto: *const sampan_crypto,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_authority {}

/// One key of the trust store. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_trust_key {
    /// sizeof(struct sampan_trust_key) as the caller compiled it.
    pub size: u32,
    /// Its id.
    pub id: [u8; 16],
    /// Bytes of its id, 1 to 16.
    pub id_len: u8,
    /// `enum sampan_key_role`, added up: what it may sign.
    pub roles: u8,
    /// 1 if it's revoked: then nothing that it signed runs.
    pub revoked: u8,
    /// What the ids of containers begin with that it may speak for, NUL-terminated; empty for all.
    pub prefix: [c_char; 24],
}

// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_trust_key {}

/// A caller's authority, read and checked.
pub(crate) struct Keeper {
    vendor_id: [u8; 16],
    roots: [PublicKey; 2],
    crypto: CCrypto,
}

impl Keeper {
    /// Reads what the runtime was given.
    ///
    /// # Errors
    /// [`Status::WrongState`] if it was given nothing, [`Status::NullPointer`] if something is missing in it,
    /// [`Status::Version`], [`Status::InvalidArgument`].
    ///
    /// # Safety
    ///
    /// The authority that the runtime was given is readable, with all that it points to.
    // Apart, so that copies on the way aren't on the stack of a verification.
    #[inline(never)]
    pub(crate) unsafe fn of(runtime: &sampan_runtime) -> Result<Self, Status> {
        if runtime.authority.is_null() {
            return Err(Status::WrongState);
        }
        // SAFETY: firmware keeps it readable while the runtime is in service.
        let authority = unsafe { read_struct(runtime.authority) }?;
        // SAFETY: as above.
        let crypto = unsafe { CCrypto::read(authority.crypto) }?;
        let [first, second] = authority.root_keys;
        if first == second {
            return Err(Status::InvalidArgument);
        }
        let roots = [PublicKey::Es256(first), PublicKey::Es256(second)];
        Ok(Self { vendor_id: authority.vendor_id, roots, crypto })
    }

    /// The same as the core wants it.
    pub(crate) const fn authority(&self) -> Authority<'_, CCrypto, CCrypto> {
        Authority {
            device: Device { vendor_id: self.vendor_id, packed_format: PACKED_FORMAT, native_target: None },
            roots: &self.roots,
            crypto: &self.crypto,
            counters: &self.crypto,
        }
    }

    pub(crate) const fn crypto(&self) -> &CCrypto {
        &self.crypto
    }
}

/// Copies text into a field, NUL-terminated.
pub(crate) fn field(text: &str) -> [c_char; 24] {
    let mut field = [0; 24];
    for (place, byte) in field.iter_mut().take(23).zip(text.bytes()) {
        *place = c_char::from_ne_bytes([byte]);
    }
    field
}

/// Puts a trust store in force, and stops what it no longer allows.
///
/// After `sampan_runtime_init` the one that the device keeps; later a newer one. Its counter moves up with it, so
/// write it to where it'll be found after a reset before this call, and keep the old one until it answers. Each
/// container that came in a signed image is judged again: one that isn't allowed any more ends with
/// `SAMPAN_EXIT_KIND_REVOKED`, whatever its state, and can't be started again.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `store`, `store_len`: the trust store. Borrowed, not copied, until another one is put in force.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER` also for a missing member of the authority or its crypto,
/// `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`; `_WRONG_STATE` if the runtime has no authority;
/// `_BAD_IMAGE` if it's malformed; `_UNTRUSTED` if no root key that counts has signed it so; `_ROLLBACK` if it
/// isn't newer; `_WRONG_DEVICE`; `_PLATFORM` if crypto or counters failed. On an error nothing has changed, and a
/// line in the log says what was wrong and at which byte.
/// Context: thread; takes the runtime lock for a signature, and one more for each signed container.
///
/// # Safety
///
/// `store` stays readable and unchanged for `store_len` bytes until another one is in force or the runtime is taken
/// out of service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_trust_install(
    rt: *mut sampan_runtime,
    store: *const u8,
    store_len: usize,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller keeps the store readable.
        let store = unsafe { bytes(store, store_len) }?;
        // SAFETY: firmware keeps its authority readable while the runtime is in service.
        let keeper = unsafe { Keeper::of(runtime) }?;
        let result = runtime.with(|core| core.install_trust(&keeper.authority(), store));
        runtime.wake();
        result
    };
    status(run())
}

/// Tells the sequence number of the trust store in force.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `out_sequence`: gets it. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`, or `_NOT_FOUND` without a
/// trust store.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `out_sequence` is aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_trust_sequence(rt: *mut sampan_runtime, out_sequence: *mut u64) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let out_sequence = not_null(out_sequence)?;
        let trust = runtime.with(|core| core.trust().copied().ok_or(Status::NotFound))?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_sequence, trust.sequence()) };
        Ok(())
    };
    status(run())
}

/// Tells one key of the trust store in force, revoked ones too.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `index`: which one, from 0.
/// - `out_key`: its `size` set; gets the rest. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`, or `_NOT_FOUND` after the
/// last one and without a trust store.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `out_key` is aligned and writable for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_trust_key(
    rt: *mut sampan_runtime,
    index: u32,
    out_key: *mut sampan_trust_key,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let trust = runtime.with(|core| core.trust().copied().ok_or(Status::NotFound))?;
        let key = trust.keys().nth(index as usize).ok_or(Status::NotFound)?;
        let mut id = [0; 16];
        id.iter_mut().zip(key.id).for_each(|(place, byte)| *place = *byte);
        let told = sampan_trust_key {
            size: 0,
            id,
            id_len: u8::try_from(key.id.len()).unwrap_or(0),
            roles: key.roles.bits(),
            revoked: key.state as u8,
            prefix: field(key.prefix),
        };
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_key, &told) }
    };
    status(run())
}
