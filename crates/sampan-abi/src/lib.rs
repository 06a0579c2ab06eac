// SPDX-License-Identifier: Apache-2.0
//! Numbers that both sides of every Sampan interface share.
//!
//! The C ABI, the core, the engines and the host tools all name a status, a state or a limit by the
//! same number, and this crate is where that number is written. A released number keeps its meaning
//! for ever: new ones are added at the end, none is reused.
//!
//! Nothing here has behaviour beyond conversion and naming.
#![no_std]
#![forbid(unsafe_code)]

mod device;
mod image;
pub mod limits;
mod reason;
mod state;
mod status;
mod value;

pub use device::{DeviceKind, EDGE_FALLING, EDGE_RISING, READY_READ, READY_WRITE, SensorUnit, SocketKind};
pub use image::{ImagePurpose, KeyRole, PermissionList, PolicyList};
pub use reason::{ExitKind, ExitReason, TrapKind};
pub use state::{ContainerState, EngineKind};
pub use status::Status;
pub use value::{Signature, SignatureError, ValueType};

/// Version of the C ABI: raised when a caller of the old header could misread the new library.
pub const ABI_VERSION: u32 = 1;

/// Severity of a log line; smaller is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LogLevel {
    /// Something was lost or stopped.
    Error = 1,
    /// Something was refused or is off.
    Warning = 2,
    /// A change worth knowing; what containers print to stdout.
    Info = 3,
    /// Detail for whoever looks for a fault.
    Debug = 4,
}

/// Largest generation that an id can carry.
const GENERATION_MAX: u32 = 0x00ff_ffff;

/// Names one container for as long as it exists: a slot, and the generation that the container is.
///
/// A generation is never 0, so the raw value 0 names no container. Each container is a generation of its own,
/// and the id of one that was removed is refused ever after (until 2^24 - 1 more have been created).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContainerId(u32);

impl ContainerId {
    /// Composes an id; `None` when `generation` is 0 or too large to carry.
    #[must_use]
    pub const fn new(slot: u8, generation: u32) -> Option<Self> {
        if generation == 0 || generation > GENERATION_MAX {
            return None;
        }
        Some(Self(generation << 8 | slot as u32))
    }

    /// The generation after `generation`; 0 is left out.
    #[must_use]
    pub const fn next_generation(generation: u32) -> u32 {
        if generation >= GENERATION_MAX { 1 } else { generation + 1 }
    }

    /// Reads an id from the wire; `None` for a value that no container ever has.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Option<Self> {
        if raw >> 8 == 0 { None } else { Some(Self(raw)) }
    }

    /// The id as it crosses the C ABI.
    #[must_use]
    pub const fn to_raw(self) -> u32 {
        self.0
    }

    /// Index of the slot.
    #[must_use]
    pub const fn slot(self) -> u8 {
        (self.0 & 0xff) as u8
    }

    /// Generation of the container.
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.0 >> 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_round_trips_and_refuses_generation_zero() {
        let id = ContainerId::new(7, 0x00ab_cdef).unwrap();
        assert_eq!((id.slot(), id.generation()), (7, 0x00ab_cdef));
        assert_eq!(ContainerId::from_raw(id.to_raw()), Some(id));
        assert_eq!(ContainerId::new(7, 0), None);
        assert_eq!(ContainerId::new(7, GENERATION_MAX + 1), None);
        assert_eq!(ContainerId::from_raw(7), None);
        assert_eq!(ContainerId::next_generation(GENERATION_MAX), 1);
    }
}
