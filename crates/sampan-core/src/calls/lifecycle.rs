// SPDX-License-Identifier: Apache-2.0
//! `sampan:lifecycle`: what a container is told about its own life.

use super::check::Answer;
use super::{Broker, Handler};
use sampan_platform::Platform;

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn lifecycle_stop_requested(&mut self) -> Answer {
        Answer::Done(u64::from(self.guest.stop_requested))
    }
}
