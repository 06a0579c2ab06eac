// SPDX-License-Identifier: Apache-2.0
//! `sampan:msg`: messages on topics, into mailboxes with bounds.
//!
//! A payload is copied once into each mailbox that takes it, straight from its sender's memory, and once out of it. A
//! mailbox that is full loses the message, which its container's statistics count; nobody waits for anybody.

use super::check::Answer;
use super::memory::{CheckedMemory, Input, Output};
use super::table::Code;
use super::{Broker, CallToken, HandleKind, Handler, Message};
use crate::container::{Guest, Wait};
use crate::desk::{HandlePlace, Letter};
use sampan_image::Argument;
use sampan_platform::Platform;

/// Fuel for offering a message to one container.
const OFFER_FUEL: u32 = 10;

/// The other containers, of which a call sees their desks alone.
pub(crate) trait Others {
    /// Shows each of them.
    fn each(&mut self, visit: &mut dyn FnMut(&mut Guest));
}

/// Whether a text is a topic to publish on.
pub(crate) fn is_topic(text: &str) -> bool {
    !text.is_empty() && !text.contains(['+', '#'])
}

/// A message on its way.
pub(crate) struct Parcel<'a> {
    pub(crate) topic: &'a str,
    /// What the payload is said to be; may be empty.
    pub(crate) content: &'a str,
    pub(crate) payload: &'a [u8],
    /// Names the request that it is, if it is one.
    pub(crate) token: u64,
}

/// Whether a subscription's filter matches a topic.
fn matches(filter: &[u8], topic: &str) -> bool {
    #[cfg(feature = "ocre")]
    if super::ocre::is_prefix(filter) {
        return super::ocre::matches(filter, topic);
    }
    core::str::from_utf8(filter).is_ok_and(|filter| Argument::Topic(filter).covers(&Argument::Topic(topic)))
}

impl Guest {
    /// Puts a message into the mailbox if a subscription matches it; whether it's there.
    pub(crate) fn deliver(&mut self, parcel: &Parcel<'_>) -> bool {
        let Parcel { topic, content, payload, token } = *parcel;
        let region = self.strings.region.bytes();
        let found = self.desk.filters.iter(region).find(|(_, filter)| matches(filter, topic));
        #[cfg(feature = "ocre")]
        let by_prefix = found.is_some_and(|(_, filter)| super::ocre::is_prefix(filter));
        let Some(source) = found.and_then(|(key, _)| key.first_chunk()).copied().map(u32::from_le_bytes)
        else {
            return false;
        };
        #[cfg(feature = "ocre")]
        if by_prefix && !self.desk.grants.allows(region, super::Permit::MsgSub, Argument::Topic(topic)) {
            return false;
        }
        let letter = Letter { source, token, topic: topic.as_bytes(), content: content.as_bytes(), payload };
        let taken = self.desk.mailbox.push(region, &letter);
        let counter = if taken { &mut self.stats.messages } else { &mut self.stats.messages_lost };
        *counter = counter.saturating_add(1);
        taken
    }

    /// Puts the answer to its request into the mailbox.
    pub(crate) fn deliver_answer(&mut self, token: u64, payload: &[u8]) -> Result<(), Code> {
        let waits = CallToken::from_raw(token).is_some_and(|token| {
            token.id == self.id && matches!(self.wait, Wait::Reply { number, .. } if number == token.number)
        });
        if !waits {
            return Err(Code::NotFound);
        }
        let taken = self.desk.mailbox.push_answer(self.strings.region.bytes(), token, payload);
        taken.then_some(()).ok_or(Code::Full)
    }
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// Offers a message to all; how many took it. The sender of a request is no receiver of it.
    pub(super) fn offer(&mut self, parcel: &Parcel<'_>) -> u64 {
        let Parcel { topic, payload, token, .. } = *parcel;
        let mut taken = 0_u64;
        let mut offered = 0_u32;
        let mut offer = |guest: &mut Guest| {
            offered = offered.saturating_add(1);
            taken = taken.saturating_add(u64::from(guest.deliver(parcel)));
        };
        if token == 0 {
            offer(self.guest);
        }
        self.others.each(&mut offer);
        let message =
            Message { sender: Some(self.guest.id), topic, payload, token: CallToken::from_raw(token) };
        taken = taken.saturating_add(self.subscribers.offer(&message));
        self.charge(OFFER_FUEL.saturating_mul(offered));
        self.charge_copy(payload.len().saturating_mul(taken as usize));
        taken
    }

    pub(super) fn msg_publish(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        topic: Input,
        payload: Input,
    ) -> Answer {
        let topic = memory.text(topic);
        if !is_topic(topic) {
            return Answer::Failed(Code::Invalid);
        }
        let payload = memory.input(payload);
        Answer::Done(self.offer(&Parcel { topic, content: "", payload, token: 0 }))
    }

    pub(super) fn msg_subscribe(&mut self, memory: &mut CheckedMemory<'_>, filter: Input) -> Answer {
        self.subscribe(memory.input(filter)).into()
    }

    /// Opens a subscription and answers its handle.
    pub(super) fn subscribe(&mut self, filter: &[u8]) -> Result<u64, Code> {
        let region = self.guest.strings.region.bytes();
        let desk = &mut self.guest.desk;
        let handle = desk.handles.open(region, HandleKind::MsgSubscribe, 0, 0).ok_or(Code::Full)?;
        if !desk.filters.set(region, &handle.to_le_bytes(), filter) {
            if let Some(place) = desk.handles.find(region, HandleKind::MsgSubscribe, handle) {
                desk.handles.close(region, place);
            }
            return Err(Code::Full);
        }
        Ok(u64::from(handle))
    }

    pub(super) fn msg_unsubscribe(&mut self, subscription: HandlePlace) -> Answer {
        let region = self.guest.strings.region.bytes();
        let desk = &mut self.guest.desk;
        let handle = desk.handles.number(region, subscription);
        desk.filters.delete(region, &handle.to_le_bytes());
        desk.handles.close(region, subscription);
        Answer::Done(0)
    }

    pub(super) fn msg_receive(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        topic: Output,
        payload: Output,
        message: Output,
    ) -> Answer {
        let region = self.guest.strings.region.bytes();
        let desk = &mut self.guest.desk;
        let Some(letter) = desk.mailbox.peek(region) else { return Answer::Failed(Code::Empty) };
        let Letter { source, token, .. } = letter;
        let (topic_len, payload_len) = (letter.topic.len(), letter.payload.len());
        let info = [topic_len as u32, payload_len as u32, source, 0];
        if topic_len > topic.len() || payload_len > payload.len() {
            memory.write_words(message, &info);
            return Answer::Failed(Code::TooSmall);
        }
        memory.write(topic, letter.topic);
        memory.write(payload, letter.payload);
        let mut reply = 0;
        if token != 0 {
            let Some(handle) = desk.handles.open(region, HandleKind::MsgReceive, token, 0) else {
                return Answer::Failed(Code::Full);
            };
            reply = handle;
        }
        memory.write_words(message, &[topic_len as u32, payload_len as u32, source, reply]);
        desk.mailbox.pop(region);
        self.charge_copy(payload_len);
        Answer::Done(0)
    }

    pub(super) fn msg_request(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        topic: Input,
        payload: Input,
        timeout_us: u64,
        out: Output,
    ) -> Answer {
        if self.guest.stop_requested {
            return Answer::Failed(Code::Stopping);
        }
        let topic = memory.text(topic);
        if !is_topic(topic) {
            return Answer::Failed(Code::Invalid);
        }
        let number = *self.next_call;
        *self.next_call = number.wrapping_add(1);
        let token = CallToken { id: self.guest.id, number };
        let payload = memory.input(payload);
        if self.offer(&Parcel { topic, content: "", payload, token: token.to_raw() }) == 0 {
            return Answer::Failed(Code::NotFound);
        }
        self.guest.desk.mailbox.answered = false;
        let deadline_us = self.platform.now_us().saturating_add(timeout_us);
        self.guest.wait = Wait::Reply { number, deadline_us, out };
        Answer::Parked
    }

    pub(super) fn msg_reply(
        &mut self,
        memory: &mut CheckedMemory<'_>,
        reply: HandlePlace,
        payload: Input,
    ) -> Answer {
        let region = self.guest.strings.region.bytes();
        let (token, _) = self.guest.desk.handles.get(region, reply);
        let payload = memory.input(payload);
        let mut result = Err(Code::NotFound);
        self.others.each(&mut |guest| {
            if result == Err(Code::NotFound) {
                result = guest.deliver_answer(token, payload);
            }
        });
        if result != Err(Code::Full) {
            self.guest.desk.handles.close(self.guest.strings.region.bytes(), reply);
        }
        self.charge_copy(payload.len());
        result.map(|()| 0).into()
    }
}
