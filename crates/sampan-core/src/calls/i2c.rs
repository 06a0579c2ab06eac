// SPDX-License-Identifier: Apache-2.0
//! `sampan:i2c`: buses, whose operations may be answered later.

use super::check::Answer;
use super::memory::{CheckedMemory, Input, Output};
use super::table::Code;
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_abi::DeviceKind;
use sampan_platform::{I2cAddress, Platform};

/// What is added to an address of 10 bits.
const TEN_BITS: u32 = 0x8000;
const TEN_BITS_END: u32 = TEN_BITS + 0x400;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn i2c_open(&mut self, memory: &mut CheckedMemory<'_>, name: Input) -> Answer {
        self.open_device(memory, (DeviceKind::I2c, HandleKind::I2cOpen), name)
    }

    pub(super) fn i2c_transfer(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        bus: HandlePlace,
        address: u32,
        write: Input,
        read: Output,
    ) -> Answer {
        let address = match address {
            0..0x80 => I2cAddress::Seven(address as u8),
            TEN_BITS..TEN_BITS_END => I2cAddress::Ten((address - TEN_BITS) as u16),
            _ => return Answer::Failed(Code::Invalid),
        };
        let bus = self.device(bus);
        let operation = self.operation(write.address(), read.address());
        let Some((write, read)) = memory.both(write, read) else { return Answer::Failed(Code::Invalid) };
        if write.is_empty() && read.is_empty() {
            return Answer::Failed(Code::Invalid);
        }
        let len = write.len().saturating_add(read.len());
        let progress = self.platform.i2c_transfer(bus, address, write, read, operation);
        self.charge_copy(len);
        self.progress(operation, progress)
    }

    pub(super) fn i2c_close(&mut self, handle: HandlePlace) -> Answer {
        self.close_device(HandleKind::I2cOpen, handle)
    }
}
