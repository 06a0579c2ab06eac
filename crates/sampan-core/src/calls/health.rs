// SPDX-License-Identifier: Apache-2.0
//! `sampan:health`: what a container says of itself, for whoever asks for its statistics.

use super::check::Answer;
use super::{Broker, Handler};
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn health_confirm(&mut self) -> Answer {
        self.guest.stats.confirmed = true;
        Answer::Done(0)
    }

    pub(super) fn health_heartbeat(&mut self) -> Answer {
        self.guest.stats.heartbeats = self.guest.stats.heartbeats.saturating_add(1);
        self.guest.stats.heartbeat_us = self.platform.now_us();
        Answer::Done(0)
    }
}
