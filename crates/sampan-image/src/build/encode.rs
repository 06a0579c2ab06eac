// SPDX-License-Identifier: Apache-2.0
//! A writer of deterministic CBOR: the one form that the reader accepts.

use std::string::String;
use std::vec::Vec;

/// CBOR that grows item by item. Who opens an array or a map writes as many items as it says.
#[derive(Clone, Debug, Default)]
pub(super) struct Encoder(Vec<u8>);

impl Encoder {
    fn head(mut self, major: u8, value: u64) -> Self {
        let major = major << 5;
        let bytes = value.to_be_bytes();
        let (info, len) = match value {
            0..=23 => (bytes.last().copied().unwrap_or(0), 0),
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.0.push(major | info);
        self.0.extend(bytes.iter().skip(8_usize.saturating_sub(len)));
        self
    }

    pub(super) fn int(self, value: i32) -> Self {
        let (major, argument) = if value < 0 { (1, !value) } else { (0, value) };
        self.head(major, argument.unsigned_abs().into())
    }

    pub(super) fn unsigned(self, value: u64) -> Self {
        self.head(0, value)
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        self.head(2, bytes.len() as u64).raw(bytes)
    }

    pub(super) fn nested(self, inner: Self) -> Self {
        self.bytes(&inner.0)
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.head(3, text.len() as u64).raw(text.as_bytes())
    }

    pub(super) fn texts(self, texts: &[String]) -> Self {
        texts.iter().fold(self.array(texts.len()), |encoder, text| encoder.text(text))
    }

    pub(super) fn array(self, items: usize) -> Self {
        self.head(4, items as u64)
    }

    pub(super) fn map(self, entries: usize) -> Self {
        self.head(5, entries as u64)
    }

    pub(super) fn tag(self, number: u64) -> Self {
        self.head(6, number)
    }

    pub(super) fn boolean(self, value: bool) -> Self {
        self.head(7, if value { 21 } else { 20 })
    }

    pub(super) fn null(self) -> Self {
        self.head(7, 22)
    }

    /// Items that are encoded already.
    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// A map whose entries are written only where they have something to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries(Vec<(i32, Encoder)>);

impl Entries {
    /// Adds an entry; keys come in their order.
    pub(super) fn add(mut self, key: i32, value: Option<Encoder>) -> Self {
        self.0.extend(value.map(|value| (key, value)));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn encode(self) -> Encoder {
        let map = Encoder::default().map(self.0.len());
        self.0.into_iter().fold(map, |map, (key, value)| map.int(key).raw(&value.0))
    }
}
