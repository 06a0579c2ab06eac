// SPDX-License-Identifier: Apache-2.0
//! `sampan:event`: what there is to be told, told to a container that waits or that is called back.

use super::check::Answer;
use super::memory::{CheckedMemory, Output};
use super::table::Code;
use super::{Broker, Handler};
use crate::container::{Guest, Wait};
use sampan_platform::Platform;

/// Bytes of the struct `event`.
const EVENT_LEN: usize = 24;
const KIND_TIMER: u32 = 1;
const KIND_MESSAGE: u32 = 2;

/// The struct `event` as it lies in memory.
pub(crate) type EventBytes = [u8; EVENT_LEN];

fn event(kind: u32, source: u32, value: u64, topic_len: usize, payload_len: usize) -> EventBytes {
    let mut bytes = [0; EVENT_LEN];
    let parts = [kind, source, value as u32, (value >> 32) as u32, topic_len as u32, payload_len as u32];
    for (place, part) in bytes.chunks_exact_mut(4).zip(parts) {
        place.copy_from_slice(&part.to_le_bytes());
    }
    bytes
}

impl Guest {
    /// Whether there is something to be told.
    pub(crate) fn has_event(&mut self, now_us: u64) -> bool {
        self.desk.handles.due_us <= now_us
            || !self.desk.mailbox.is_empty() && self.desk.mailbox.peek(self.strings.region.bytes()).is_some()
    }

    /// The next event. Timers and messages take turns, so that neither keeps the other from being told.
    pub(crate) fn next_event(&mut self, now_us: u64) -> Option<EventBytes> {
        let region = self.strings.region.bytes();
        let desk = &mut self.desk;
        if desk.timer_told
            && let Some(letter) = desk.mailbox.peek(region)
        {
            desk.timer_told = false;
            return Some(event(KIND_MESSAGE, letter.source, 0, letter.topic.len(), letter.payload.len()));
        }
        if desk.handles.due_us <= now_us
            && let Some((timer, times)) = desk.handles.take_timer(region, now_us)
        {
            desk.timer_told = true;
            return Some(event(KIND_TIMER, timer, times, 0, 0));
        }
        let letter = desk.mailbox.peek(region)?;
        Some(event(KIND_MESSAGE, letter.source, 0, letter.topic.len(), letter.payload.len()))
    }
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn event_wait(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        timeout_us: u64,
        out: Output,
    ) -> Answer {
        if self.guest.stop_requested {
            return Answer::Failed(Code::Stopping);
        }
        let now_us = self.platform.now_us();
        if let Some(event) = self.guest.next_event(now_us) {
            memory.write(out, &event);
            return Answer::Done(1);
        }
        if timeout_us == 0 {
            return Answer::Done(0);
        }
        self.guest.wait = Wait::Event { deadline_us: now_us.saturating_add(timeout_us), out };
        Answer::Parked
    }
}
