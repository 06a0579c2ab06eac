// SPDX-License-Identifier: Apache-2.0
//! I2C buses of C drivers.

use super::{driver_ops, sampan_operation};
use crate::platform::CPlatform;
use crate::types::CStruct;
use ::sampan_platform::{Device, Error, I2c, I2cAddress, Operation, Progress};
use core::ffi::c_void;
use sampan_abi::DeviceKind;

/// A driver of I2C buses, this side being the controller. See `sampan_device_ops`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_i2c_ops {
    /// sizeof(struct sampan_i2c_ops) as the driver compiled it.
    pub size: u32,
    /// Writes `write_len` bytes, reads `read_len`, or reads after writing by a repeated start; a length of 0 leaves that part
    /// out, but never both are. `address_bits` is 7 or 10. Not acknowledged by anyone, the address is
    /// answered with `SAMPAN_STATUS_NOT_FOUND`. Later, the number that it ends with is `read_len`.
    pub transfer: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            address: u16,
            address_bits: u8,
            write: *const u8,
            write_len: usize,
            read: *mut u8,
            read_len: usize,
            operation: *const sampan_operation,
        ) -> i32,
    >,
}

driver_ops!(sampan_i2c_ops, I2c, i2c);

impl I2c for CPlatform {
    fn i2c_transfer(
        &self,
        bus: Device,
        address: I2cAddress,
        write: &[u8],
        read: &mut [u8],
        operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        let driver = self.driver::<sampan_i2c_ops>(bus)?;
        let (address, bits) = address.parts().ok_or(Error::InvalidArgument)?;
        if write.is_empty() && read.is_empty() {
            return Err(Error::InvalidArgument);
        }
        let transfer = driver.ops.transfer.ok_or(Error::Unsupported)?;
        let operation = sampan_operation::new(operation);
        let (out, out_len, into, into_len) = (write.as_ptr(), write.len(), read.as_mut_ptr(), read.len());
        // SAFETY: thread context, as the driver asks; both slices are good for their lengths.
        let code = unsafe {
            transfer(driver.ctx, address, bits, out, out_len, into, into_len, &raw const operation)
        };
        operation.progress(code, u32::try_from(into_len).map_err(|_| Error::OutOfRange)?)
    }
}
