// SPDX-License-Identifier: Apache-2.0
//! Sensors of a simulation: what they measure is set from outside.

use crate::devices::{Fake, FakeDevice, SimDevices};
use crate::platform::SimPlatform;
use sampan_abi::{DeviceKind, SensorUnit};
use sampan_platform::{Device, Error, Operation, Progress, Sensor, SensorChannel};

/// One thing that a sensor measures.
#[derive(Clone, Copy, Debug)]
struct Channel {
    name: &'static str,
    unit: SensorUnit,
    exponent: i8,
    value: i32,
}

/// One sensor.
#[derive(Debug)]
pub(crate) struct Sensors(Vec<Channel>);

impl FakeDevice {
    /// A sensor that measures these: name, unit, exponent; each at 0.
    #[must_use]
    pub fn sensor(channels: impl IntoIterator<Item = (&'static str, SensorUnit, i8)>) -> Self {
        let channel = |(name, unit, exponent)| Channel { name, unit, exponent, value: 0 };
        Self(Fake::Sensor(Sensors(channels.into_iter().map(channel).collect())))
    }
}

impl SimDevices {
    /// What the channel of that number measures from now on.
    pub fn set_value(&self, name: &str, channel: usize, value: i32) {
        let _ = self.by_name(DeviceKind::Sensor, name, |fake| {
            if let Fake::Sensor(Sensors(channels)) = fake
                && let Some(channel) = channels.get_mut(channel)
            {
                channel.value = value;
            }
        });
    }
}

impl SimPlatform {
    fn channel(&self, sensor: Device, channel: u32) -> Result<Channel, Error> {
        let Fake::Sensor(Sensors(channels)) = &*self.devices.fake(sensor)? else {
            return Err(Error::InvalidArgument);
        };
        channels.get(channel as usize).copied().ok_or(Error::InvalidArgument)
    }
}

impl Sensor for SimPlatform {
    fn sensor_channel(&self, sensor: Device, channel: u32) -> Option<SensorChannel<'_>> {
        let Channel { name, unit, exponent, .. } = self.channel(sensor, channel).ok()?;
        Some(SensorChannel { name, unit, exponent })
    }

    fn sensor_read(
        &self,
        sensor: Device,
        channel: u32,
        _operation: Operation,
    ) -> Result<Progress<i32>, Error> {
        self.channel(sensor, channel).map(|channel| Progress::Done(channel.value))
    }
}
