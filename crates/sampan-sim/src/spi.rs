// SPDX-License-Identifier: Apache-2.0
//! SPI peripherals of a simulation: what is sent comes back.

use crate::devices::Fake;
use crate::platform::SimPlatform;
use sampan_platform::{Device, Error, Operation, Progress, Spi};

impl Spi for SimPlatform {
    fn spi_transfer(
        &self,
        peripheral: Device,
        bytes: &mut [u8],
        _operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        let Fake::Spi = *self.devices.fake(peripheral)? else { return Err(Error::InvalidArgument) };
        if bytes.is_empty() {
            return Err(Error::InvalidArgument);
        }
        u32::try_from(bytes.len()).map(Progress::Done).map_err(|_| Error::OutOfRange)
    }
}
