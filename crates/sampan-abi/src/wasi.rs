// SPDX-License-Identifier: Apache-2.0
//! Numbers of WASI preview 1.
//!
//! Source: `phases/snapshot/witx` of the WASI repository (`wasi_snapshot_preview1`).

/// Import module of WASI preview 1.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// Success.
pub const ERRNO_SUCCESS: u16 = 0;
/// Bad file descriptor.
pub const ERRNO_BADF: u16 = 8;
/// Bad address.
pub const ERRNO_FAULT: u16 = 21;
/// Interrupted: the container was asked to stop.
pub const ERRNO_INTR: u16 = 27;
/// Invalid argument.
pub const ERRNO_INVAL: u16 = 28;
/// I/O error.
pub const ERRNO_IO: u16 = 29;
/// Function not supported.
pub const ERRNO_NOSYS: u16 = 52;
/// Invalid seek: the descriptor is a stream.
pub const ERRNO_SPIPE: u16 = 70;

/// Wall clock. Sampan has none yet: it answers what [`CLOCK_MONOTONIC`] does.
pub const CLOCK_REALTIME: u32 = 0;
/// Clock that never goes back.
pub const CLOCK_MONOTONIC: u32 = 1;

/// Event and subscription type: a clock.
pub const EVENTTYPE_CLOCK: u8 = 0;
/// Subscription flag: the timeout is an absolute time.
pub const SUBCLOCKFLAGS_ABSTIME: u16 = 1;
/// File type: a character device, so that libc buffers by line.
pub const FILETYPE_CHARACTER_DEVICE: u8 = 2;
/// Right to write.
pub const RIGHTS_FD_WRITE: u64 = 1 << 6;

/// Bytes of one `iovec` or `ciovec`: address, length.
pub const IOVEC_LEN: u32 = 8;
/// Bytes of one `subscription`.
pub const SUBSCRIPTION_LEN: u32 = 48;
/// Bytes of one `event`.
pub const EVENT_LEN: u32 = 32;
/// Bytes of one `fdstat`.
pub const FDSTAT_LEN: u32 = 24;
