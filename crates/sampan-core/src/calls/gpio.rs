// SPDX-License-Identifier: Apache-2.0
//! `sampan:gpio`: digital lines, of which several containers may hold one.

use super::check::Answer;
use super::device::code_of;
use super::memory::{CheckedMemory, Input};
use super::table::Code;
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_abi::DeviceKind;
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn gpio_open(&mut self, memory: &mut CheckedMemory<'_>, name: Input) -> Answer {
        self.open_device(memory, (DeviceKind::Gpio, HandleKind::GpioOpen), name)
    }

    pub(super) fn gpio_read(&mut self, line: HandlePlace) -> Answer {
        let line = self.device(line);
        self.platform.gpio_read(line).map(u64::from).map_err(code_of).into()
    }

    pub(super) fn gpio_write(&mut self, line: HandlePlace, active: u32) -> Answer {
        if active > 1 {
            return Answer::Failed(Code::Invalid);
        }
        let line = self.device(line);
        self.platform.gpio_write(line, active == 1).map(|()| 0).map_err(code_of).into()
    }

    pub(super) fn gpio_watch(&mut self, line: HandlePlace, edges: u32) -> Answer {
        self.watch_device(HandleKind::GpioOpen, line, edges)
    }

    pub(super) fn gpio_close(&mut self, handle: HandlePlace) -> Answer {
        self.close_device(HandleKind::GpioOpen, handle)
    }
}
