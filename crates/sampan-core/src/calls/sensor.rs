// SPDX-License-Identifier: Apache-2.0
//! `sampan:sensor`: sensors by their drivers, whose channels tell what they measure in.

use super::check::Answer;
use super::memory::{CheckedMemory, Input, Output};
use super::table::Code;
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_abi::DeviceKind;
use sampan_platform::{Platform, Progress};

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn sensor_open(&mut self, memory: &mut CheckedMemory<'_>, name: Input) -> Answer {
        self.open_device(memory, (DeviceKind::Sensor, HandleKind::SensorOpen), name)
    }

    pub(super) fn sensor_channel(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        sensor: HandlePlace,
        number: u32,
        name: Output,
        out: Output,
    ) -> Answer {
        let sensor = self.device(sensor);
        let Some(channel) = self.platform.sensor_channel(sensor, number) else {
            return Answer::Failed(Code::NotFound);
        };
        let words = [channel.unit as u32, i32::from(channel.exponent) as u32, channel.name.len() as u32];
        memory.write_words(out, &words);
        if channel.name.len() > name.len() {
            return Answer::Failed(Code::TooSmall);
        }
        memory.write(name, channel.name.as_bytes());
        Answer::Done(0)
    }

    pub(super) fn sensor_read(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        sensor: HandlePlace,
        number: u32,
        out: Output,
    ) -> Answer {
        let sensor = self.device(sensor);
        let operation = self.operation(0, out.address());
        let progress = match self.platform.sensor_read(sensor, number, operation) {
            Ok(Progress::Done(value)) => {
                memory.write_words(out, &[value as u32]);
                Ok(Progress::Done(0))
            }
            Ok(Progress::Pending) => Ok(Progress::Pending),
            Err(error) => Err(error),
        };
        self.progress(operation, progress)
    }

    pub(super) fn sensor_close(&mut self, handle: HandlePlace) -> Answer {
        self.close_device(HandleKind::SensorOpen, handle)
    }
}
