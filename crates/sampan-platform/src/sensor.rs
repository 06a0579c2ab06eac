// SPDX-License-Identifier: Apache-2.0
//! Sensors with a driver of their own.

use crate::device::unsupported;
use crate::{Device, Error, Operation, Progress};
use sampan_abi::SensorUnit;

/// One thing that a sensor measures: `value * 10^exponent` in `unit`. Integers, since small parts have no FPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensorChannel<'a> {
    /// Its name, unique in the sensor.
    pub name: &'a str,
    /// What it's measured in.
    pub unit: SensorUnit,
    /// Power of ten that a value is multiplied by: -3 for thousandths.
    pub exponent: i8,
}

/// Sensors.
pub trait Sensor {
    /// What the sensor measures as number `channel`, counted from 0; `None` past the last. Thread context; doesn't block.
    fn sensor_channel(&self, _sensor: Device, _channel: u32) -> Option<SensorChannel<'_>> {
        None
    }

    /// Measures. Pending, the value is written to the read address, 4 bytes with the lowest first, and the answer is 0.
    /// Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for no channel; [`Error::Busy`]; [`Error::Io`]; [`Error::Unsupported`].
    fn sensor_read(
        &self,
        _sensor: Device,
        _channel: u32,
        _operation: Operation,
    ) -> Result<Progress<i32>, Error> {
        unsupported()
    }
}
