// SPDX-License-Identifier: Apache-2.0
//! What a C port provides, and the adapter that makes a `Platform` of it.

use crate::devices::{self, sampan_device};
use crate::flash::{self, sampan_flash};
use crate::net::{self, sampan_net};
use crate::types::CStruct;
use ::sampan_platform::{Clock, Entropy, Error, Log, WallClock};
use core::ffi::{c_char, c_void};
use sampan_abi::{LogLevel, Status};

/// Services that a port gives the runtime. Zero the struct, then set `size` and the members; those up to `fatal` are required.
///
/// None may call into the runtime. What pointers lead to is borrowed as long as the runtime is in service, and doesn't change.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_platform {
    /// sizeof(struct sampan_platform) as the port compiled it.
    pub size: u32,
    /// Handed back as the first argument of every member.
    pub ctx: *mut c_void,
    /// Microseconds since an arbitrary start. Any context. Never goes back or wraps.
    pub now_us: Option<unsafe extern "C" fn(ctx: *mut c_void) -> u64>,
    /// Waits for the runtime's lock: a mutex with priority inheritance on an RTOS. Returns 0, or
    /// `SAMPAN_STATUS_WRONG_CONTEXT` if the caller holds it already or is an ISR; the function that wanted
    /// it answers that, and `SAMPAN_STATUS_PLATFORM` should it be anything else. Thread context.
    pub lock: Option<unsafe extern "C" fn(ctx: *mut c_void) -> i32>,
    /// Gives the lock back. Thread context.
    pub unlock: Option<unsafe extern "C" fn(ctx: *mut c_void)>,
    /// Ends the wait between two polls. Any context, ISR included.
    pub wake: Option<unsafe extern "C" fn(ctx: *mut c_void)>,
    /// Fills `buf` with random bytes. Returns 0 or `SAMPAN_STATUS_PLATFORM`. Thread context; may block.
    pub entropy: Option<unsafe extern "C" fn(ctx: *mut c_void, buf: *mut u8, len: usize) -> i32>,
    /// Takes one line, without its end; neither text is NUL-terminated, and `line` need not be UTF-8.
    /// `source` is the container's name, or `sampan`. Thread context, lock held; should not block.
    pub log: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            level: u8,
            source: *const c_char,
            source_len: usize,
            line: *const c_char,
            line_len: usize,
        ),
    >,
    /// The runtime has a defect and is out of service; `message` says where. Ends the task that runs it,
    /// or the system; must not return. Thread context; the lock may be held.
    pub fatal: Option<unsafe extern "C" fn(ctx: *mut c_void, message: *const c_char, len: usize)>,
    /// Microseconds since 1970-01-01 00:00 UTC, 0 while that isn't known. Thread context; doesn't block. May be NULL.
    pub wall_us: Option<unsafe extern "C" fn(ctx: *mut c_void) -> u64>,
    /// The devices that there are, in any order. NULL only if `devices_len` is 0.
    pub devices: *const sampan_device,
    /// Number of devices, at most SAMPAN_MAX_DEVICES.
    pub devices_len: usize,
    /// The flash region. May be NULL.
    pub flash: *const sampan_flash,
    /// Sockets. May be NULL.
    pub net: *const sampan_net,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_platform {}

/// A port's services, all of them there.
#[derive(Clone, Copy)]
pub(crate) struct CPlatform {
    ctx: *mut c_void,
    now_us: unsafe extern "C" fn(*mut c_void) -> u64,
    lock: unsafe extern "C" fn(*mut c_void) -> i32,
    unlock: unsafe extern "C" fn(*mut c_void),
    wake: unsafe extern "C" fn(*mut c_void),
    entropy: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i32,
    log: unsafe extern "C" fn(*mut c_void, u8, *const c_char, usize, *const c_char, usize),
    fatal: unsafe extern "C" fn(*mut c_void, *const c_char, usize),
    wall_us: Option<unsafe extern "C" fn(*mut c_void) -> u64>,
    /// Checked.
    pub(crate) devices: &'static [sampan_device],
    /// NULL or checked.
    pub(crate) flash: *const sampan_flash,
    /// NULL or checked.
    pub(crate) net: *const sampan_net,
}

impl CPlatform {
    /// # Errors
    /// [`Status::NullPointer`] if a member is missing; what's wrong with devices, flash or sockets.
    ///
    /// # Safety
    ///
    /// What `ops` leads to is as it says, and stays so as long as the result or a copy of it is used.
    pub(crate) unsafe fn new(ops: &sampan_platform) -> Result<Self, Status> {
        // SAFETY: the caller's promise.
        unsafe { flash::check(ops.flash) }?;
        // SAFETY: the caller's promise.
        unsafe { net::check(ops.net) }?;
        Ok(Self {
            ctx: ops.ctx,
            now_us: ops.now_us.ok_or(Status::NullPointer)?,
            lock: ops.lock.ok_or(Status::NullPointer)?,
            unlock: ops.unlock.ok_or(Status::NullPointer)?,
            wake: ops.wake.ok_or(Status::NullPointer)?,
            entropy: ops.entropy.ok_or(Status::NullPointer)?,
            log: ops.log.ok_or(Status::NullPointer)?,
            fatal: ops.fatal.ok_or(Status::NullPointer)?,
            wall_us: ops.wall_us,
            // SAFETY: the caller's promise.
            devices: unsafe { devices::table(ops) }?,
            flash: ops.flash,
            net: ops.net,
        })
    }

    /// Takes the lock for as long as the result lives.
    ///
    /// # Errors
    /// [`Status::WrongContext`] if the port says so; [`Status::Platform`] if it says anything else.
    pub(crate) fn lock(&self) -> Result<Locked<'_>, Status> {
        // SAFETY: the port promised that its members may be called with its `ctx` from thread context,
        // and that one which must not wait is told by the result.
        match unsafe { (self.lock)(self.ctx) } {
            0 => Ok(Locked { platform: self }),
            code if code == Status::WrongContext.to_raw() => Err(Status::WrongContext),
            _ => Err(Status::Platform),
        }
    }

    /// Whether there is anything that could tell of events.
    pub(crate) const fn has_events(&self) -> bool {
        !self.devices.is_empty() || self.has_net()
    }

    pub(crate) fn wake(&self) {
        // SAFETY: the port promised that this may be called from any context.
        unsafe { (self.wake)(self.ctx) };
    }

    pub(crate) fn fatal(&self, message: &str) {
        // SAFETY: the port promised that this may be called from thread context; `message` is readable.
        unsafe { (self.fatal)(self.ctx, message.as_ptr().cast(), message.len()) };
    }
}

/// The lock, held.
pub(crate) struct Locked<'a> {
    platform: &'a CPlatform,
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // SAFETY: the lock is held, by this context.
        unsafe { (self.platform.unlock)(self.platform.ctx) };
    }
}

impl Clock for CPlatform {
    fn now_us(&self) -> u64 {
        // SAFETY: the port promised that this may be called from any context.
        unsafe { (self.now_us)(self.ctx) }
    }
}

impl WallClock for CPlatform {
    fn wall_us(&self) -> Option<u64> {
        let wall_us = self.wall_us?;
        // SAFETY: thread context, as the port asks.
        let now_us = unsafe { wall_us(self.ctx) };
        (now_us != 0).then_some(now_us)
    }
}

impl Entropy for CPlatform {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        // SAFETY: `buffer` is writable for its length; thread context, as the port asks.
        let code = unsafe { (self.entropy)(self.ctx, buffer.as_mut_ptr(), buffer.len()) };
        if code == 0 { Ok(()) } else { Err(Error::Io) }
    }
}

impl Log for CPlatform {
    fn line(&self, level: LogLevel, source: &str, line: &[u8]) {
        let (source, source_len) = (source.as_ptr().cast(), source.len());
        // SAFETY: both texts are readable for their lengths; thread context, as the port asks.
        unsafe { (self.log)(self.ctx, level as u8, source, source_len, line.as_ptr().cast(), line.len()) };
    }
}
