// SPDX-License-Identifier: Apache-2.0
//! `sampan:timer`: timers are handles whose first number is when they run out, the second their period.

use super::check::Answer;
use super::table::Code;
use super::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn timer_create(&mut self, delay_us: u64, period_us: u64) -> Answer {
        let due_us = self.platform.now_us().saturating_add(delay_us);
        let region = self.guest.strings.region.bytes();
        let timer = self.guest.desk.handles.open(region, HandleKind::TimerCreate, due_us, period_us);
        timer.map(u64::from).ok_or(Code::Full).into()
    }

    pub(super) fn timer_set(&mut self, timer: HandlePlace, delay_us: u64, period_us: u64) -> Answer {
        let due_us = self.platform.now_us().saturating_add(delay_us);
        self.guest.desk.handles.set(self.guest.strings.region.bytes(), timer, due_us, period_us);
        Answer::Done(0)
    }

    pub(super) fn timer_close(&mut self, timer: HandlePlace) -> Answer {
        self.guest.desk.handles.close(self.guest.strings.region.bytes(), timer);
        Answer::Done(0)
    }
}
