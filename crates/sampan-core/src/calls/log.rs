// SPDX-License-Identifier: Apache-2.0
//! `sampan:log`: lines under the container's name.

use super::check::Answer;
use super::memory::{CheckedMemory, Input};
use super::table::Code;
use super::{BYTE_FUEL, Broker, Handler};
use sampan_abi::LogLevel;
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn log_write(&mut self, memory: &mut CheckedMemory<'_>, level: u32, text: Input) -> Answer {
        let level = match level {
            2 => LogLevel::Warning,
            3 => LogLevel::Info,
            _ => return Answer::Failed(Code::Invalid),
        };
        let bytes = memory.input(text);
        let source = self.guest.name;
        // A line that was begun by another way ends here.
        self.guest.line.flush(self.platform, source.as_str());
        self.guest.line.write(self.platform, source.as_str(), level, bytes);
        self.guest.line.flush(self.platform, source.as_str());
        self.charge(BYTE_FUEL.saturating_mul(bytes.len() as u32));
        Answer::Done(0)
    }
}
