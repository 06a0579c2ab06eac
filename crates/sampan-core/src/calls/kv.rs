// SPDX-License-Identifier: Apache-2.0
//! `sampan:kv`: values in the container's own region, within the bytes that its permission gives.

use super::check::Answer;
use super::memory::{CheckedMemory, Input, Output};
use super::table::Code;
use super::{Broker, Handler};
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn kv_set(&mut self, memory: &mut CheckedMemory<'_>, key: Input, value: Input) -> Answer {
        let (key, value) = (memory.input(key), memory.input(value));
        if key.is_empty() {
            return Answer::Failed(Code::Invalid);
        }
        self.charge_copy(value.len());
        let stored = self.guest.desk.values.set(self.guest.strings.region.bytes(), key, value);
        stored.then_some(0).ok_or(Code::Full).into()
    }

    pub(super) fn kv_get(&mut self, memory: &mut CheckedMemory<'_>, key: Input, buffer: Output) -> Answer {
        let region = self.guest.strings.region.bytes();
        let Some(value) = self.guest.desk.values.get(region, memory.input(key)) else {
            return Answer::Failed(Code::NotFound);
        };
        if value.len() > buffer.len() {
            return Answer::Failed(Code::TooSmall);
        }
        let len = value.len();
        memory.write(buffer, value);
        self.charge_copy(len);
        Answer::Done(len as u64)
    }

    pub(super) fn kv_delete(&mut self, memory: &mut CheckedMemory<'_>, key: Input) -> Answer {
        let deleted = self.guest.desk.values.delete(self.guest.strings.region.bytes(), memory.input(key));
        deleted.then_some(0).ok_or(Code::NotFound).into()
    }
}
