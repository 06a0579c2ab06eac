// SPDX-License-Identifier: Apache-2.0
//! `sampan:spi`: peripherals, whose operations may be answered later.

use super::check::Answer;
use super::memory::{CheckedMemory, Input, Output};
use super::table::Code;
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_abi::DeviceKind;
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn spi_open(&mut self, memory: &mut CheckedMemory<'_>, name: Input) -> Answer {
        self.open_device(memory, (DeviceKind::Spi, HandleKind::SpiOpen), name)
    }

    pub(super) fn spi_transfer(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        peripheral: HandlePlace,
        bytes: Output,
    ) -> Answer {
        if bytes.len() == 0 {
            return Answer::Failed(Code::Invalid);
        }
        let peripheral = self.device(peripheral);
        let operation = self.operation(bytes.address(), bytes.address());
        let progress = self.platform.spi_transfer(peripheral, memory.output(bytes), operation);
        self.charge_copy(bytes.len());
        self.progress(operation, progress)
    }

    pub(super) fn spi_close(&mut self, handle: HandlePlace) -> Answer {
        self.close_device(HandleKind::SpiOpen, handle)
    }
}
