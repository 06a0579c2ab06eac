// SPDX-License-Identifier: Apache-2.0
//! SPI peripherals.

use crate::device::unsupported;
use crate::{Device, Error, Operation, Progress};

/// SPI peripherals: the name brings chip select, mode and clock.
pub trait Spi {
    /// Selects the peripheral, sends `bytes` while it receives as many into the same place, and lets it go. The result
    /// is their number. Pending, both addresses of `operation` are those of `bytes`. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Busy`]; [`Error::InvalidArgument`] for no bytes; [`Error::Unsupported`].
    fn spi_transfer(
        &self,
        _peripheral: Device,
        _bytes: &mut [u8],
        _operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        unsupported()
    }
}
