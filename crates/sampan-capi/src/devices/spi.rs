// SPDX-License-Identifier: Apache-2.0
//! SPI peripherals of C drivers.

use super::{driver_ops, sampan_operation};
use crate::platform::CPlatform;
use crate::types::CStruct;
use ::sampan_platform::{Device, Error, Operation, Progress, Spi};
use core::ffi::c_void;
use sampan_abi::DeviceKind;

/// A driver of SPI peripherals: chip select, mode and clock go with the device. See `sampan_device_ops`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_spi_ops {
    /// sizeof(struct sampan_spi_ops) as the driver compiled it.
    pub size: u32,
    /// Selects the peripheral, sends `len` bytes while it receives as many into the same place, and lets it go. `len` isn't 0.
    /// Later, the number that it ends with is `len`.
    pub transfer: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            bytes: *mut u8,
            len: usize,
            operation: *const sampan_operation,
        ) -> i32,
    >,
}

driver_ops!(sampan_spi_ops, Spi, spi);

impl Spi for CPlatform {
    fn spi_transfer(
        &self,
        peripheral: Device,
        bytes: &mut [u8],
        operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        let driver = self.driver::<sampan_spi_ops>(peripheral)?;
        if bytes.is_empty() {
            return Err(Error::InvalidArgument);
        }
        let transfer = driver.ops.transfer.ok_or(Error::Unsupported)?;
        let operation = sampan_operation::new(operation);
        let len = bytes.len();
        // SAFETY: thread context, as the driver asks; `bytes` is writable for its length.
        let code = unsafe { transfer(driver.ctx, bytes.as_mut_ptr(), len, &raw const operation) };
        operation.progress(code, u32::try_from(len).map_err(|_| Error::OutOfRange)?)
    }
}
