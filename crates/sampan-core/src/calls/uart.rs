// SPDX-License-Identifier: Apache-2.0
//! `sampan:uart`: serial lines.

use super::check::Answer;
use super::device::code_of;
use super::memory::{CheckedMemory, Input, Output};
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_abi::DeviceKind;
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn uart_open(&mut self, memory: &mut CheckedMemory<'_>, name: Input) -> Answer {
        self.open_device(memory, (DeviceKind::Uart, HandleKind::UartOpen), name)
    }

    pub(super) fn uart_write(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        line: HandlePlace,
        bytes: Input,
    ) -> Answer {
        let line = self.device(line);
        let data = memory.input(bytes);
        if data.is_empty() {
            return Answer::Done(0);
        }
        let operation = self.operation(bytes.address(), 0);
        let progress = self.platform.uart_write(line, data, operation);
        self.charge_copy(data.len());
        self.progress(operation, progress)
    }

    pub(super) fn uart_read(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        line: HandlePlace,
        buffer: Output,
    ) -> Answer {
        let line = self.device(line);
        let count = self.platform.uart_read(line, memory.output(buffer));
        self.charge_copy(buffer.len());
        count.map(|count| count as u64).map_err(code_of).into()
    }

    pub(super) fn uart_watch(&mut self, line: HandlePlace, readiness: u32) -> Answer {
        self.watch_device(HandleKind::UartOpen, line, readiness)
    }

    pub(super) fn uart_close(&mut self, handle: HandlePlace) -> Answer {
        self.close_device(HandleKind::UartOpen, handle)
    }
}
