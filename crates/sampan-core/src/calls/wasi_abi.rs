// SPDX-License-Identifier: Apache-2.0
//! Numbers of WASI preview 1.
//!
//! Source: `phases/snapshot/witx` of the WASI repository (`wasi_snapshot_preview1`).

/// Import module of WASI preview 1.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

/// Success.
pub(crate) const ERRNO_SUCCESS: u16 = 0;
/// Resource unavailable, try again.
pub(crate) const ERRNO_AGAIN: u16 = 6;
/// Bad file descriptor.
pub(crate) const ERRNO_BADF: u16 = 8;
/// Bad address.
pub(crate) const ERRNO_FAULT: u16 = 21;
/// Interrupted: the container was asked to stop.
pub(crate) const ERRNO_INTR: u16 = 27;
/// Invalid argument.
pub(crate) const ERRNO_INVAL: u16 = 28;
/// I/O error.
pub(crate) const ERRNO_IO: u16 = 29;
/// Function not supported.
pub(crate) const ERRNO_NOSYS: u16 = 52;
/// Invalid seek: the descriptor is a stream.
pub(crate) const ERRNO_SPIPE: u16 = 70;

/// Capability insufficient: the container lacks the permission.
pub(crate) const ERRNO_NOTCAPABLE: u16 = 76;

/// Wall clock. Sampan has none yet: it answers what [`CLOCK_MONOTONIC`] does.
pub(crate) const CLOCK_REALTIME: u32 = 0;
/// Clock that never goes back.
pub(crate) const CLOCK_MONOTONIC: u32 = 1;

/// Event and subscription type: a clock.
pub(crate) const EVENTTYPE_CLOCK: u8 = 0;
/// Subscription flag: the timeout is an absolute time.
pub(crate) const SUBCLOCKFLAGS_ABSTIME: u16 = 1;
/// File type: a character device, so that libc buffers by line.
pub(crate) const FILETYPE_CHARACTER_DEVICE: u8 = 2;
/// Right to write.
pub(crate) const RIGHTS_FD_WRITE: u64 = 1 << 6;

/// Bytes of one `iovec` or `ciovec`: address, length.
pub(crate) const IOVEC_LEN: u32 = 8;
/// Bytes of one `subscription`.
pub(crate) const SUBSCRIPTION_LEN: u32 = 48;
/// Bytes of one `event`.
pub(crate) const EVENT_LEN: u32 = 32;
/// Bytes of one `fdstat`.
pub(crate) const FDSTAT_LEN: u32 = 24;
