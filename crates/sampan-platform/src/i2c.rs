// SPDX-License-Identifier: Apache-2.0
//! I2C buses.

use crate::device::unsupported;
use crate::{Device, Error, Operation, Progress};

/// Address of a device on a bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum I2cAddress {
    /// Of 7 bits.
    Seven(u8),
    /// Of 10 bits.
    Ten(u16),
}

impl I2cAddress {
    /// Address and number of its bits; `None` if it has more than those.
    #[must_use]
    pub const fn parts(self) -> Option<(u16, u8)> {
        match self {
            Self::Seven(address) if address < 0x80 => Some((address as u16, 7)),
            Self::Ten(address) if address < 0x400 => Some((address, 10)),
            Self::Seven(_) | Self::Ten(_) => None,
        }
    }
}

/// I2C buses, this side being the controller.
pub trait I2c {
    /// Writes, reads, or writes and then reads after a repeated start; what is empty is left out. The result is the
    /// number of bytes read, which is all of them. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody acknowledges the address; [`Error::Io`] if a byte isn't acknowledged or the bus is
    /// stuck; [`Error::Busy`]; [`Error::InvalidArgument`] for an address of too many bits, or neither bytes to write nor to
    /// read; [`Error::Unsupported`], also for 10 bits.
    fn i2c_transfer(
        &self,
        _bus: Device,
        _address: I2cAddress,
        _write: &[u8],
        _read: &mut [u8],
        _operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        unsupported()
    }
}
