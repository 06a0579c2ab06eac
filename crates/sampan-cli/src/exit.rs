// SPDX-License-Identifier: Apache-2.0
//! What the tool's exit code tells.
//!
//! 0 to 63 are a container's own; the rest begin at 64, where `sysexits.h` begins, and mean what they mean
//! there where it has a meaning for it. None is 2, 101, 126 or more, which shells and crashes use.

use sampan_abi::{ExitReason, Status};
use std::process::ExitCode;

/// Exit codes of the tool's own. A released number keeps its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    Usage = 64,
    BadImage = 65,
    Unreadable = 66,
    Link = 67,
    Trap = 68,
    TimeLimit = 69,
    Internal = 70,
    OutOfMemory = 71,
    HostError = 72,
    Deadlock = 73,
    Output = 74,
    ForeignCode = 75,
    Difference = 76,
    Refused = 77,
    Compile = 78,
}

impl ExitStatus {
    const ALL: [Self; 15] = [
        Self::Usage,
        Self::BadImage,
        Self::Unreadable,
        Self::Link,
        Self::Trap,
        Self::TimeLimit,
        Self::Internal,
        Self::OutOfMemory,
        Self::HostError,
        Self::Deadlock,
        Self::Output,
        Self::ForeignCode,
        Self::Difference,
        Self::Refused,
        Self::Compile,
    ];

    const fn meaning(self) -> &'static str {
        match self {
            Self::Usage => "wrong command line",
            Self::BadImage => "not a WebAssembly module, a broken one, or one that uses what isn't supported",
            Self::Unreadable => "a file can't be read",
            Self::Link => "an import that nothing provides or that has another type, or no entry point",
            Self::Trap => "a container trapped",
            Self::TimeLimit => "a container was killed at the time limit",
            Self::Internal => "a defect in the engine or in sampan",
            Self::OutOfMemory => "out of memory: the container's, or the arena",
            Self::HostError => "a host function failed",
            Self::Deadlock => "all containers left wait for what nobody will bring",
            Self::Output => "standard output or error can't be written",
            Self::ForeignCode => "a container ended with an exit code outside 0 to 63",
            Self::Difference => "the engines differ on a module (--engine both)",
            Self::Refused => "an image, a policy, a trust store or a key is refused",
            Self::Compile => "the compiler made no module",
        }
    }

    /// The code for a container that could not be created.
    pub(crate) const fn of_status(status: Status) -> Self {
        match status {
            Status::BadImage | Status::Unsupported => Self::BadImage,
            Status::UnknownImport | Status::ImportType | Status::NoEntry => Self::Link,
            Status::NoMemory => Self::OutOfMemory,
            Status::InvalidArgument | Status::Duplicate => Self::Usage,
            _ => Self::Internal,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

/// The code for one container, which ended for `reason` or never did.
pub(crate) fn of_container(reason: Option<ExitReason>) -> u8 {
    let status = match reason {
        Some(ExitReason::Exited(code) | ExitReason::Stopped(code)) => match u8::try_from(code) {
            Ok(own @ 0..=63) => return own,
            _ => ExitStatus::ForeignCode,
        },
        Some(ExitReason::Killed) => ExitStatus::TimeLimit,
        Some(ExitReason::Trapped(_)) => ExitStatus::Trap,
        Some(ExitReason::OutOfMemory) => ExitStatus::OutOfMemory,
        Some(ExitReason::LinkError(_)) => ExitStatus::Link,
        Some(ExitReason::HostError(_)) => ExitStatus::HostError,
        Some(ExitReason::Denied) => ExitStatus::Trap,
        Some(ExitReason::EngineFault) => ExitStatus::Internal,
        Some(ExitReason::Revoked) => ExitStatus::Refused,
        None => ExitStatus::Deadlock,
    };
    status as u8
}

/// All codes with their meanings, a line each, for the help and the documentation.
pub(crate) fn list() -> String {
    let own = "  0-63  a container's own exit code\n".to_owned();
    ExitStatus::ALL
        .into_iter()
        .fold(own, |list, status| format!("{list}    {}  {}\n", status as u8, status.meaning()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sampan_abi::TrapKind;

    #[test]
    fn a_fault_is_never_success() {
        assert_eq!(of_container(Some(ExitReason::Exited(0))), 0);
        assert_eq!(of_container(Some(ExitReason::Stopped(63))), 63);
        for code in [64, 256, -1, i32::MIN] {
            assert_eq!(of_container(Some(ExitReason::Exited(code))), 75);
        }
        let others = [
            Some(ExitReason::Killed),
            Some(ExitReason::Trapped(TrapKind::Unreachable)),
            Some(ExitReason::OutOfMemory),
            Some(ExitReason::LinkError(Status::UnknownImport)),
            Some(ExitReason::HostError(0)),
            Some(ExitReason::EngineFault),
            Some(ExitReason::Revoked),
            Some(ExitReason::Denied),
            None,
        ];
        assert!(others.into_iter().all(|reason| of_container(reason) >= 64));
        assert!(Status::ALL.into_iter().all(|status| ExitStatus::of_status(status) as u8 >= 64));
    }

    #[test]
    fn the_manual_lists_the_same_codes() {
        let manual = include_str!("../../../docs/simulator.md");
        for line in list().lines() {
            let (codes, meaning) = line.trim().split_once("  ").unwrap();
            let row = format!("| {codes} | {meaning} |");
            assert!(manual.contains(&row), "docs/simulator.md lacks: {row}");
        }
    }
}
