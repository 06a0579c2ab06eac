// SPDX-License-Identifier: Apache-2.0
//! Ocre's messages: Sampan's, with a content type, for all topics that begin as a subscription says.
//!
//! A permission names topics, and a beginning can match more than one covers. So subscribing needs the permission for
//! the beginning itself, and each message the one for its topic: of the others the container gets none.

use super::event::{KIND_MESSAGE, Words};
use super::{Outcome, errno};
use crate::calls::memory::{CheckedMemory, Input, Output};
use crate::calls::msg::{Parcel, is_topic};
use crate::calls::{Broker, Handler};
use sampan_platform::Platform;

/// First byte of a subscription that is the beginning of topics; no text has it.
const PREFIX: u8 = 0xff;
/// Bytes of a filter with that.
const FILTER_LEN: usize = super::MAX_TEXT as usize + 1;
/// Content type of messages whose senders tell none.
const UNTOLD: &[u8] = b"application/octet-stream";
/// Alignment of a payload, which programs take for whatever it is.
const PAYLOAD_ALIGN: u32 = 8;

/// Whether a subscription is one of Ocre's.
pub(in crate::calls) fn is_prefix(filter: &[u8]) -> bool {
    filter.first() == Some(&PREFIX)
}

/// Whether a topic begins as such a subscription says. One with a NUL inside would be another one for the container.
pub(in crate::calls) fn matches(filter: &[u8], topic: &str) -> bool {
    let prefix = filter.get(1..).unwrap_or(&[]);
    topic.as_bytes().starts_with(prefix) && !topic.contains('\0')
}

impl<P: Platform, H: Handler> Broker<'_, P, H> {
    /// Has messages put to `mail` from now on.
    pub(super) fn ocre_mail(&mut self, mail: Output) -> Outcome {
        if !mail.address().is_multiple_of(PAYLOAD_ALIGN) {
            return Outcome::Done(errno::EINVAL);
        }
        self.guest.desk.ocre.mail = Some(mail);
        self.guest.desk.ocre.occupied = false;
        Outcome::Done(0)
    }

    pub(super) fn ocre_publish(
        &mut self,
        memory: &CheckedMemory<'_>,
        topic: Input,
        content: Input,
        payload: Input,
    ) -> Outcome {
        let (topic, content, payload) = (memory.text(topic), memory.text(content), memory.input(payload));
        if !is_topic(topic) || content.is_empty() || payload.is_empty() {
            return Outcome::Done(errno::EINVAL);
        }
        let taken = self.offer(&Parcel { topic, content, payload, token: 0 });
        Outcome::Done(if taken == 0 { errno::ENOENT } else { 0 })
    }

    pub(super) fn ocre_subscribe(&mut self, memory: &CheckedMemory<'_>, topic: Input) -> Outcome {
        let topic = memory.text(topic);
        if !is_topic(topic) {
            return Outcome::Done(errno::EINVAL);
        }
        if self.guest.desk.ocre.mail.is_none() {
            return Outcome::Done(errno::ENOMEM);
        }
        let mut filter = [PREFIX; FILTER_LEN];
        let (_, place) = filter.split_at_mut(1);
        place.iter_mut().zip(topic.bytes()).for_each(|(place, byte)| *place = byte);
        let filter = filter.get(..topic.len().saturating_add(1)).unwrap_or(&[]);
        let region = self.guest.strings.region.bytes();
        if self.guest.desk.filters.iter(region).any(|(_, known)| known == filter) {
            return Outcome::Done(0);
        }
        match self.subscribe(filter) {
            Ok(_) => Outcome::Done(0),
            Err(code) => code.into(),
        }
    }

    /// Puts the oldest message where the container has room for it. One that is too large for that is lost.
    pub(super) fn next_ocre_message(&mut self, memory: &mut CheckedMemory<'_>) -> Option<Words> {
        let region = self.guest.strings.region.bytes();
        let desk = &mut self.guest.desk;
        let mail = desk.ocre.mail.filter(|_| !desk.ocre.occupied)?;
        let letter = desk.mailbox.peek(region)?;
        let content = if letter.content.is_empty() { UNTOLD } else { letter.content };
        let parts = [letter.payload, letter.topic, b"\0", content, b"\0"];
        let copied = memory.write_all(mail, &parts);
        let (payload_len, topic_len) = (letter.payload.len() as u32, letter.topic.len() as u32);
        desk.mailbox.pop(region);
        let id = desk.ocre.next_id;
        if copied {
            desk.ocre.occupied = true;
            desk.ocre.next_id = id.wrapping_add(1);
        } else {
            self.guest.stats.messages_lost = self.guest.stats.messages_lost.saturating_add(1);
            return None;
        }
        self.charge_copy(payload_len as usize);
        let topic = mail.address().saturating_add(payload_len);
        let content = topic.saturating_add(topic_len).saturating_add(1);
        Some([KIND_MESSAGE, id, topic, content, mail.address(), payload_len])
    }

    /// Takes back the room of the message that was told last.
    pub(super) fn ocre_free_event(&mut self, [_, _, payload]: [u32; 3]) -> Outcome {
        let ocre = &mut self.guest.desk.ocre;
        if !ocre.occupied || ocre.mail.is_none_or(|mail| mail.address() != payload) {
            return Outcome::Done(errno::EINVAL);
        }
        ocre.occupied = false;
        Outcome::Done(0)
    }
}
