// SPDX-License-Identifier: Apache-2.0
//! The runtime as C sees it: it lives at the start of the arena that it's given.

use crate::check::{Context, not_null, read_struct, status, write, write_struct};
use crate::engine::{self, LinkedEngine};
use crate::host::CHandler;
use crate::platform::{CPlatform, sampan_platform};
use crate::trust::sampan_authority;
use crate::types::{sampan_config, sampan_event, sampan_runtime_stats};
use core::cell::UnsafeCell;
use core::ptr::NonNull;
use portable_atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};
use sampan_abi::{ContainerId, ExitKind, Status, limits};
use sampan_core::{Config, ContainerOptions, Event, Inbox, InboxCell, Runtime};
use sampan_engine::Arena;

/// The core's runtime with all that C gives it.
pub(crate) type CRuntime = Runtime<CPlatform, LinkedEngine, CHandler>;

/// What `cargo xtask sizes` reads out of the archive; it costs firmware these four bytes.
#[used]
static CONTAINER_OVERHEAD: usize = CRuntime::CONTAINER_OVERHEAD;

/// Generation of the next container's id. It outlives runtimes, so that an id or a token of an earlier one is
/// stale to a later one.
static NEXT_GENERATION: AtomicU32 = AtomicU32::new(1);

/// The one runtime that is in service, NULL if there is none.
static LIVE: AtomicPtr<sampan_runtime> = AtomicPtr::new(core::ptr::null_mut());

/// Containers on one arena. Opaque: it's made by `sampan_runtime_init`.
pub struct sampan_runtime {
    platform: CPlatform,
    inbox: Inbox,
    /// Touched under the platform's lock only.
    core: UnsafeCell<Option<CRuntime>>,
    event: Option<unsafe extern "C" fn(*mut core::ffi::c_void, *const sampan_event)>,
    event_ctx: Context,
    /// NULL, or borrowed from firmware.
    pub(crate) authority: *const sampan_authority,
    /// The event callback is running, in a poll that goes on with the runtime when it returns.
    delivering: AtomicBool,
}

impl sampan_runtime {
    /// Runs `f` on the core's runtime with the lock held.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut CRuntime) -> Result<R, Status>) -> Result<R, Status> {
        let _locked = self.platform.lock()?;
        // SAFETY: the lock is held, and the port refuses it to a context that holds it already, so no
        // other reference exists.
        let core = unsafe { &mut *self.core.get() };
        f(core.as_mut().ok_or(Status::Internal)?)
    }

    /// Creates a container.
    pub(crate) fn create(
        &self,
        image: &'static [u8],
        options: &ContainerOptions<'_>,
    ) -> Result<ContainerId, Status> {
        self.create_by(|core| core.create(image, options))
    }

    /// Creates a container in whichever way, and notes that its generation is used.
    pub(crate) fn create_by(
        &self,
        create: impl FnOnce(&mut CRuntime) -> Result<ContainerId, Status>,
    ) -> Result<ContainerId, Status> {
        self.with(|core| {
            let id = create(core)?;
            NEXT_GENERATION.store(core.next_generation(), Ordering::Relaxed);
            Ok(id)
        })
    }

    pub(crate) const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(crate) const fn platform(&self) -> &CPlatform {
        &self.platform
    }

    pub(crate) fn wake(&self) {
        self.platform.wake();
    }

    /// Tells what has changed, at most once for each container that can exist; whether that was all.
    fn deliver_events(&self) -> Result<bool, Status> {
        let Some(callback) = self.event else { return Ok(true) };
        // A callback that changes the state it's told of would else never let the poll end.
        for _ in 0..limits::MAX_CONTAINERS {
            let Some(event) = self.with(|core| Ok(core.take_event()))? else { return Ok(true) };
            let event = c_event(&event);
            let outer = self.delivering.swap(true, Ordering::Relaxed);
            // SAFETY: firmware promised that its callback may be called with its context from a poll.
            unsafe { callback(self.event_ctx.0, &raw const event) };
            self.delivering.store(outer, Ordering::Relaxed);
        }
        Ok(false)
    }
}

fn c_event(event: &Event) -> sampan_event {
    sampan_event {
        size: size_of::<sampan_event>().try_into().unwrap_or(0),
        container: event.id.to_raw(),
        state: event.state as u8,
        exit_kind: event.exit.map_or(ExitKind::None, |exit| exit.kind()) as u8,
        exit_code: event.exit.map_or(0, |exit| exit.code()),
    }
}

/// The runtime that C means by `rt`.
///
/// # Safety
///
/// The runtime in service isn't taken out of it while the result lives.
pub(crate) unsafe fn handle<'a>(rt: *mut sampan_runtime) -> Result<&'a sampan_runtime, Status> {
    not_null(rt)?;
    if LIVE.load(Ordering::Acquire) != rt {
        return Err(Status::InvalidArgument);
    }
    // SAFETY: it's the one that `sampan_runtime_init` made, and it's in service by the caller's promise.
    Ok(unsafe { &*rt })
}

/// The runtime in service, for drivers that tell it something later; NULL if there is none.
pub(crate) fn live() -> *mut sampan_runtime {
    LIVE.load(Ordering::Acquire)
}

/// Makes a runtime on a caller-given arena; one at a time.
///
/// - `config`: read and copied. Not NULL.
/// - `out_runtime`: gets the runtime. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`; `_NULL_POINTER` also for a missing member of the config or the platform, or of a device;
/// `_INVALID_ARGUMENT` also for an engine stack too small, `signed_only` without an authority, a device's name or kind, or
/// lengths of the flash that aren't as they must be; `_VERSION`; `_DUPLICATE` for two devices of one kind and name;
/// `_WRONG_STATE` if a runtime is in service; `_NO_MEMORY` if the arena
/// can't hold the runtime's tables and the engine's stack.
/// Context: thread; doesn't block.
///
/// # Safety
///
/// `config` and what it points to are readable, and what the platform's members point to stays so. The arena is nobody else's until `sampan_runtime_deinit`.
/// No other call of this function or of `sampan_runtime_deinit` is under way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_runtime_init(
    config: *const sampan_config,
    out_runtime: *mut *mut sampan_runtime,
) -> Status {
    let run = || {
        let out_runtime = not_null(out_runtime)?;
        // SAFETY: the caller's promise.
        let config = unsafe { read_struct(config) }?;
        // SAFETY: the caller's promise.
        let ops = unsafe { read_struct::<sampan_platform>(config.platform) }?;
        // SAFETY: the caller's promise.
        let platform = unsafe { CPlatform::new(&ops) }?;
        if !LIVE.load(Ordering::Acquire).is_null() {
            return Err(Status::WrongState);
        }
        // SAFETY: the arena is nobody else's, by the caller's promise.
        let runtime = unsafe { make(&config, platform) }?;
        LIVE.store(runtime.as_ptr(), Ordering::Release);
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_runtime, runtime.as_ptr()) };
        Ok(())
    };
    status(run())
}

/// What the core is to be told; checked before any memory is counted, so that a number without sense isn't
/// answered as a want of memory.
fn core_config(config: &sampan_config) -> Result<Config, Status> {
    let first_generation = NEXT_GENERATION.load(Ordering::Relaxed);
    let mut core = Config { first_generation, ..Config::default() };
    if config.max_containers != 0 {
        core.max_containers = config.max_containers as usize;
    }
    if config.max_host_functions != 0 {
        core.max_host_functions = config.max_host_functions as usize;
    }
    if config.slice_fuel != 0 {
        core.slice_fuel = config.slice_fuel;
    }
    core.signed_only = match config.signed_only {
        0 => false,
        1 if !config.authority.is_null() => true,
        // With nobody whose images run, nothing ever would.
        _ => return Err(Status::InvalidArgument),
    };
    if config.max_subscribers != 0 {
        core.max_subscribers = config.max_subscribers as usize;
    }
    core.check()?;
    Ok(core)
}

/// Lays the runtime out in its arena.
///
/// # Safety
///
/// The arena is writable and nobody else's until the runtime is taken out of service.
unsafe fn make(config: &sampan_config, platform: CPlatform) -> Result<NonNull<sampan_runtime>, Status> {
    let start = not_null(config.arena)?.cast::<u8>();
    if isize::try_from(config.arena_len).is_err() {
        return Err(Status::InvalidArgument);
    }
    let core_config = core_config(config)?;
    let shell_start = start.as_ptr().align_offset(align_of::<sampan_runtime>());
    let shell_end = shell_start.checked_add(size_of::<sampan_runtime>()).ok_or(Status::NoMemory)?;
    let rest_len = config.arena_len.checked_sub(shell_end).ok_or(Status::NoMemory)?;
    // SAFETY: `shell_start` is within the arena, since `shell_end` is.
    let shell = unsafe { start.add(shell_start) }.cast::<sampan_runtime>();
    // SAFETY: `shell_end` is within the arena or at its end.
    let rest = unsafe { start.add(shell_end) };
    // SAFETY: writable by the caller's promise.
    unsafe { rest.write_bytes(0, rest_len) };
    // SAFETY: initialised just above, and nobody else's until the runtime is taken out of service, which
    // is as long as the runtime uses it.
    let memory = unsafe { core::slice::from_raw_parts_mut(rest.as_ptr(), rest_len) };
    let mut arena = Arena::new(memory);
    let cells = core_config.max_containers.checked_next_power_of_two();
    let cells = cells.ok_or(Status::InvalidArgument)?;
    let answers = arena.allocate_array(cells, InboxCell::new).ok_or(Status::NoMemory)?;
    let events: &[InboxCell] = if platform.has_events() {
        arena.allocate_array(limits::MAX_DEVICE_EVENTS, InboxCell::new).ok_or(Status::NoMemory)?
    } else {
        &[]
    };
    let inbox = Inbox::new(answers, events)?;
    let engine = engine::make(&mut arena, config.engine_stack_len)?;
    let runtime = sampan_runtime {
        platform,
        inbox,
        core: UnsafeCell::new(None),
        event: config.event,
        event_ctx: Context(config.event_ctx),
        authority: config.authority,
        delivering: AtomicBool::new(false),
    };
    // SAFETY: aligned, and inside the arena, which is writable.
    unsafe { shell.write(runtime) };
    // SAFETY: just written; the reference is good until the runtime is taken out of service, which is as
    // long as the core uses it.
    let inbox: &'static Inbox = unsafe { &(*shell.as_ptr()).inbox };
    let core = Runtime::new(platform, engine, arena, inbox, &core_config)?;
    // SAFETY: `shell` is live, and nobody else knows of it yet.
    let place = unsafe { (*shell.as_ptr()).core.get() };
    // SAFETY: as above.
    unsafe { place.write(Some(core)) };
    Ok(shell)
}

/// Takes the runtime out of service. All its containers are gone, and the arena is the caller's again.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT`, or `_WRONG_CONTEXT`, also from the
/// event callback.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// No other call on `rt` is under way, nor comes later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_runtime_deinit(rt: *mut sampan_runtime) -> Status {
    let run = || {
        // SAFETY: it stays in service until the lock has been held once more.
        let runtime = unsafe { handle(rt) }?;
        runtime.with(|core| {
            if runtime.delivering.load(Ordering::Relaxed) {
                return Err(Status::WrongContext);
            }
            core.give_back();
            LIVE.store(core::ptr::null_mut(), Ordering::Release);
            Ok(())
        })
    };
    status(run())
}

/// Does what is due and runs one slice of one container.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `out_deadline_us`: gets the time of the platform's clock at which to poll again, if nothing wakes
///   the runtime before: one that has passed means at once, `SAMPAN_NEVER` only after a wake. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
/// Context: one thread, or the superloop; takes the runtime lock, for a slice at most. Host functions, and
/// then the event callback, are called from here.
///
/// # Safety
///
/// `out_deadline_us` is aligned and writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_runtime_poll(rt: *mut sampan_runtime, out_deadline_us: *mut u64) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let out_deadline_us = not_null(out_deadline_us)?;
        let deadline_us = runtime.with(|core| Ok(core.poll()))?;
        let all_told = runtime.deliver_events()?;
        // SAFETY: not NULL (checked), aligned and writable by the caller's promise.
        unsafe { write(out_deadline_us, if all_told { deadline_us } else { 0 }) };
        Ok(())
    };
    status(run())
}

/// Ends the wait between two polls.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER` or `_INVALID_ARGUMENT`.
/// Context: any, ISR included; never blocks.
///
/// # Safety
///
/// `rt` stays in service during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_runtime_wake(rt: *mut sampan_runtime) -> Status {
    // SAFETY: the caller keeps `rt` in service during the call.
    status(unsafe { handle(rt) }.map(sampan_runtime::wake))
}

/// Reads the runtime's counters.
///
/// - `rt`: from `sampan_runtime_init`. Not NULL.
/// - `out_stats`: its `size` set; gets the counters. Not NULL.
///
/// Returns `SAMPAN_STATUS_OK`, `_NULL_POINTER`, `_INVALID_ARGUMENT` or `_WRONG_CONTEXT`.
/// Context: thread; takes the runtime lock, so it may block.
///
/// # Safety
///
/// `out_stats` is aligned and writable for the bytes that its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sampan_runtime_stats(
    rt: *mut sampan_runtime,
    out_stats: *mut sampan_runtime_stats,
) -> Status {
    let run = || {
        // SAFETY: the caller keeps `rt` in service during the call.
        let runtime = unsafe { handle(rt) }?;
        let (stats, (stack_len, stack_peak)) =
            runtime.with(|core| Ok((core.stats(), engine::stack(core.engine()))))?;
        let stats = sampan_runtime_stats {
            size: 0,
            containers: saturate(stats.containers),
            arena_len: stats.arena_len,
            arena_used: stats.arena_used,
            arena_peak: stats.arena_peak,
            container_overhead: saturate(stats.container_overhead),
            engine_stack_len: saturate(stack_len),
            engine_stack_peak: saturate(stack_peak),
            polls: stats.polls,
            device_events: stats.device_events,
            device_events_lost: stats.device_events_lost,
        };
        // SAFETY: the caller's promise.
        unsafe { write_struct(out_stats, &stats) }
    };
    status(run())
}

/// A count that is too large for its field is told as the largest.
pub(crate) fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Takes the runtime out of service because of a defect and tells the platform, which doesn't return.
///
/// For the panic handler of the archive. It returns only if no runtime is in service, or if the port
/// broke its promise.
pub fn fatal(message: &str) {
    let runtime = LIVE.swap(core::ptr::null_mut(), Ordering::AcqRel);
    if let Some(runtime) = NonNull::new(runtime) {
        // SAFETY: it was in service until just now, and its platform is never changed.
        let platform = unsafe { (*runtime.as_ptr()).platform };
        platform.fatal(message);
    }
}
