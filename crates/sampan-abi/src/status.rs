// SPDX-License-Identifier: Apache-2.0
//! What a call answers: 0 is success, errors are negative.

use core::ffi::CStr;

/// Result of a call into Sampan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// A pointer that must not be NULL is NULL.
    NullPointer = -1,
    /// A value is out of its documented range.
    InvalidArgument = -2,
    /// The id names no container: never did, or no longer does.
    StaleId = -3,
    /// The container's state doesn't allow this.
    WrongState = -4,
    /// Not callable from here: an ISR, or a callback of the runtime itself.
    WrongContext = -5,
    /// The arena, or the container's memory limit, can't hold it.
    NoMemory = -6,
    /// Every container slot is in use.
    NoSlot = -7,
    /// The image is no valid module: truncated, malformed or failing validation.
    BadImage = -8,
    /// The image is valid but needs what this build doesn't offer.
    Unsupported = -9,
    /// The module imports a function that nothing provides; the log names it.
    UnknownImport = -10,
    /// The module imports a function under another type; the log names it.
    ImportType = -11,
    /// The module exports no entry point `_start`.
    NoEntry = -12,
    /// A table that has a fixed number of places is full.
    TableFull = -13,
    /// A name is taken.
    Duplicate = -14,
    /// A guest address range lies outside the container's memory.
    OutOfBounds = -15,
    /// The call that this would answer is over: answered, or its container ended.
    StaleCall = -16,
    /// A queue is full; try again after the next poll.
    Busy = -17,
    /// The caller's struct is newer than this library and sets what it doesn't know.
    Version = -18,
    /// The platform failed.
    Platform = -19,
    /// A defect in the runtime itself; it's out of service until it is initialised again.
    Internal = -20,
    /// The name names nothing.
    NotFound = -21,
    /// Nobody whose word counts has signed it so: unsigned, altered, by a foreign or revoked key, or without a
    /// role; the log says which.
    Untrusted = -22,
    /// It's older than what proved healthy, or than the operator's floor.
    Rollback = -23,
    /// It's for another vendor, class of device, engine or target.
    WrongDevice = -24,
    /// Returned by a host function: the answer comes later, through `sampan_call_complete`.
    Pending = 1,
}

impl Status {
    /// Every status, for tables and tests.
    ///
    /// cbindgen:ignore
    pub const ALL: [Self; 26] = [
        Self::Ok,
        Self::NullPointer,
        Self::InvalidArgument,
        Self::StaleId,
        Self::WrongState,
        Self::WrongContext,
        Self::NoMemory,
        Self::NoSlot,
        Self::BadImage,
        Self::Unsupported,
        Self::UnknownImport,
        Self::ImportType,
        Self::NoEntry,
        Self::TableFull,
        Self::Duplicate,
        Self::OutOfBounds,
        Self::StaleCall,
        Self::Busy,
        Self::Version,
        Self::Platform,
        Self::Internal,
        Self::NotFound,
        Self::Untrusted,
        Self::Rollback,
        Self::WrongDevice,
        Self::Pending,
    ];

    /// The status as a person reads it, for C.
    #[must_use]
    pub const fn c_text(self) -> &'static CStr {
        match self {
            Self::Ok => c"ok",
            Self::NullPointer => c"null pointer",
            Self::InvalidArgument => c"invalid argument",
            Self::StaleId => c"stale container id",
            Self::WrongState => c"wrong state",
            Self::WrongContext => c"wrong context",
            Self::NoMemory => c"out of memory",
            Self::NoSlot => c"no container slot left",
            Self::BadImage => c"bad image",
            Self::Unsupported => c"unsupported image",
            Self::UnknownImport => c"unknown import",
            Self::ImportType => c"import of another type",
            Self::NoEntry => c"no entry point",
            Self::TableFull => c"table full",
            Self::Duplicate => c"duplicate name",
            Self::OutOfBounds => c"guest address out of bounds",
            Self::StaleCall => c"call is over",
            Self::Busy => c"busy",
            Self::Version => c"struct from a newer version",
            Self::Platform => c"platform failure",
            Self::Internal => c"internal defect",
            Self::NotFound => c"not found",
            Self::Untrusted => c"not trusted",
            Self::Rollback => c"older than allowed",
            Self::WrongDevice => c"for another device",
            Self::Pending => c"pending",
        }
    }

    /// The same for Rust.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.c_text().to_str().unwrap_or("")
    }

    /// The number as it crosses the C ABI.
    #[must_use]
    pub const fn to_raw(self) -> i32 {
        self as i32
    }

    /// Reads a number from the C ABI; `None` for one that names no status.
    #[must_use]
    pub fn from_raw(raw: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.to_raw() == raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_distinct_and_read_back() {
        for (idx, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(Status::from_raw(status.to_raw()), Some(status));
            assert!(Status::ALL[..idx].iter().all(|other| other.to_raw() != status.to_raw()));
            assert!(!status.text().is_empty());
        }
        assert_eq!(Status::from_raw(-1000), None);
    }
}
