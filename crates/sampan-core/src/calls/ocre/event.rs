// SPDX-License-Identifier: Apache-2.0
//! Ocre's events: what a container is told when it asks, from its own timers and its own mailbox.
//!
//! Ocre has one queue for all containers. Here there is none: a timer tells by itself that it has run out, and a
//! message stays in the mailbox until it is asked for. So nobody's events get in anybody's way or into
//! the wrong hands, and those of a container that has ended are gone with it.

use super::{Outcome, errno};
use crate::calls::memory::{CheckedMemory, Output};
use crate::calls::{Broker, HandleKind, Handler};
use crate::desk::Source;
use sampan_platform::Platform;

/// Kinds of events, and of resources.
const KIND_TIMER: u32 = 0;
pub(super) const KIND_GPIO: u32 = 1;
pub(super) const KIND_MESSAGE: u32 = 3;
const KINDS: u32 = 4;

/// Kind, id, port, state, extra, length of the payload: what they are of depends on the kind.
pub(super) type Words = [u32; 6];

/// What is kept of a container that makes Ocre's calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OcreDesk {
    /// Where messages are put, once it has said so.
    pub(super) mail: Option<Output>,
    /// Whether a message lies there that it hasn't freed.
    pub(super) occupied: bool,
    /// Number of the next message.
    pub(super) next_id: u32,
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    pub(super) fn ocre_get_event(&mut self, memory: &mut CheckedMemory<'_>, places: [Output; 6]) -> Outcome {
        let Some(words) = self.next_ocre_event(memory) else { return Outcome::Done(errno::ENOMSG) };
        for (place, word) in places.into_iter().zip(words) {
            memory.write(place, &word.to_le_bytes());
        }
        Outcome::Done(0)
    }

    /// What events come from takes turns, so that none keeps another from being told.
    fn next_ocre_event(&mut self, memory: &mut CheckedMemory<'_>) -> Option<Words> {
        let mut source = self.guest.desk.told_last;
        for _ in 0..3 {
            source = source.next();
            let words = match source {
                Source::Timer => self.next_ocre_timer(),
                Source::Mailbox => self.next_ocre_message(memory),
                Source::Device => self.next_ocre_edge(),
            };
            if words.is_some() {
                self.guest.desk.told_last = source;
                return words;
            }
        }
        None
    }

    /// A timer that runs out more than once before it is told is told once.
    fn next_ocre_timer(&mut self) -> Option<Words> {
        let region = self.guest.strings.region.bytes();
        let handles = &mut self.guest.desk.handles;
        let (timer, _) = handles.take_timer(region, self.platform.now_us())?;
        let place = handles.find(region, HandleKind::TimerCreate, timer)?;
        Some([KIND_TIMER, u32::from(handles.tag(region, place)), 0, 0, 0, 0])
    }

    /// Ocre never calls a dispatcher, it only knows of them: the SDK asks for events and calls its own.
    pub(super) fn ocre_register_dispatcher(&mut self, kind: u32) -> Outcome {
        Outcome::Done(if kind < KINDS { 0 } else { errno::EINVAL })
    }
}
