// SPDX-License-Identifier: Apache-2.0
//! Analogue inputs of C drivers.

use super::{done, driver_ops, sampan_operation};
use crate::platform::CPlatform;
use crate::types::CStruct;
use ::sampan_platform::{Adc, AdcScale, Device, Error, Operation, Progress};
use core::ffi::c_void;
use sampan_abi::DeviceKind;

/// A driver of analogue inputs. See `sampan_device_ops`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_adc_ops {
    /// sizeof(struct sampan_adc_ops) as the driver compiled it.
    pub size: u32,
    /// Converts once: a count from 0 to `raw_max`.
    pub read: Option<
        unsafe extern "C" fn(ctx: *mut c_void, operation: *const sampan_operation, out_raw: *mut u32) -> i32,
    >,
    /// Tells what counts mean: the largest one, at least 1 and at most INT32_MAX, and the microvolts at 0 and at that.
    pub scale: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            out_raw_max: *mut u32,
            out_min_uv: *mut i32,
            out_max_uv: *mut i32,
        ) -> i32,
    >,
}

driver_ops!(sampan_adc_ops, Adc, adc);

impl Adc for CPlatform {
    fn adc_read(&self, input: Device, operation: Operation) -> Result<Progress<u32>, Error> {
        let driver = self.driver::<sampan_adc_ops>(input)?;
        let read = driver.ops.read.ok_or(Error::Unsupported)?;
        let operation = sampan_operation::new(operation);
        let mut raw = 0;
        // SAFETY: thread context, as the driver asks; `raw` is writable.
        let code = unsafe { read(driver.ctx, &raw const operation, &raw mut raw) };
        operation.progress(code, raw)
    }

    fn adc_scale(&self, input: Device) -> Result<AdcScale, Error> {
        let driver = self.driver::<sampan_adc_ops>(input)?;
        let scale = driver.ops.scale.ok_or(Error::Unsupported)?;
        let (mut raw_max, mut min_uv, mut max_uv) = (0, 0, 0);
        // SAFETY: thread context, as the driver asks; all three are writable.
        let code = unsafe { scale(driver.ctx, &raw mut raw_max, &raw mut min_uv, &raw mut max_uv) };
        let scale = done(code, AdcScale { raw_max, min_uv, max_uv })?;
        if raw_max == 0 || i32::try_from(raw_max).is_err() { Err(Error::Io) } else { Ok(scale) }
    }
}
