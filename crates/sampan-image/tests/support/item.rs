// SPDX-License-Identifier: Apache-2.0
//! CBOR that can be wrong: written by nothing of the crate under test.

/// One item. Maps keep the order that they're given, and `Raw` is whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Item>),
    Map(Vec<(Item, Item)>),
    Tag(u64, Box<Item>),
    Bool(bool),
    Null,
    Nested(Box<Item>),
    Raw(Vec<u8>),
}

fn head(major: u8, value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let (info, len) = match value {
        0..=23 => return vec![major << 5 | bytes[7]],
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | info], &bytes[8 - len..]].concat()
}

impl Item {
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(bytes.as_ref().to_vec())
    }

    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub fn map<const N: usize>(entries: [(i64, Item); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Self::Int(key), value)).collect())
    }

    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Int(value) if *value < 0 => head(1, (!value).unsigned_abs()),
            Self::Int(value) => head(0, value.unsigned_abs()),
            Self::Bytes(bytes) => [head(2, bytes.len() as u64), bytes.clone()].concat(),
            Self::Text(text) => [head(3, text.len() as u64), text.as_bytes().to_vec()].concat(),
            Self::Array(items) => {
                let items: Vec<_> = items.iter().map(Self::encode).collect();
                [head(4, items.len() as u64), items.concat()].concat()
            }
            Self::Map(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| [key.encode(), value.encode()].concat()).collect();
                [head(5, entries.len() as u64), entries.concat()].concat()
            }
            Self::Tag(number, item) => [head(6, *number), item.encode()].concat(),
            Self::Bool(value) => vec![if *value { 0xf5 } else { 0xf4 }],
            Self::Null => vec![0xf6],
            Self::Nested(item) => Self::Bytes(item.encode()).encode(),
            Self::Raw(bytes) => bytes.clone(),
        }
    }
}
