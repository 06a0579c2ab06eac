// SPDX-License-Identifier: Apache-2.0
//! Signed images as C sees them: verified, looked into, and made containers of.

use crate::check::{bytes, not_null, status, write, write_struct};
use crate::runtime::{handle, sampan_runtime, saturate};
use crate::text::put;
use crate::trust::{Keeper, field};
use crate::types::CStruct;
use core::ffi::c_char;
use core::fmt::Display;
use sampan_abi::{ContainerId, ImagePurpose, PermissionList, PolicyList, Status};
use sampan_core::refusal_status;
use sampan_image::{Contents, Effective, Image, Part, Policy, Purpose};

/// A number that a policy leaves to the runtime.
pub const SAMPAN_NOT_SAID: u32 = u32::MAX;

/// What a verified image says. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_image_info {
    /// sizeof(struct sampan_image_info) as the caller compiled it.
    pub size: u32,
    /// Version, for people: major, minor, patch.
    pub version: [u32; 3],
    /// Sequence number: rises with each release.
    pub sequence: u64,
    /// The container's id, NUL-terminated.
    pub container: [c_char; 24],
    /// Number of its parts: see `sampan_image_part`.
    pub parts_len: u32,
    /// Number of its signatures: see `sampan_image_signer`.
    pub signers_len: u32,
    /// Permissions that its code asks for.
    pub requested_len: u32,
    /// Permissions that it has; some may overlap.
    pub effective_len: u32,
    /// Permissions that it asks for but has nothing of.
    pub refused_len: u32,
    /// Bytes of memory; SAMPAN_NOT_SAID, as in all budgets, if the policy doesn't say.
    pub memory_bytes: u32,
    /// Bytes of stack.
    pub stack_bytes: u32,
    /// Weight of its CPU time.
    pub cpu_share: u32,
    /// Priority.
    pub priority: u32,
    /// Longest activation in ms.
    pub activation_ms: u32,
    /// Host calls a second.
    pub calls_per_second: u32,
    /// Messages in its mailbox.
    pub queue_depth: u32,
    /// Handles open at a time.
    pub handles: u32,
    /// Bytes of key-value storage.
    pub kv_bytes: u32,
    /// Delay of the first restart in ms; SAMPAN_NOT_SAID, as in the next three, if the policy doesn't say.
    pub backoff_ms: u32,
    /// Longest delay of a restart in ms.
    pub backoff_cap_ms: u32,
    /// Faults within the window that lead to quarantine.
    pub quarantine_after: u32,
    /// The window in seconds.
    pub window_s: u32,
    /// `enum sampan_key_role`, added up: the roles of its signers.
    pub roles: u8,
    /// What follows a call that isn't permitted: 0 an error, 1 a trap, 2 stop, 3 quarantine.
    pub denied: u8,
    /// What follows a fault: 0 stop, 1 restart, 2 quarantine, 3 the firmware decides.
    pub fault: u8,
    /// 1 if it's to be started when the device starts.
    pub autostart: u8,
}

/// One part of an image. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_image_part {
    /// sizeof(struct sampan_image_part) as the caller compiled it.
    pub size: u32,
    /// Where its payload begins, from the beginning of the image.
    pub offset: u32,
    /// Bytes of its payload.
    pub len: u32,
    /// What it is: `m` module, `b` packed bytecode, `a` native code, `p` policy, `s` bill of materials.
    pub part: c_char,
    /// SHA-256 of its payload.
    pub digest: [u8; 32],
}

/// One signature of an image. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_image_signer {
    /// sizeof(struct sampan_image_signer) as the caller compiled it.
    pub size: u32,
    /// Id of the key that it names.
    pub key_id: [u8; 16],
    /// Bytes of that id, 0 if it names none.
    pub key_id_len: u8,
}

// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_image_info {}
// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_image_part {}
// SAFETY: repr(C), size first, numbers only.
unsafe impl CStruct for sampan_image_signer {}

/// What can be told of a verified image.
// Apart, so that its frame isn't on the stack while a signature is verified, which takes most of it.
#[inline(never)]
fn info(image: &Image<'_>) -> Result<sampan_image_info, Status> {
    let contents = image.contents();
    let bad = |error: sampan_image::Error| refusal_status(error.kind());
    let effective = contents.effective().map_err(bad)?;
    let policy = contents.payload(Part::Policy).map(Policy::parse).transpose().map_err(bad)?;
    let budgets = policy.map_or_else(Default::default, |policy| policy.budgets);
    let fault = policy.map_or_else(Default::default, |policy| policy.fault);
    let said = |number: Option<u32>| number.unwrap_or(SAMPAN_NOT_SAID);
    Ok(sampan_image_info {
        size: 0,
        version: image.version().map_or([0; 3], |version| version.numbers),
        sequence: image.sequence(),
        container: field(image.container()),
        parts_len: saturate(image.components().count()),
        signers_len: saturate(contents.envelope().signature_count()),
        requested_len: saturate(effective.requested.iter().count()),
        effective_len: saturate(effective.iter().count()),
        refused_len: saturate(effective.refused().count()),
        memory_bytes: said(budgets.memory_bytes),
        stack_bytes: said(budgets.stack_bytes),
        cpu_share: said(budgets.cpu_share),
        priority: said(budgets.priority),
        activation_ms: said(budgets.activation_ms),
        calls_per_second: said(budgets.calls_per_second),
        queue_depth: said(budgets.queue_depth),
        handles: said(budgets.handles),
        kv_bytes: said(budgets.kv_bytes),
        backoff_ms: said(fault.backoff_ms),
        backoff_cap_ms: said(fault.backoff_cap_ms),
        quarantine_after: said(fault.quarantine_after),
        window_s: said(fault.window_s),
        roles: image.signers().bits(),
        denied: policy.map_or(0, |policy| policy.denied as u8),
        fault: fault.action as u8,
        autostart: policy.map_or(0, |policy| u8::from(policy.autostart)),
    })
}

/// Verifies an image whole, without loading it, and tells what it says.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `image`, `image_len`: the image. NULL only if `image_len` is 0.
/// - `purpose`: `enum sampan_image_purpose`: to install, it must be newer than what proved healthy; to run, not older.
/// - `out_info`: its `size` set; gets the rest. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER` also for a missing member of the authority or its crypto,
/// `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`; `_WRONG_STATE` if the runtime has no authority; `_BAD_IMAGE`
/// if it's malformed; `_UNTRUSTED` if nobody whose word counts has signed it so; `_ROLLBACK`; `_WRONG_DEVICE`;
/// `_PLATFORM` if crypto or counters failed. A line in the log says what was wrong and at which byte.
/// Context: thread; takes the runtime lock for a signature and a hash of the image.
///
/// # Safety
///
/// `image` is readable for `image_len` bytes and doesn't change during the call. `out_info` is aligned and
/// writable for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_verify(
    rt: *mut sampan_runtime,
    image: *const u8,
    image_len: usize,
    purpose: u8,
    out_info: *mut sampan_image_info,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller's promise.
        let image = unsafe { bytes(image, image_len) }?;
        not_null(out_info)?;
        let purpose = match ImagePurpose::from_raw(purpose).ok_or(Status::InvalidArgument)? {
            ImagePurpose::Install => Purpose::Install,
            ImagePurpose::Run => Purpose::Installed,
        };
        // SAFETY: firmware keeps its authority readable while the runtime is in service.
        let keeper = unsafe { Keeper::of(runtime) }?;
        let verified = runtime.with(|core| core.verify_image(&keeper.authority(), image, purpose))?;
        let told = info(&verified)?;
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_info, &told) }
    };
    status(run())
}

/// Verifies a signed image and loads it without running any of it. It's used where it lies: in memory-mapped flash, or
/// in RAM that stays.
///
/// Packed bytecode is taken before a module, if its engine is linked. The container's name is the id that the image has;
/// memory, stack, share, priority, arguments, environment and permissions are what its policy says. `autostart` is for
/// the caller to heed.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `image`, `image_len`: the image, aligned to 4 bytes. Borrowed, not copied, until `sampan_container_remove`.
/// - `out_id`: gets the new container's id. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`,
/// `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`, `_WRONG_STATE`, `_BAD_IMAGE`, `_UNTRUSTED`,
/// `_ROLLBACK`, `_WRONG_DEVICE`, `_PLATFORM`; `_DUPLICATE`, `_NO_SLOT`, `_NO_MEMORY`; `_UNSUPPORTED` also if it has no
/// code for an engine that is linked; `_UNKNOWN_IMPORT`, `_IMPORT_TYPE`, `_NO_ENTRY`, `_INTERNAL`. On an error nothing
/// has changed, and a line in the log says what was wrong.
/// Context: thread; takes the runtime lock for a signature, a hash of the image, and the load.
///
/// # Safety
///
/// `image` stays readable and unchanged for `image_len` bytes until the container is removed or the runtime taken out of
/// service. `out_id` is aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_create(
    rt: *mut sampan_runtime,
    image: *const u8,
    image_len: usize,
    out_id: *mut u32,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller keeps the image readable until the container is removed.
        let image = unsafe { bytes(image, image_len) }?;
        let out_id = not_null(out_id)?;
        // SAFETY: firmware keeps its authority readable while the runtime is in service.
        let keeper = unsafe { Keeper::of(runtime) }?;
        let id = runtime.create_by(|core| core.create_signed(&keeper.authority(), image))?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_id, id.to_raw()) };
        Ok(())
    };
    status(run())
}

/// Moves a container's anti-rollback counter up to the image that it runs. Call it once the container has proved
/// healthy: no older image of it is accepted from then on, so until then the one before may still come back.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_image_create`.
///
/// Returns `SAMPAN_STATUS_OK`, also if the counter is there already; `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_VERSION`,
/// `_WRONG_CONTEXT`, `_STALE_ID`; `_WRONG_STATE` if it came in no signed image, has never run, or ended other than by
/// itself with code 0; `_PLATFORM` if the counter failed.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_confirm(rt: *mut sampan_runtime, id: u32) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let id = ContainerId::from_raw(id).ok_or(Status::StaleId)?;
        // SAFETY: firmware keeps its authority readable while the runtime is in service.
        let keeper = unsafe { Keeper::of(runtime) }?;
        runtime.with(|core| core.confirm(keeper.crypto(), id))
    };
    status(run())
}

/// Reads an image without verifying it.
///
/// # Safety
///
/// `image` is NULL or readable for `image_len` bytes, which don't change while the result lives.
unsafe fn read<'a>(image: *const u8, image_len: usize) -> Result<(Contents<'a>, &'a [u8]), Status> {
    // SAFETY: the caller's promise.
    let image = unsafe { bytes(image, image_len) }?;
    let contents = Contents::read(image).map_err(|error| refusal_status(error.kind()))?;
    Ok((contents, image))
}

/// Tells one part of an image, in their order. It verifies nothing: that is `sampan_image_verify`'s.
///
/// - `image`, `image_len`: the image. NULL only if `image_len` is 0.
/// - `index`: which one, from 0.
/// - `out_part`: its `size` set; gets the rest. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one.
/// Context: any thread, never an ISR.
///
/// # Safety
///
/// `image` is readable for `image_len` bytes and doesn't change during the call. `out_part` is aligned and writable
/// for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_part(
    image: *const u8,
    image_len: usize,
    index: u32,
    out_part: *mut sampan_image_part,
) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let (contents, image) = unsafe { read(image, image_len) }?;
        let manifest = contents.manifest();
        let component = manifest.components().nth(index as usize).ok_or(Status::NotFound)?;
        let payload = contents.payload(component.part).ok_or(Status::BadImage)?;
        let offset = payload.as_ptr().addr().wrapping_sub(image.as_ptr().addr());
        let letter = component.part.letter().bytes().next().unwrap_or(0);
        let told = sampan_image_part {
            size: 0,
            offset: saturate(offset),
            len: saturate(payload.len()),
            part: c_char::from_ne_bytes([letter]),
            digest: *component.digest,
        };
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_part, &told) }
    };
    status(run())
}

/// Tells who says that they signed an image. It verifies nothing: that is `sampan_image_verify`'s.
///
/// - `image`, `image_len`: the image. NULL only if `image_len` is 0.
/// - `index`: which signature, from 0.
/// - `out_signer`: its `size` set; gets the rest. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one.
/// Context: any thread, never an ISR.
///
/// # Safety
///
/// `image` is readable for `image_len` bytes and doesn't change during the call. `out_signer` is aligned and writable
/// for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_signer(
    image: *const u8,
    image_len: usize,
    index: u32,
    out_signer: *mut sampan_image_signer,
) -> Status {
    let run = || {
        // SAFETY: the caller's promise.
        let (contents, _) = unsafe { read(image, image_len) }?;
        let signature = contents.envelope().signatures().nth(index as usize).ok_or(Status::NotFound)?;
        let id = signature.key_id.unwrap_or(&[]);
        let mut key_id = [0; 16];
        key_id.iter_mut().zip(id).for_each(|(place, byte)| *place = *byte);
        let key_id_len = u8::try_from(id.len()).unwrap_or(0);
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_signer, &sampan_image_signer { size: 0, key_id, key_id_len }) }
    };
    status(run())
}

/// Writes one permission of an image as text, as in `gpio:led0`. It verifies nothing: that is
/// `sampan_image_verify`'s.
///
/// - `image`, `image_len`: the image. NULL only if `image_len` is 0.
/// - `list`: `enum sampan_permission_list`: requested, granted, effective or refused.
/// - `index`: which one of that list, from 0.
/// - `buf`, `len`: get the text and a NUL, cut to fit. NULL only if `len` is 0.
/// - `out_len`: gets the length of the whole text without the NUL. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one.
/// Context: any thread, never an ISR.
///
/// # Safety
///
/// `image` is readable for `image_len` bytes and doesn't change during the call. `buf` is writable for `len` bytes,
/// `out_len` aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_permission(
    image: *const u8,
    image_len: usize,
    list: u8,
    index: u32,
    buf: *mut c_char,
    len: usize,
    out_len: *mut usize,
) -> Status {
    let run = || {
        let list = PermissionList::from_raw(list).ok_or(Status::InvalidArgument);
        let find = |contents: &Contents<'_>, tell: &mut dyn FnMut(&dyn Display)| {
            let effective = contents.effective().map_err(|error| refusal_status(error.kind()))?;
            permission(&effective, list?, index as usize, tell).ok_or(Status::NotFound)
        };
        // SAFETY: the caller's promise.
        unsafe { tell_text((image, image_len), (buf, len), out_len, find) }
    };
    status(run())
}

/// Writes one text of an image's policy: an argument, a `NAME=value` of the environment, or a device as `name=board's
/// name`. It verifies nothing: that is `sampan_image_verify`'s.
///
/// - `image`, `image_len`: the image. NULL only if `image_len` is 0.
/// - `list`: `enum sampan_policy_list`: arguments, environment or devices.
/// - `index`: which one of that list, from 0.
/// - `buf`, `len`: get the text and a NUL, cut to fit. NULL only if `len` is 0.
/// - `out_len`: gets the length of the whole text without the NUL. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_BAD_IMAGE`, or `_NOT_FOUND` after the last one
/// and without a policy.
/// Context: any thread, never an ISR.
///
/// # Safety
///
/// `image` is readable for `image_len` bytes and doesn't change during the call. `buf` is writable for `len` bytes,
/// `out_len` aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_image_policy(
    image: *const u8,
    image_len: usize,
    list: u8,
    index: u32,
    buf: *mut c_char,
    len: usize,
    out_len: *mut usize,
) -> Status {
    let run = || {
        let list = PolicyList::from_raw(list).ok_or(Status::InvalidArgument);
        let find = |contents: &Contents<'_>, tell: &mut dyn FnMut(&dyn Display)| {
            let payload = contents.payload(Part::Policy).ok_or(Status::NotFound)?;
            let policy = Policy::parse(payload).map_err(|error| refusal_status(error.kind()))?;
            policy_text(&policy, list?, index as usize, tell).ok_or(Status::NotFound)
        };
        // SAFETY: the caller's promise.
        unsafe { tell_text((image, image_len), (buf, len), out_len, find) }
    };
    status(run())
}

/// Reads an image and writes the text that `find` tells of it.
///
/// # Safety
///
/// As that of [`sampan_image_permission`].
unsafe fn tell_text(
    (image, image_len): (*const u8, usize),
    (buf, len): (*mut c_char, usize),
    out_len: *mut usize,
    find: impl FnOnce(&Contents<'_>, &mut dyn FnMut(&dyn Display)) -> Result<(), Status>,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (contents, _) = unsafe { read(image, image_len) }?;
    let out_len = not_null(out_len)?;
    if len > 0 {
        not_null(buf)?;
    }
    let mut written = 0;
    // SAFETY: the caller's promise.
    find(&contents, &mut |text| written = unsafe { put(buf, len, format_args!("{text}")) })?;
    // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
    unsafe { write(out_len, written) };
    Ok(())
}

/// Hands one text of a list to `tell`; `None` after the last one.
fn policy_text(
    policy: &Policy<'_>,
    list: PolicyList,
    index: usize,
    tell: &mut dyn FnMut(&dyn Display),
) -> Option<()> {
    match list {
        PolicyList::Args => tell(&policy.args.iter().nth(index)?),
        PolicyList::Env => tell(&policy.env.iter().nth(index)?),
        PolicyList::Devices => {
            let (name, board) = policy.devices.iter().nth(index)?;
            tell(&format_args!("{name}={board}"));
        }
    }
    Some(())
}

/// Hands one permission of a list to `tell`; `None` after the last one.
fn permission(
    effective: &Effective<'_>,
    list: PermissionList,
    index: usize,
    tell: &mut dyn FnMut(&dyn Display),
) -> Option<()> {
    match list {
        PermissionList::Requested => tell(&effective.requested.iter().nth(index)?),
        PermissionList::Granted => tell(&effective.granted.iter().nth(index)?),
        PermissionList::Effective => tell(&effective.iter().nth(index)?),
        PermissionList::Refused => tell(&effective.refused().nth(index)?),
    }
    Some(())
}
