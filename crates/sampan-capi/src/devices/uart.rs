// SPDX-License-Identifier: Apache-2.0
//! Serial lines of C drivers.

use super::{done, driver_ops, sampan_operation};
use crate::platform::CPlatform;
use crate::runtime::{live, sampan_runtime};
use crate::types::CStruct;
use ::sampan_platform::{Device, Error, Operation, Progress, Uart};
use core::ffi::c_void;
use sampan_abi::DeviceKind;

/// A driver of serial lines. See `sampan_device_ops`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_uart_ops {
    /// sizeof(struct sampan_uart_ops) as the driver compiled it.
    pub size: u32,
    /// Sends as many of the bytes as there is room for, at least one, and tells how many; or all of them later.
    pub write: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            bytes: *const u8,
            len: usize,
            operation: *const sampan_operation,
            out_len: *mut u32,
        ) -> i32,
    >,
    /// Takes bytes that have come, at most `len`, and tells how many; 0 if there are none.
    pub read:
        Option<unsafe extern "C" fn(ctx: *mut c_void, buf: *mut u8, len: usize, out_len: *mut u32) -> i32>,
    /// Says when to call `sampan_device_event` on `rt` with SAMPAN_DEVICE_KIND_UART, `index` and what is so: bits SAMPAN_READY_*,
    /// 0 for never. What is so already is told at once. NULL if it can't be told.
    pub watch: Option<
        unsafe extern "C" fn(ctx: *mut c_void, rt: *mut sampan_runtime, index: u32, readiness: u32) -> i32,
    >,
}

driver_ops!(sampan_uart_ops, Uart, uart);

impl Uart for CPlatform {
    fn uart_write(&self, line: Device, bytes: &[u8], operation: Operation) -> Result<Progress<u32>, Error> {
        let driver = self.driver::<sampan_uart_ops>(line)?;
        let write = driver.ops.write.ok_or(Error::Unsupported)?;
        let operation = sampan_operation::new(operation);
        let (start, len) = (bytes.as_ptr(), bytes.len());
        let mut sent = 0;
        // SAFETY: thread context, as the driver asks; `bytes` is readable for its length, and `sent` writable.
        let code = unsafe { write(driver.ctx, start, len, &raw const operation, &raw mut sent) };
        if u32::try_from(len).is_ok_and(|len| sent > len) {
            return Err(Error::Io);
        }
        operation.progress(code, sent)
    }

    fn uart_read(&self, line: Device, buffer: &mut [u8]) -> Result<usize, Error> {
        let driver = self.driver::<sampan_uart_ops>(line)?;
        let read = driver.ops.read.ok_or(Error::Unsupported)?;
        let mut count = 0;
        // SAFETY: thread context, as the driver asks; `buffer` is writable for its length, and `count`.
        let code = unsafe { read(driver.ctx, buffer.as_mut_ptr(), buffer.len(), &raw mut count) };
        let count = done(code, count as usize)?;
        if count > buffer.len() { Err(Error::Io) } else { Ok(count) }
    }

    fn uart_watch(&self, line: Device, readiness: u32) -> Result<(), Error> {
        let driver = self.driver::<sampan_uart_ops>(line)?;
        let watch = driver.ops.watch.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, as the driver asks; the runtime in service outlives what is watched in it.
        let code = unsafe { watch(driver.ctx, live(), line.0.into(), readiness) };
        done(code, ())
    }
}
