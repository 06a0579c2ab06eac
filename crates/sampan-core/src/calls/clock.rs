// SPDX-License-Identifier: Apache-2.0
//! `sampan:clock`: the platform's clock, and the time of day that the firmware told.

use super::check::Answer;
use super::table::Code;
use super::{Broker, Handler};
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn clock_monotonic(&mut self) -> Answer {
        Answer::Done(self.platform.now_us() & i64::MAX as u64)
    }

    pub(super) fn clock_wall(&mut self) -> Answer {
        let Some(epoch_us) = self.epoch_us else { return Answer::Failed(Code::NotReady) };
        Answer::Done(self.platform.now_us().wrapping_add(epoch_us) & i64::MAX as u64)
    }
}
