// SPDX-License-Identifier: Apache-2.0
//! States of a container, and engines that run it.

use core::ffi::CStr;

/// Where a container is in its life.
///
/// `Created -> Running <-> Paused -> Stopped | Faulted | Quarantined`; from `Stopped` and `Faulted` back to `Running`,
/// from `Quarantined` to `Stopped` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ContainerState {
    /// Loaded and linked; nothing of it has run.
    Created = 1,
    /// Runs when it is its turn, or waits in a call.
    Running = 2,
    /// Keeps all it has and isn't run.
    Paused = 3,
    /// Ended by its own or its owner's will.
    Stopped = 4,
    /// Ended by a fault.
    Faulted = 5,
    /// Ended by its policy, and put aside until it is released.
    Quarantined = 6,
}

impl ContainerState {
    /// Every state, for tables and tests.
    ///
    /// cbindgen:ignore
    pub const ALL: [Self; 6] =
        [Self::Created, Self::Running, Self::Paused, Self::Stopped, Self::Faulted, Self::Quarantined];

    /// Reads a number from the wire; `None` for one that names no state.
    #[must_use]
    pub fn from_raw(raw: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&state| state as u8 == raw)
    }

    /// The state as a person reads it, for C.
    #[must_use]
    pub const fn c_text(self) -> &'static CStr {
        match self {
            Self::Created => c"created",
            Self::Running => c"running",
            Self::Paused => c"paused",
            Self::Stopped => c"stopped",
            Self::Faulted => c"faulted",
            Self::Quarantined => c"quarantined",
        }
    }

    /// The same for Rust.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.c_text().to_str().unwrap_or("")
    }
}

/// The engine that runs a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EngineKind {
    /// Plain WebAssembly, translated when loaded.
    Wasmi = 1,
    /// Packed bytecode, run in place.
    Packed = 2,
    /// Native code, run in place.
    Native = 3,
}

impl EngineKind {
    /// The name that tools and options use.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Wasmi => "wasmi",
            Self::Packed => "packed",
            Self::Native => "native",
        }
    }
}
