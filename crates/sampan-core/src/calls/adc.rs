// SPDX-License-Identifier: Apache-2.0
//! `sampan:adc`: analogue inputs.

use super::check::Answer;
use super::device::code_of;
use super::memory::{CheckedMemory, Input, Output};
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_abi::DeviceKind;
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn adc_open(&mut self, memory: &mut CheckedMemory<'_>, name: Input) -> Answer {
        self.open_device(memory, (DeviceKind::Adc, HandleKind::AdcOpen), name)
    }

    pub(super) fn adc_read(&mut self, input: HandlePlace) -> Answer {
        let input = self.device(input);
        let operation = self.operation(0, 0);
        let progress = self.platform.adc_read(input, operation);
        self.progress(operation, progress)
    }

    pub(super) fn adc_scale(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        input: HandlePlace,
        out: Output,
    ) -> Answer {
        let input = self.device(input);
        match self.platform.adc_scale(input) {
            Ok(scale) => {
                memory.write_words(out, &[scale.raw_max, scale.min_uv as u32, scale.max_uv as u32]);
                Answer::Done(0)
            }
            Err(error) => Answer::Failed(code_of(error)),
        }
    }

    pub(super) fn adc_close(&mut self, handle: HandlePlace) -> Answer {
        self.close_device(HandleKind::AdcOpen, handle)
    }
}
