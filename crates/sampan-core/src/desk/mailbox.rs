// SPDX-License-Identifier: Apache-2.0
//! A container's mailbox: a ring of bytes with whole messages in it.
//!
//! A message lies in one piece: what doesn't fit before the end of the ring goes to its start. An answer to the
//! container's own request lies among the messages too, and is taken out of turn.

use super::{Part, long, put, word};

/// Bytes before topic and payload: size, source, token, both lengths.
const HEAD_LEN: usize = 24;
const SOURCE: usize = 4;
const TOKEN: usize = 8;
/// The topic's length, and in the upper half that of what the payload is said to be.
const TOPIC_LEN: usize = 16;
const PAYLOAD_LEN: usize = 20;
/// Source of an answer, which no subscription has.
const ANSWER: u32 = 0;
/// Source of an answer that has been taken.
const TAKEN: u32 = u32::MAX;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter<'b> {
    /// The subscription that it came through.
    pub(crate) source: u32,
    /// The call that waits for an answer; 0 if none does.
    pub(crate) token: u64,
    pub(crate) topic: &'b [u8],
    /// What the payload is, as senders by Ocre's calls tell it; empty from all others.
    pub(crate) content: &'b [u8],
    pub(crate) payload: &'b [u8],
}

/// The ring's state. The messages are in the region.
#[derive(Debug)]
pub(crate) struct Mailbox {
    part: Part,
    depth: u16,
    count: u16,
    head: u32,
    tail: u32,
    /// Where the messages before the wrap end.
    end: u32,
    /// Whether an answer lies here that wasn't taken.
    pub(crate) answered: bool,
}

impl Mailbox {
    pub(super) fn new(len: usize, depth: u16, end: &mut usize) -> Self {
        let part = Part::after(end, len);
        Self { part, depth, count: 0, head: 0, tail: 0, end: part.len, answered: false }
    }

    pub(super) const fn clear(&mut self) {
        (self.count, self.head, self.tail, self.end) = (0, 0, 0, self.part.len);
        self.answered = false;
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts a message in; `false` if there is no room.
    pub(crate) fn push(&mut self, region: &mut [u8], letter: &Letter<'_>) -> bool {
        let content = if cfg!(feature = "ocre") { letter.content } else { &[] };
        let texts_len = letter.topic.len().saturating_add(content.len());
        let len = HEAD_LEN.saturating_add(texts_len).saturating_add(letter.payload.len());
        let Ok(len) = u32::try_from(len.next_multiple_of(8)) else { return false };
        let wrapped = self.count > 0 && self.tail <= self.head;
        let limit = if wrapped { self.head } else { self.part.len };
        if self.count >= self.depth {
            return false;
        }
        if limit.saturating_sub(self.tail) < len {
            if wrapped || self.head < len {
                return false;
            }
            (self.end, self.tail) = (self.tail, 0);
        }
        let bytes = self.part.of(region).get_mut(self.tail as usize..).unwrap_or(&mut []);
        put(bytes, 0, &len.to_le_bytes());
        put(bytes, SOURCE, &letter.source.to_le_bytes());
        put(bytes, TOKEN, &letter.token.to_le_bytes());
        put(bytes, TOPIC_LEN, &(letter.topic.len() as u32 | (content.len() as u32) << 16).to_le_bytes());
        put(bytes, PAYLOAD_LEN, &(letter.payload.len() as u32).to_le_bytes());
        put(bytes, HEAD_LEN, letter.topic);
        put(bytes, HEAD_LEN.saturating_add(letter.topic.len()), content);
        put(bytes, HEAD_LEN.saturating_add(texts_len), letter.payload);
        self.tail = self.tail.saturating_add(len);
        self.count = self.count.saturating_add(1);
        true
    }

    fn at<'b>(&self, region: &'b mut [u8], at: u32) -> &'b mut [u8] {
        self.part.of(region).get_mut(at as usize..).unwrap_or(&mut [])
    }

    fn step(&self, region: &mut [u8], at: u32) -> u32 {
        let next = at.saturating_add(word(self.at(region, at), 0));
        if next >= self.end { 0 } else { next }
    }

    /// Takes the oldest message away.
    pub(crate) fn pop(&mut self, region: &mut [u8]) {
        if self.count == 0 {
            return;
        }
        let next = self.step(region, self.head);
        if next == 0 {
            self.end = self.part.len;
        }
        (self.head, self.count) = (next, self.count.saturating_sub(1));
        if self.count == 0 {
            self.clear();
        }
    }

    /// The oldest message.
    pub(crate) fn peek<'b>(&mut self, region: &'b mut [u8]) -> Option<Letter<'b>> {
        while self.count > 0 && word(self.at(region, self.head), SOURCE) == TAKEN {
            self.pop(region);
        }
        // An answer that nobody waits for any more is in nobody's way for long: what comes next drops it.
        while self.count > 0 && word(self.at(region, self.head), SOURCE) == ANSWER {
            self.pop(region);
        }
        (self.count > 0).then(|| letter(self.at(region, self.head)))
    }

    /// Copies the answer to the call `token` into `buffer`, and returns its length.
    pub(crate) fn take_answer(&mut self, region: &mut [u8], token: u64, buffer: &mut [u8]) -> Option<usize> {
        let mut at = self.head;
        for _ in 0..self.count {
            let bytes = self.at(region, at);
            if word(bytes, SOURCE) == ANSWER && long(bytes, TOKEN) == token {
                let payload = letter(bytes).payload;
                let len = payload.len().min(buffer.len());
                put(buffer, 0, payload.get(..len).unwrap_or(&[]));
                put(bytes, SOURCE, &TAKEN.to_le_bytes());
                self.answered = false;
                return Some(len);
            }
            at = self.step(region, at);
        }
        None
    }

    /// Puts an answer in; `false` if there is no room.
    pub(crate) fn push_answer(&mut self, region: &mut [u8], token: u64, payload: &[u8]) -> bool {
        let taken = self.push(region, &Letter { source: ANSWER, token, topic: &[], content: &[], payload });
        self.answered |= taken;
        taken
    }
}

fn letter(bytes: &[u8]) -> Letter<'_> {
    let (texts_len, payload_len) = (word(bytes, TOPIC_LEN), word(bytes, PAYLOAD_LEN) as usize);
    let content_len = if cfg!(feature = "ocre") { texts_len >> 16 } else { 0 } as usize;
    let texts = bytes.get(HEAD_LEN..).unwrap_or(&[]);
    let (topic, rest) = texts.split_at_checked(texts_len as u16 as usize).unwrap_or((&[], &[]));
    let (content, rest) = rest.split_at_checked(content_len).unwrap_or((&[], &[]));
    let payload = rest.get(..payload_len).unwrap_or(&[]);
    Letter { source: word(bytes, SOURCE), token: long(bytes, TOKEN), topic, content, payload }
}
