// SPDX-License-Identifier: Apache-2.0
//! Ocre's sensors: those of the platform's that the container may read, numbered in the table's order.
//!
//! Nothing is opened and nothing kept: each call finds its sensor anew. A channel's type is its number; Ocre's are the
//! numbers of Zephyr's drivers, which no other host has.

use super::{Outcome, errno};
use crate::calls::device::code_of;
use crate::calls::memory::{CheckedMemory, Input};
use crate::calls::table::Permit;
use crate::calls::{Broker, Handler};
use sampan_abi::DeviceKind;
use sampan_image::Argument;
use sampan_platform::{Device, Operation, Platform, Progress};

/// A sensor as a function names it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    Number(u32),
    Name(Input),
}

/// What a function does with a sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Open,
    Handle,
    ChannelCount,
    ChannelType,
    Read,
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// The container's sensor of that number; `Err` has how many there are.
    fn nth_sensor(&mut self, number: u32) -> Result<Device, u32> {
        let mut count = 0;
        for place in 0..=u16::MAX {
            let Some((kind, name)) = self.platform.device(place) else { break };
            let region = self.guest.strings.region.bytes();
            let is_its = kind == DeviceKind::Sensor
                && self.guest.desk.grants.allows(region, Permit::Sensor, Argument::Name(name));
            if is_its && count == number {
                return Ok(Device(place));
            }
            count = count.saturating_add(u32::from(is_its));
        }
        Err(count)
    }

    pub(super) fn ocre_sensors_discover(&mut self) -> Outcome {
        let count = self.nth_sensor(u32::MAX).err().unwrap_or(0);
        Outcome::Done(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// The sensor, and the number by which the container may go on to call it.
    fn ocre_sensor(&mut self, memory: &CheckedMemory<'_>, which: Which) -> Result<(Device, u32), i32> {
        match which {
            Which::Number(number) => {
                self.nth_sensor(number).map(|sensor| (sensor, number)).map_err(|_| errno::EINVAL)
            }
            Which::Name(name) => {
                let region = self.guest.strings.region.bytes();
                let name = self.guest.desk.board_name(region, memory.text(name));
                let sensor = self.platform.find(DeviceKind::Sensor, name).ok_or(errno::ENOENT)?;
                let mut numbers = 0_u32..;
                let number = numbers.find_map(|number| match self.nth_sensor(number) {
                    Ok(other) if other == sensor => Some(Ok(number)),
                    Ok(_) => None,
                    // It's the container's by another name than the board's: it has a name only.
                    Err(_) => Some(Err(errno::ENOENT)),
                });
                Ok((sensor, number.and_then(Result::ok).unwrap_or(u32::MAX)))
            }
        }
    }

    pub(super) fn ocre_sensors(
        &mut self,
        memory: &CheckedMemory<'_>,
        ask: Ask,
        which: Which,
        channel: u32,
    ) -> Outcome {
        let found = self.ocre_sensor(memory, which);
        let result = found.and_then(|(sensor, number)| match ask {
            Ask::Open => Ok(0),
            Ask::Handle => i32::try_from(number).map_err(|_| errno::ENOENT),
            Ask::ChannelCount => {
                let count = (0..).find(|channel| self.platform.sensor_channel(sensor, *channel).is_none());
                Ok(count.map_or(0, |count| count as i32))
            }
            Ask::ChannelType => {
                let channel = self.platform.sensor_channel(sensor, channel).and(Some(channel as i32));
                channel.ok_or(errno::EINVAL)
            }
            Ask::Read => Err(0),
        });
        match (ask, found) {
            (Ask::Read, Ok((sensor, _))) => Outcome::Real(self.measure(sensor, channel)),
            (Ask::Read, Err(error)) => Outcome::Real(f64::from(error)),
            _ => Outcome::Done(result.unwrap_or_else(|error| error)),
        }
    }

    /// What a channel shows, or the number of an error. What can't be measured at once is an error, since
    /// nothing in Ocre waits for it.
    fn measure(&mut self, sensor: Device, channel: u32) -> f64 {
        let Some(about) = self.platform.sensor_channel(sensor, channel) else {
            return f64::from(errno::EINVAL);
        };
        match self.platform.sensor_read(sensor, channel, Operation::NOW) {
            Ok(Progress::Done(value)) => scaled(value, about.exponent),
            Ok(Progress::Pending) => f64::from(errno::EBUSY),
            Err(error) => f64::from(errno::of(code_of(error))),
        }
    }
}

/// `value * 10^exponent`. The power is exact as far as it goes, so that there is one rounding.
fn scaled(value: i32, exponent: i8) -> f64 {
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
    if exponent < 0 { f64::from(value) / power } else { f64::from(value) * power }
}
