// SPDX-License-Identifier: Apache-2.0
//! Why a container ended: a fault is never told as a success.

/// What kind of end it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitKind {
    /// It hasn't ended.
    None = 0,
    /// It returned from its entry point or called exit; the code is its own.
    Exited = 1,
    /// It was asked to stop and ended by itself before the deadline; the code is its own.
    Stopped = 2,
    /// It was killed, or didn't heed a stop until its deadline.
    Killed = 3,
    /// It trapped; the code is the kind of trap.
    Trapped = 4,
    /// Its engine needed more memory than its limit.
    OutOfMemory = 5,
    /// Its imports could no longer be satisfied; the code is a status.
    LinkError = 6,
    /// A host function failed; the code is what that function returned.
    HostError = 7,
    /// A defect in its engine ended it.
    EngineFault = 8,
    /// Its image is no longer trusted; it can't be started again.
    Revoked = 9,
    /// It made a call that it isn't permitted, and its policy says that this ends it.
    Denied = 10,
}

/// What a module did that WebAssembly forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TrapKind {
    /// Executed `unreachable`: an abort or a failed assertion.
    Unreachable = 1,
    /// Read or wrote outside its linear memory.
    MemoryOutOfBounds = 2,
    /// Accessed a table outside its bounds.
    TableOutOfBounds = 3,
    /// Called through a null table entry.
    IndirectCallToNull = 4,
    /// Called through a table entry of another type.
    IndirectCallType = 5,
    /// Divided an integer by zero.
    DivisionByZero = 6,
    /// An integer operation overflowed.
    IntegerOverflow = 7,
    /// Converted a float that has no integer to an integer.
    BadConversion = 8,
    /// Recursed deeper than its stack.
    StackOverflow = 9,
    /// Made a call that it isn't permitted, and its policy says that this is a trap.
    CallDenied = 10,
}

impl TrapKind {
    /// Every trap, for tables and tests.
    ///
    /// cbindgen:ignore
    pub const ALL: [Self; 10] = [
        Self::Unreachable,
        Self::MemoryOutOfBounds,
        Self::TableOutOfBounds,
        Self::IndirectCallToNull,
        Self::IndirectCallType,
        Self::DivisionByZero,
        Self::IntegerOverflow,
        Self::BadConversion,
        Self::StackOverflow,
        Self::CallDenied,
    ];

    /// The trap as a person reads it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable executed",
            Self::MemoryOutOfBounds => "memory access out of bounds",
            Self::TableOutOfBounds => "table access out of bounds",
            Self::IndirectCallToNull => "indirect call to null",
            Self::IndirectCallType => "indirect call type mismatch",
            Self::DivisionByZero => "division by zero",
            Self::IntegerOverflow => "integer overflow",
            Self::BadConversion => "invalid conversion to integer",
            Self::StackOverflow => "stack overflow",
            Self::CallDenied => "call denied",
        }
    }

    /// Reads a number from the wire; `None` for one that names no trap.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&kind| kind as u8 == raw)
    }
}

/// Why a container ended, with what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// See [`ExitKind::Exited`].
    Exited(i32),
    /// See [`ExitKind::Stopped`].
    Stopped(i32),
    /// See [`ExitKind::Killed`].
    Killed,
    /// See [`ExitKind::Trapped`].
    Trapped(TrapKind),
    /// See [`ExitKind::OutOfMemory`].
    OutOfMemory,
    /// See [`ExitKind::LinkError`].
    LinkError(crate::Status),
    /// See [`ExitKind::HostError`].
    HostError(i32),
    /// See [`ExitKind::EngineFault`].
    EngineFault,
    /// See [`ExitKind::Revoked`].
    Revoked,
    /// See [`ExitKind::Denied`].
    Denied,
}

impl ExitReason {
    /// Reads what [`kind`](Self::kind) and [`code`](Self::code) told; `None` for numbers that tell no reason.
    #[must_use]
    pub fn from_raw(kind: u8, code: i32) -> Option<Self> {
        let reasons = [
            Self::Exited(code),
            Self::Stopped(code),
            Self::Killed,
            Self::OutOfMemory,
            Self::HostError(code),
            Self::EngineFault,
            Self::Revoked,
            Self::Denied,
        ];
        if kind == ExitKind::Trapped as u8 {
            return u8::try_from(code).ok().and_then(TrapKind::from_raw).map(Self::Trapped);
        }
        if kind == ExitKind::LinkError as u8 {
            return crate::Status::from_raw(code).map(Self::LinkError);
        }
        reasons.into_iter().find(|reason| reason.kind() as u8 == kind)
    }

    /// The kind alone.
    #[must_use]
    pub const fn kind(self) -> ExitKind {
        match self {
            Self::Exited(_) => ExitKind::Exited,
            Self::Stopped(_) => ExitKind::Stopped,
            Self::Killed => ExitKind::Killed,
            Self::Trapped(_) => ExitKind::Trapped,
            Self::OutOfMemory => ExitKind::OutOfMemory,
            Self::LinkError(_) => ExitKind::LinkError,
            Self::HostError(_) => ExitKind::HostError,
            Self::EngineFault => ExitKind::EngineFault,
            Self::Revoked => ExitKind::Revoked,
            Self::Denied => ExitKind::Denied,
        }
    }

    /// The number that goes with the kind, 0 where none does.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Exited(code) | Self::Stopped(code) | Self::HostError(code) => code,
            Self::Trapped(kind) => kind as i32,
            Self::LinkError(status) => status.to_raw(),
            Self::Killed | Self::OutOfMemory | Self::EngineFault | Self::Revoked | Self::Denied => 0,
        }
    }

    /// Whether the container broke a rule or was failed by its engine, as against ending by its own or
    /// its owner's will.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        match self {
            Self::Exited(_) | Self::Stopped(_) | Self::Killed | Self::Revoked => false,
            Self::Trapped(_)
            | Self::OutOfMemory
            | Self::LinkError(_)
            | Self::HostError(_)
            | Self::EngineFault
            | Self::Denied => true,
        }
    }
}

impl core::fmt::Display for ExitReason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Stopped(code) => write!(f, "stopped, exit code {code}"),
            Self::Killed => f.write_str("killed"),
            Self::Trapped(kind) => write!(f, "trap: {}", kind.text()),
            Self::OutOfMemory => f.write_str("out of memory"),
            Self::LinkError(status) => write!(f, "link error: {}", status.text()),
            Self::HostError(code) => write!(f, "host function failed with {code}"),
            Self::EngineFault => f.write_str("engine fault"),
            Self::Revoked => f.write_str("no longer trusted"),
            Self::Denied => f.write_str("call denied"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_cross_as_kind_and_code() {
        let reasons = [
            ExitReason::Exited(3),
            ExitReason::Stopped(-1),
            ExitReason::Killed,
            ExitReason::Trapped(TrapKind::StackOverflow),
            ExitReason::OutOfMemory,
            ExitReason::LinkError(crate::Status::UnknownImport),
            ExitReason::HostError(-40),
            ExitReason::EngineFault,
            ExitReason::Revoked,
            ExitReason::Denied,
        ];
        for reason in reasons {
            assert_eq!(ExitReason::from_raw(reason.kind() as u8, reason.code()), Some(reason));
        }
        assert_eq!(ExitReason::from_raw(ExitKind::None as u8, 0), None);
        assert_eq!(ExitReason::from_raw(ExitKind::Trapped as u8, 200), None);
    }
}
