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

/// Right to read.
#[cfg(any(feature = "wasi-files", feature = "wasi-sockets"))]
pub(crate) const RIGHTS_FD_READ: u64 = 1 << 1;
/// Too many open descriptors.
#[cfg(any(feature = "wasi-files", feature = "wasi-sockets"))]
pub(crate) const ERRNO_MFILE: u16 = 33;
/// There is no such file or name.
#[cfg(any(feature = "wasi-files", feature = "wasi-sockets"))]
pub(crate) const ERRNO_NOENT: u16 = 44;

/// Bytes of one `iovec` or `ciovec`: address, length.
pub(crate) const IOVEC_LEN: u32 = 8;
/// Bytes of one `subscription`.
pub(crate) const SUBSCRIPTION_LEN: u32 = 48;
/// Bytes of one `event`.
pub(crate) const EVENT_LEN: u32 = 32;
/// Bytes of one `fdstat`.
pub(crate) const FDSTAT_LEN: u32 = 24;

#[cfg(feature = "wasi-files")]
pub(crate) use files::*;

/// What only files need.
#[cfg(feature = "wasi-files")]
mod files {
    use super::{RIGHTS_FD_READ, RIGHTS_FD_WRITE};

    /// File exists.
    pub(crate) const ERRNO_EXIST: u16 = 20;
    /// File too large.
    pub(crate) const ERRNO_FBIG: u16 = 22;
    /// The path isn't UTF-8.
    pub(crate) const ERRNO_ILSEQ: u16 = 25;
    /// Is a directory.
    pub(crate) const ERRNO_ISDIR: u16 = 31;
    /// Name too long.
    pub(crate) const ERRNO_NAMETOOLONG: u16 = 37;
    /// No space left.
    pub(crate) const ERRNO_NOSPC: u16 = 51;
    /// Not a directory.
    pub(crate) const ERRNO_NOTDIR: u16 = 54;

    /// File type: a directory.
    pub(crate) const FILETYPE_DIRECTORY: u8 = 3;
    /// File type: a file.
    pub(crate) const FILETYPE_REGULAR_FILE: u8 = 4;

    /// How to open: make the file if there is none.
    pub(crate) const OFLAGS_CREAT: u32 = 1;
    /// Only a directory.
    pub(crate) const OFLAGS_DIRECTORY: u32 = 1 << 1;
    /// Only if there is none.
    pub(crate) const OFLAGS_EXCL: u32 = 1 << 2;
    /// Empty it.
    pub(crate) const OFLAGS_TRUNC: u32 = 1 << 3;
    /// Every write goes to the end.
    pub(crate) const FDFLAGS_APPEND: u32 = 1;

    /// Seek from the beginning, the position, the end.
    pub(crate) const WHENCE_SET: u32 = 0;
    pub(crate) const WHENCE_CUR: u32 = 1;
    pub(crate) const WHENCE_END: u32 = 2;

    const RIGHTS_FD_SEEK: u64 = 1 << 2;
    const RIGHTS_FD_TELL: u64 = 1 << 5;
    const RIGHTS_PATH_CREATE_FILE: u64 = 1 << 10;
    const RIGHTS_PATH_OPEN: u64 = 1 << 13;
    const RIGHTS_FD_READDIR: u64 = 1 << 14;
    const RIGHTS_PATH_FILESTAT_GET: u64 = 1 << 18;
    const RIGHTS_FD_FILESTAT_GET: u64 = 1 << 21;
    const RIGHTS_PATH_UNLINK_FILE: u64 = 1 << 26;
    /// All that can be done with a file.
    pub(crate) const RIGHTS_FILE: u64 =
        RIGHTS_FD_READ | RIGHTS_FD_SEEK | RIGHTS_FD_TELL | RIGHTS_FD_WRITE | RIGHTS_FD_FILESTAT_GET;
    /// All that can be done with the directory.
    pub(crate) const RIGHTS_DIRECTORY: u64 = RIGHTS_PATH_CREATE_FILE
        | RIGHTS_PATH_OPEN
        | RIGHTS_FD_READDIR
        | RIGHTS_PATH_FILESTAT_GET
        | RIGHTS_FD_FILESTAT_GET
        | RIGHTS_PATH_UNLINK_FILE;

    /// Bytes of one `filestat`.
    pub(crate) const FILESTAT_LEN: u32 = 64;
    /// Bytes of one `dirent` beside its name.
    pub(crate) const DIRENT_LEN: usize = 24;
}

#[cfg(feature = "wasi-sockets")]
pub(crate) use sockets::*;

/// What only sockets need.
#[cfg(feature = "wasi-sockets")]
mod sockets {
    use super::{RIGHTS_FD_READ, RIGHTS_FD_WRITE};

    /// Address in use.
    pub(crate) const ERRNO_ADDRINUSE: u16 = 3;
    /// Address not available.
    pub(crate) const ERRNO_ADDRNOTAVAIL: u16 = 4;
    /// Address family not supported.
    pub(crate) const ERRNO_AFNOSUPPORT: u16 = 5;
    /// Connection refused.
    pub(crate) const ERRNO_CONNREFUSED: u16 = 14;
    /// Host is unreachable.
    pub(crate) const ERRNO_HOSTUNREACH: u16 = 23;
    /// The connection is being made.
    pub(crate) const ERRNO_INPROGRESS: u16 = 26;
    /// The socket is connected.
    pub(crate) const ERRNO_ISCONN: u16 = 30;
    /// Message too large.
    pub(crate) const ERRNO_MSGSIZE: u16 = 35;
    /// The platform has no more sockets.
    pub(crate) const ERRNO_NFILE: u16 = 41;
    /// The socket isn't connected.
    pub(crate) const ERRNO_NOTCONN: u16 = 53;
    /// Not supported.
    pub(crate) const ERRNO_NOTSUP: u16 = 58;

    /// File type: a socket of datagrams, of a stream.
    pub(crate) const FILETYPE_SOCKET_DGRAM: u8 = 5;
    pub(crate) const FILETYPE_SOCKET_STREAM: u8 = 6;
    /// Nothing waits.
    pub(crate) const FDFLAGS_NONBLOCK: u32 = 1 << 2;
    /// How to shut down: both ways.
    pub(crate) const SDFLAGS_BOTH: u32 = 3;

    const RIGHTS_FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    const RIGHTS_SOCK_SHUTDOWN: u64 = 1 << 28;
    const RIGHTS_SOCK_ACCEPT: u64 = 1 << 29;
    /// All that can be done with a socket.
    pub(crate) const RIGHTS_SOCKET: u64 = RIGHTS_FD_READ
        | RIGHTS_FD_WRITE
        | RIGHTS_FD_FDSTAT_SET_FLAGS
        | RIGHTS_SOCK_SHUTDOWN
        | RIGHTS_SOCK_ACCEPT;
}
