// SPDX-License-Identifier: Apache-2.0
//! Containers as C sees them: numbers, options in, figures out.

use crate::check::{bytes, not_null, read_struct, status, text, write, write_struct};
use crate::host::static_text;
use crate::runtime::{CRuntime, handle, sampan_runtime};
use crate::types::{sampan_container_options, sampan_container_stats, sampan_container_status};
use core::ffi::c_char;
use sampan_abi::{ContainerId, ExitKind, Status, limits};
use sampan_core::ContainerOptions;
use sampan_image::{DeniedAction, Effective, Permissions};

/// Runs `f` on one container, and lets the poller see what has changed.
///
/// # Safety
///
/// `rt` stays in service during the call.
unsafe fn on_container(
    rt: *mut sampan_runtime,
    id: u32,
    f: impl FnOnce(&mut CRuntime, ContainerId) -> Result<(), Status>,
) -> Result<(), Status> {
    // SAFETY: the caller's promise, passed on.
    let runtime = unsafe { handle(rt) }?;
    let id = ContainerId::from_raw(id).ok_or(Status::StaleId)?;
    let result = runtime.with(|core| f(core, id));
    runtime.wake();
    result
}

/// Texts of one kind that a container is given, on their way to the core.
struct Texts {
    list: [&'static [u8]; limits::MAX_ARGS],
    len: usize,
}

impl Texts {
    /// # Safety
    ///
    /// `start` is NULL or has `len` readable pointers to NUL-terminated texts, all of which stay so while
    /// the result is used.
    unsafe fn read(start: *const *const c_char, len: u32) -> Result<Self, Status> {
        let len = len as usize;
        let mut texts = Self { list: [&[]; limits::MAX_ARGS], len };
        let places = texts.list.get_mut(..len).ok_or(Status::InvalidArgument)?;
        if len == 0 {
            return Ok(texts);
        }
        let start = not_null(start.cast_mut())?;
        for (idx, place) in places.iter_mut().enumerate() {
            // SAFETY: there are `len` pointers by the caller's promise.
            let pointer = unsafe { start.add(idx) };
            // SAFETY: as above.
            let pointer = unsafe { pointer.read() };
            // SAFETY: it's NUL-terminated and readable by the caller's promise.
            *place = unsafe { text(pointer, limits::MAX_ARGS_BYTES) }?;
        }
        Ok(texts)
    }

    fn as_slice(&self) -> &[&'static [u8]] {
        self.list.get(..self.len).unwrap_or(&[])
    }
}

/// Loads a module without running any of it.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `image`, `image_len`: the module. Borrowed, not copied, until `sampan_container_remove`.
/// - `options`: read and copied; NULL for all defaults, which permit nothing.
/// - `out_id`: gets the new container's id. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_VERSION`, `_WRONG_CONTEXT`;
/// `_DUPLICATE` for the name; `_NO_SLOT`; `_NO_MEMORY`; `_BAD_IMAGE`, `_UNSUPPORTED`; `_UNKNOWN_IMPORT`,
/// `_IMPORT_TYPE`; `_NO_ENTRY` without an export `_start`; `_UNTRUSTED` where only signed images run; `_INTERNAL`
/// for a defect in its engine. On an error
/// nothing has changed, and if it is the module that was refused, a line in the log says what was wrong.
/// Context: thread; takes the runtime lock, so it may block. Loading isn't sliced: with an engine that
/// translates its modules it takes time in proportion to the module.
///
/// # Safety
///
/// `image` stays readable and unchanged for `image_len` bytes until the container is removed or the
/// runtime taken out of service. `options` and what it points to are readable. `out_id` is aligned and
/// writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_create(
    rt: *mut sampan_runtime,
    image: *const u8,
    image_len: usize,
    options: *const sampan_container_options,
    out_id: *mut u32,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller keeps the image readable until the container is removed.
        let image = unsafe { bytes(image, image_len) }?;
        let out_id = not_null(out_id)?;
        let given = match options.is_null() {
            true => None,
            // SAFETY: the caller's promise.
            false => Some(unsafe { read_struct(options) }?),
        };
        // SAFETY: the caller's promise.
        let id = unsafe { create(runtime, image, given.as_ref()) }?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_id, id.to_raw()) };
        Ok(())
    };
    status(run())
}

/// # Safety
///
/// What `given` points to is readable.
unsafe fn create(
    runtime: &sampan_runtime,
    image: &'static [u8],
    given: Option<&sampan_container_options>,
) -> Result<ContainerId, Status> {
    let Some(given) = given else {
        return runtime.create(image, &ContainerOptions::default());
    };
    let name = match given.name.is_null() {
        true => &[],
        // SAFETY: the caller's promise. An empty name isn't the same as none.
        false => match unsafe { text(given.name, limits::MAX_NAME) }? {
            [] => return Err(Status::InvalidArgument),
            name => name,
        },
    };
    // SAFETY: the caller's promise.
    let args = unsafe { Texts::read(given.args, given.args_len) }?;
    // SAFETY: the caller's promise.
    let env = unsafe { Texts::read(given.env, given.env_len) }?;
    let mut permissions = [""; limits::MAX_PERMISSIONS];
    // SAFETY: the caller's promise.
    let permissions = unsafe { read_permissions(given, &mut permissions) }?;
    let granted = Permissions::of_texts(permissions).map_err(|_| Status::InvalidArgument)?;
    let mut actions = DeniedAction::NAMES.iter();
    let denied = actions.find(|(action, _)| *action as u8 == given.denied_action);
    let (denied, _) = *denied.ok_or(Status::InvalidArgument)?;
    let options = ContainerOptions {
        name,
        args: args.as_slice(),
        env: env.as_slice(),
        memory_limit: given.memory_limit,
        stack_bytes: given.stack_len,
        share: given.share,
        priority: given.priority,
        permissions: Effective::granted(granted),
        denied,
        handles: given.handles,
        mailbox_bytes: given.mailbox_len,
        queue_depth: given.queue_depth,
        calls_per_second: given.calls_per_second,
        ..ContainerOptions::default()
    };
    runtime.create(image, &options)
}

/// Reads the texts of permissions into `places`.
///
/// # Safety
///
/// The permissions of `given` are readable, and stay so while the result is used.
unsafe fn read_permissions<'a>(
    given: &sampan_container_options,
    places: &'a mut [&'static str],
) -> Result<&'a [&'static str], Status> {
    let places = places.get_mut(..given.permissions_len as usize).ok_or(Status::InvalidArgument)?;
    if places.is_empty() {
        return Ok(places);
    }
    let start = not_null(given.permissions.cast_mut())?;
    for (idx, place) in places.iter_mut().enumerate() {
        // SAFETY: there are as many pointers by the caller's promise.
        let pointer = unsafe { start.add(idx) };
        // SAFETY: as above.
        let pointer = unsafe { pointer.read() };
        // SAFETY: it's NUL-terminated and readable by the caller's promise.
        *place = unsafe { static_text(pointer, limits::MAX_PERMISSION) }?;
    }
    Ok(places)
}

/// Starts a container that was created and never run.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, `_WRONG_STATE`; `_NO_MEMORY` or `_INTERNAL`, and then the container is faulted.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_start(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.start(id)) })
}

/// Keeps a running container from running. Whatever it waits for may come meanwhile.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` unless it is running and was not asked to stop.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_pause(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.pause(id)) })
}

/// Lets a paused container run on. Sleeps that ran out meanwhile are over.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` unless it is paused.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_resume(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.resume(id)) })
}

/// Ends a container now, whatever it does: a busy loop, a sleep, a pending call.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` if it has ended already.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_kill(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.kill(id)) })
}

/// Runs a container from its beginning again with fresh memory, whatever its state but quarantined. Not sliced: an
/// engine that translates its modules does so again.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`;
/// `_UNTRUSTED` once its image is no longer trusted, `_WRONG_STATE` if it is in quarantine; `_NO_MEMORY` or `_INTERNAL`, and
/// then the container is faulted.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_restart(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.restart(id)) })
}

/// Forgets a container that is neither running nor paused nor in quarantine, and gives all its memory back. Its id is
/// stale from then on.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID` or `_WRONG_STATE`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_remove(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.remove(id)) })
}

/// Lets a container go that its policy has put in quarantine: it's stopped from then on.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or `_WRONG_STATE` unless it is in quarantine.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_release(rt: *mut sampan_runtime, id: u32) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.release(id)) })
}

/// Asks a container to end by itself, and kills it if it has not at the deadline.
///
/// It learns of it by the import `stop-requested` of `sampan:lifecycle`, and a sleep ends early. A paused one runs
/// again. A second stop can only bring the deadline forward.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
/// - `deadline_us`: a time of the platform's clock; one that has passed kills at the next poll.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_WRONG_CONTEXT`; `_STALE_ID`, or
/// `_WRONG_STATE` unless it is running or paused.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_stop(rt: *mut sampan_runtime, id: u32, deadline_us: u64) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { on_container(rt, id, |core, id| core.stop(id, deadline_us)) })
}

/// Tells what a container is and does.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
/// - `out_status`: its `size` set; gets the rest. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_ID` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `out_status` is aligned and writable for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_status(
    rt: *mut sampan_runtime,
    id: u32,
    out_status: *mut sampan_container_status,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let id = ContainerId::from_raw(id).ok_or(Status::StaleId)?;
        let status = runtime.with(|core| core.status(id))?;
        let mut name = [0; 24];
        for (place, byte) in name.iter_mut().zip(status.name.as_str().bytes()) {
            *place = c_char::from_ne_bytes([byte]);
        }
        let status = sampan_container_status {
            size: 0,
            state: status.state as u8,
            exit_kind: status.exit.map_or(ExitKind::None, |exit| exit.kind()) as u8,
            engine: status.engine as u8,
            waiting: u8::from(status.waiting),
            stopping: u8::from(status.stopping),
            exit_code: status.exit.map_or(0, |exit| exit.code()),
            name,
        };
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_status, &status) }
    };
    status(run())
}

/// Reads a container's counters.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `id`: from `sampan_container_create`.
/// - `out_stats`: its `size` set; gets the rest. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_STALE_ID` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `out_stats` is aligned and writable for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_stats(
    rt: *mut sampan_runtime,
    id: u32,
    out_stats: *mut sampan_container_stats,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let id = ContainerId::from_raw(id).ok_or(Status::StaleId)?;
        let stats = runtime.with(|core| core.container_stats(id))?;
        let stats = sampan_container_stats {
            size: 0,
            restarts: stats.restarts,
            fuel: stats.fuel,
            cpu_us: stats.cpu_us,
            activations: stats.activations,
            host_calls: stats.host_calls,
            longest_us: stats.longest_us,
            memory_limit: stats.memory.region,
            memory_used: stats.memory.used,
            memory_peak: stats.memory.peak,
            memory_linear: stats.memory.linear,
            confirmed: u32::from(stats.confirmed),
            heartbeats: stats.heartbeats,
            heartbeat_us: stats.heartbeat_us,
            denied_calls: stats.denied_calls,
            throttled_calls: stats.throttled_calls,
            messages: stats.messages,
            messages_lost: stats.messages_lost,
        };
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_stats, &stats) }
    };
    status(run())
}

/// Finds a container by its name.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `name`, `name_len`: its name. NULL only if `name_len` is 0.
/// - `out_id`: gets its id. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, `_NOT_FOUND` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `name` is readable for `name_len` bytes. `out_id` is aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_find(
    rt: *mut sampan_runtime,
    name: *const c_char,
    name_len: usize,
    out_id: *mut u32,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        // SAFETY: the caller's promise.
        let name = unsafe { bytes(name.cast(), name_len) }?;
        let out_id = not_null(out_id)?;
        let id = runtime.with(|core| core.find(name))?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_id, id.to_raw()) };
        Ok(())
    };
    status(run())
}

/// Lists the ids of all containers.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `out_ids`, `ids_len`: get as many ids as there is room for. NULL only if `ids_len` is 0.
/// - `out_count`: gets how many containers there are, room or not. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `out_ids` is aligned and writable for `ids_len` ids, `out_count` aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_container_list(
    rt: *mut sampan_runtime,
    out_ids: *mut u32,
    ids_len: usize,
    out_count: *mut usize,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let out_count = not_null(out_count)?;
        if ids_len > 0 {
            not_null(out_ids)?;
        }
        let mut ids = [0_u32; limits::MAX_CONTAINERS];
        let count = runtime.with(|core| {
            let mut count = 0_usize;
            for (place, id) in ids.iter_mut().zip(core.ids()) {
                *place = id.to_raw();
                count = count.saturating_add(1);
            }
            Ok(count)
        })?;
        for (idx, id) in ids.iter().take(count.min(ids_len)).enumerate() {
            // SAFETY: `idx` is below `ids_len`, for which there is room by the caller's promise.
            let place = unsafe { out_ids.add(idx) };
            // SAFETY: aligned and writable by the caller's promise.
            unsafe { place.write(*id) };
        }
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_count, count) };
        Ok(())
    };
    status(run())
}
