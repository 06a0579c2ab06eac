// SPDX-License-Identifier: Apache-2.0
//! Sensors of C drivers.

use super::{driver_ops, sampan_operation};
use crate::check::text;
use crate::platform::CPlatform;
use crate::types::CStruct;
use ::sampan_platform::{Device, Error, Operation, Progress, Sensor, SensorChannel};
use core::ffi::{c_char, c_void};
use sampan_abi::limits::MAX_DEVICE_NAME;
use sampan_abi::{DeviceKind, SensorUnit};

/// One thing that a sensor measures: value * 10^exponent in a unit.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_sensor_channel {
    /// As the name of a device; unique in the sensor.
    pub name: *const c_char,
    /// `enum sampan_sensor_unit`.
    pub unit: u8,
    /// Power of ten that a value is multiplied by: -3 for thousandths.
    pub exponent: i8,
}

/// A driver of sensors. See `sampan_device_ops`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_sensor_ops {
    /// sizeof(struct sampan_sensor_ops) as the driver compiled it.
    pub size: u32,
    /// What the sensor measures. NULL only if that is nothing. Borrowed like the table of devices.
    pub channels: *const sampan_sensor_channel,
    /// Number of channels.
    pub channels_len: usize,
    /// Measures the channel of that number, counted from 0. Later, the value is put at the operation's `read_addr` by
    /// `sampan_pending_write`, 4 bytes with the lowest first, and the number that it ends with is 0.
    pub read: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            channel: u32,
            operation: *const sampan_operation,
            out_value: *mut i32,
        ) -> i32,
    >,
}

driver_ops!(sampan_sensor_ops, Sensor, sensor);

impl sampan_sensor_ops {
    fn channel(&self, number: u32) -> Option<sampan_sensor_channel> {
        let number = number as usize;
        if self.channels.is_null() || !self.channels.is_aligned() || number >= self.channels_len {
            return None;
        }
        // SAFETY: not NULL, and the driver promised so many.
        let place = unsafe { self.channels.add(number) };
        // SAFETY: as above; aligned, as was checked.
        Some(unsafe { place.read() })
    }
}

impl Sensor for CPlatform {
    fn sensor_channel(&self, sensor: Device, channel: u32) -> Option<SensorChannel<'_>> {
        let driver = self.driver::<sampan_sensor_ops>(sensor).ok()?;
        let channel = driver.ops.channel(channel)?;
        // SAFETY: the driver promised its name for as long as the runtime is in service.
        let name = unsafe { text(channel.name, MAX_DEVICE_NAME) }.ok()?;
        Some(SensorChannel {
            name: core::str::from_utf8(name).ok()?,
            unit: SensorUnit::from_raw(channel.unit)?,
            exponent: channel.exponent,
        })
    }

    fn sensor_read(
        &self,
        sensor: Device,
        channel: u32,
        operation: Operation,
    ) -> Result<Progress<i32>, Error> {
        let driver = self.driver::<sampan_sensor_ops>(sensor)?;
        if channel as usize >= driver.ops.channels_len {
            return Err(Error::InvalidArgument);
        }
        let read = driver.ops.read.ok_or(Error::Unsupported)?;
        let operation = sampan_operation::new(operation);
        let mut value = 0;
        // SAFETY: thread context, as the driver asks; `value` is writable.
        let code = unsafe { read(driver.ctx, channel, &raw const operation, &raw mut value) };
        operation.progress(code, value)
    }
}
