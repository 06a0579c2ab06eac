// SPDX-License-Identifier: Apache-2.0
//! `sampan:random`: bytes of the platform's source.

use super::check::Answer;
use super::memory::{CheckedMemory, Output};
use super::table::Code;
use super::{BYTE_FUEL, Broker, Handler};
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn random_fill(&mut self, memory: &mut CheckedMemory<'_>, buffer: Output) -> Answer {
        self.charge(BYTE_FUEL.saturating_mul(buffer.len() as u32));
        match self.platform.fill(memory.output(buffer)) {
            Ok(()) => Answer::Done(0),
            Err(_) => Answer::Failed(Code::Io),
        }
    }
}
