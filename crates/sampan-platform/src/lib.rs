// SPDX-License-Identifier: Apache-2.0
//! What Sampan needs of an operating system: traits without an implementation.
//!
//! One trait a concern, each method with its context, blocking and failure. A host written in Rust
//! implements them; C firmware fills `struct sampan_platform`, which `sampan-capi` adapts. A method
//! enters once two ports implement it and the conformance suite covers it.
//!
//! Clock, entropy and log every platform has. What it lacks of the rest it leaves at the default, which says so:
//! `impl Spi for Board {}`.
//!
//! No method may panic, allocate from the runtime's arena or call back into the runtime; posting to its inbox
//! is no call.
#![no_std]
#![forbid(unsafe_code)]

mod adc;
mod clock;
mod device;
mod entropy;
mod flash;
mod gpio;
mod i2c;
mod log;
mod net;
mod sensor;
mod spi;
mod uart;

pub use adc::{Adc, AdcScale};
pub use clock::{Clock, WallClock};
pub use device::{Device, DeviceEvent, Devices, Operation, Progress};
pub use entropy::Entropy;
pub use flash::{Flash, FlashGeometry};
pub use gpio::Gpio;
pub use i2c::{I2c, I2cAddress};
pub use log::Log;
pub use net::{Net, Socket};
pub use sensor::{Sensor, SensorChannel};
pub use spi::Spi;
pub use uart::Uart;

use sampan_abi::Status;

/// A failure of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The device or service failed.
    Io,
    /// Nobody is at that address or of that name.
    NotFound,
    /// The platform, or this device of it, can't do that.
    Unsupported,
    /// A value is out of its documented range.
    InvalidArgument,
    /// Bytes lie outside of the region, or are more than can be taken at once.
    OutOfRange,
    /// Not now: try again later, after the event where there is one.
    Busy,
    /// What was done before doesn't allow this.
    WrongState,
    /// All places are in use.
    NoRoom,
}

impl Error {
    /// The status that says so.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Io => Status::Platform,
            Self::NotFound => Status::NotFound,
            Self::Unsupported => Status::Unsupported,
            Self::InvalidArgument => Status::InvalidArgument,
            Self::OutOfRange => Status::OutOfBounds,
            Self::Busy => Status::Busy,
            Self::WrongState => Status::WrongState,
            Self::NoRoom => Status::TableFull,
        }
    }

    /// What a port's status says; any that isn't expected of one is [`Error::Io`].
    #[must_use]
    pub const fn from_status(status: i32) -> Self {
        const NOT_FOUND: i32 = Status::NotFound.to_raw();
        const UNSUPPORTED: i32 = Status::Unsupported.to_raw();
        const INVALID_ARGUMENT: i32 = Status::InvalidArgument.to_raw();
        const OUT_OF_BOUNDS: i32 = Status::OutOfBounds.to_raw();
        const BUSY: i32 = Status::Busy.to_raw();
        const WRONG_STATE: i32 = Status::WrongState.to_raw();
        const TABLE_FULL: i32 = Status::TableFull.to_raw();
        match status {
            NOT_FOUND => Self::NotFound,
            UNSUPPORTED => Self::Unsupported,
            INVALID_ARGUMENT => Self::InvalidArgument,
            OUT_OF_BOUNDS => Self::OutOfRange,
            BUSY => Self::Busy,
            WRONG_STATE => Self::WrongState,
            TABLE_FULL => Self::NoRoom,
            _ => Self::Io,
        }
    }
}

/// Everything one port provides to the core.
pub trait Platform:
    Clock + WallClock + Entropy + Log + Devices + Gpio + Adc + I2c + Spi + Uart + Sensor + Flash + Net
{
}

impl<P> Platform for P where
    P: Clock + WallClock + Entropy + Log + Devices + Gpio + Adc + I2c + Spi + Uart + Sensor + Flash + Net
{
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_statuses_and_back() {
        use Error::{Busy, InvalidArgument, Io, NoRoom, NotFound, OutOfRange, Unsupported, WrongState};
        for error in [Io, NotFound, Unsupported, InvalidArgument, OutOfRange, Busy, WrongState, NoRoom] {
            assert_eq!(Error::from_status(error.status().to_raw()), error);
        }
        assert_eq!(Error::from_status(Status::StaleId.to_raw()), Io);
        assert_eq!(Error::from_status(77), Io);
    }
}
