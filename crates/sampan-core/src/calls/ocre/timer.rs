// SPDX-License-Identifier: Apache-2.0
//! Ocre's timers: Sampan's, under numbers that the container chooses.

use super::{Outcome, errno};
use crate::calls::{Broker, HandleKind, Handler};
use crate::desk::HandlePlace;
use sampan_platform::Platform;

/// Highest number of a timer, as in Ocre's SDK; how many there may be is a matter of handles.
const MAX_ID: u8 = 16;
/// Longest interval in milliseconds.
const MAX_INTERVAL_MS: u32 = 65_535;

/// A number that may be a timer's.
fn tag(id: u32) -> Option<u8> {
    u8::try_from(id).ok().filter(|id| (1..=MAX_ID).contains(id))
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    fn ocre_timer(&mut self, id: u32) -> Option<HandlePlace> {
        let region = self.guest.strings.region.bytes();
        self.guest.desk.handles.tagged(region, HandleKind::TimerCreate, tag(id)?)
    }

    pub(super) fn ocre_timer_create(&mut self, id: u32) -> Outcome {
        let Some(tag) = tag(id) else { return Outcome::Done(errno::EINVAL) };
        if self.ocre_timer(id).is_some() {
            return Outcome::Done(errno::EBUSY);
        }
        let region = self.guest.strings.region.bytes();
        let handles = &mut self.guest.desk.handles;
        // It never runs out until it is started.
        let timer = handles.open(region, HandleKind::TimerCreate, u64::MAX, 0);
        let place = timer.and_then(|timer| handles.find(region, HandleKind::TimerCreate, timer));
        let Some(place) = place else { return Outcome::Done(errno::ENOMEM) };
        handles.set_tag(region, place, tag);
        Outcome::Done(0)
    }

    pub(super) fn ocre_timer_start(&mut self, id: u32, interval_ms: u32, periodic: bool) -> Outcome {
        let Some(place) = self.ocre_timer(id) else { return Outcome::Done(errno::EINVAL) };
        if !(1..=MAX_INTERVAL_MS).contains(&interval_ms) {
            return Outcome::Done(errno::EINVAL);
        }
        let interval_us = u64::from(interval_ms).saturating_mul(1000);
        self.timer_set(place, interval_us, if periodic { interval_us } else { 0 }).into()
    }

    pub(super) fn ocre_timer_stop(&mut self, id: u32) -> Outcome {
        let Some(place) = self.ocre_timer(id) else { return Outcome::Done(errno::EINVAL) };
        self.timer_set(place, u64::MAX, 0).into()
    }

    pub(super) fn ocre_timer_delete(&mut self, id: u32) -> Outcome {
        let Some(place) = self.ocre_timer(id) else { return Outcome::Done(errno::EINVAL) };
        self.timer_close(place).into()
    }

    /// Milliseconds, 0 for one that isn't running or has run out.
    pub(super) fn ocre_timer_remaining(&mut self, id: u32) -> Outcome {
        let Some(place) = self.ocre_timer(id) else { return Outcome::Done(errno::EINVAL) };
        let (due_us, _) = self.guest.desk.handles.get(self.guest.strings.region.bytes(), place);
        if due_us == u64::MAX {
            return Outcome::Done(0);
        }
        let remaining_us = due_us.saturating_sub(self.platform.now_us());
        Outcome::Done(i32::try_from(remaining_us.div_ceil(1000)).unwrap_or(i32::MAX))
    }
}
