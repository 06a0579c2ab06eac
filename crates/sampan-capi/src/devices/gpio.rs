// SPDX-License-Identifier: Apache-2.0
//! Digital lines of C drivers.

use super::{done, driver_ops};
use crate::platform::CPlatform;
use crate::runtime::{live, sampan_runtime};
use crate::types::CStruct;
use ::sampan_platform::{Device, Error, Gpio};
use core::ffi::c_void;
use sampan_abi::DeviceKind;

/// A driver of digital lines. Levels are logical: 1 is active. See `sampan_device_ops`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_gpio_ops {
    /// sizeof(struct sampan_gpio_ops) as the driver compiled it.
    pub size: u32,
    /// Reads the level, 0 or 1.
    pub read: Option<unsafe extern "C" fn(ctx: *mut c_void, out_level: *mut u8) -> i32>,
    /// Sets the level, 0 or 1. NULL for an input.
    pub write: Option<unsafe extern "C" fn(ctx: *mut c_void, level: u8) -> i32>,
    /// Says at which edges to call `sampan_device_event` on `rt` with SAMPAN_DEVICE_KIND_GPIO, `index` and the edge: bits
    /// SAMPAN_EDGE_*, 0 for none any more. NULL if edges can't be told.
    pub watch: Option<
        unsafe extern "C" fn(ctx: *mut c_void, rt: *mut sampan_runtime, index: u32, edges: u32) -> i32,
    >,
}

driver_ops!(sampan_gpio_ops, Gpio, gpio);

impl Gpio for CPlatform {
    fn gpio_read(&self, line: Device) -> Result<bool, Error> {
        let driver = self.driver::<sampan_gpio_ops>(line)?;
        let read = driver.ops.read.ok_or(Error::Unsupported)?;
        let mut level = 0;
        // SAFETY: thread context, as the driver asks; `level` is writable.
        let code = unsafe { read(driver.ctx, &raw mut level) };
        done(code, level != 0)
    }

    fn gpio_write(&self, line: Device, active: bool) -> Result<(), Error> {
        let driver = self.driver::<sampan_gpio_ops>(line)?;
        let write = driver.ops.write.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, as the driver asks.
        let code = unsafe { write(driver.ctx, active.into()) };
        done(code, ())
    }

    fn gpio_watch(&self, line: Device, edges: u32) -> Result<(), Error> {
        let driver = self.driver::<sampan_gpio_ops>(line)?;
        let watch = driver.ops.watch.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, as the driver asks; the runtime in service outlives what is watched in it.
        let code = unsafe { watch(driver.ctx, live(), line.0.into(), edges) };
        done(code, ())
    }
}
