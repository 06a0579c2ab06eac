// SPDX-License-Identifier: Apache-2.0
//! `sampan:clock`: the platform's clock, and the time of day: the firmware's word, or else the platform's own.

use super::check::Answer;
use super::table::Code;
use super::{Broker, Handler};
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn clock_monotonic(&mut self) -> Answer {
        Answer::Done(self.platform.now_us() & i64::MAX as u64)
    }

    pub(super) fn clock_wall(&mut self) -> Answer {
        let told_us = self.epoch_us.map(|epoch_us| self.platform.now_us().wrapping_add(epoch_us));
        match told_us.or_else(|| self.platform.wall_us()) {
            Some(unix_us) => Answer::Done(unix_us & i64::MAX as u64),
            None => Answer::Failed(Code::NotReady),
        }
    }
}
