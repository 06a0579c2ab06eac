// SPDX-License-Identifier: Apache-2.0
//! `sampan:event`: what there is to be told, told to a container that waits or that is called back.

use super::check::Answer;
use super::memory::{CheckedMemory, Output};
use super::table::Code;
use super::{Broker, Handler};
use crate::container::{Guest, Wait};
use crate::desk::{HandleKind, Letter, Source};
use sampan_platform::Platform;

/// Bytes of the struct `event`.
const EVENT_LEN: usize = 24;
const KIND_TIMER: u32 = 1;
const KIND_MESSAGE: u32 = 2;
const KIND_GPIO: u32 = 3;
const KIND_UART: u32 = 4;
const KIND_NET: u32 = 5;

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

fn message(letter: &Letter<'_>) -> EventBytes {
    event(KIND_MESSAGE, letter.source, 0, letter.topic.len(), letter.payload.len())
}

impl Guest {
    /// Whether there is something to be told.
    pub(crate) fn has_event(&mut self, now_us: u64) -> bool {
        self.desk.handles.due_us <= now_us
            || self.desk.handles.news
            || !self.desk.mailbox.is_empty() && self.desk.mailbox.peek(self.strings.region.bytes()).is_some()
    }

    /// The next event. What events come from takes turns, so that none keeps another from being told.
    pub(crate) fn next_event(&mut self, now_us: u64) -> Option<EventBytes> {
        let order = match self.desk.told_last {
            Source::Timer => [Source::Mailbox, Source::Device, Source::Timer],
            Source::Mailbox => [Source::Device, Source::Timer, Source::Mailbox],
            Source::Device => [Source::Timer, Source::Mailbox, Source::Device],
        };
        let (source, event) =
            order.into_iter().find_map(|source| Some((source, self.event_of(source, now_us)?)))?;
        self.desk.told_last = source;
        Some(event)
    }

    fn event_of(&mut self, source: Source, now_us: u64) -> Option<EventBytes> {
        let region = self.strings.region.bytes();
        let desk = &mut self.desk;
        match source {
            Source::Timer if desk.handles.due_us > now_us => None,
            Source::Timer => {
                let (timer, times) = desk.handles.take_timer(region, now_us)?;
                Some(event(KIND_TIMER, timer, times, 0, 0))
            }
            Source::Mailbox => desk.mailbox.peek(region).map(|letter| message(&letter)),
            Source::Device if !desk.handles.news => None,
            Source::Device => {
                let (kind, handle, value) = desk.handles.take_news(region)?;
                let kind = match kind {
                    HandleKind::GpioOpen => KIND_GPIO,
                    HandleKind::UartOpen => KIND_UART,
                    _ => KIND_NET,
                };
                Some(event(kind, handle, value, 0, 0))
            }
        }
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
