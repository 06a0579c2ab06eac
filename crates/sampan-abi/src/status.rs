// SPDX-License-Identifier: Apache-2.0
//! What a call answers: 0 is success, errors are negative.

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
    /// Returned by a host function: the answer comes later, through `sampan_call_complete`.
    Pending = 1,
}

impl Status {
    /// Every status, for tables and tests.
    pub const ALL: [Self; 23] = [
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
        Self::Pending,
    ];

    /// The status as a person reads it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NullPointer => "null pointer",
            Self::InvalidArgument => "invalid argument",
            Self::StaleId => "stale container id",
            Self::WrongState => "wrong state",
            Self::WrongContext => "wrong context",
            Self::NoMemory => "out of memory",
            Self::NoSlot => "no container slot left",
            Self::BadImage => "bad image",
            Self::Unsupported => "unsupported image",
            Self::UnknownImport => "unknown import",
            Self::ImportType => "import of another type",
            Self::NoEntry => "no entry point",
            Self::TableFull => "table full",
            Self::Duplicate => "duplicate name",
            Self::OutOfBounds => "guest address out of bounds",
            Self::StaleCall => "call is over",
            Self::Busy => "busy",
            Self::Version => "struct from a newer version",
            Self::Platform => "platform failure",
            Self::Internal => "internal defect",
            Self::NotFound => "not found",
            Self::Pending => "pending",
        }
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
