// SPDX-License-Identifier: Apache-2.0
//! Values by their keys in a bounded number of bytes, packed one behind the other.

use super::{Part, put};

/// Bytes of a record beside key and value: the key's length, its mark, the value's length.
const HEAD_LEN: usize = 4;
/// By what open handles find a record wherever it has moved; 0 if none does.
#[cfg(feature = "wasi-files")]
const MARK: usize = 1;
#[cfg(feature = "wasi-files")]
const VALUE_LEN: usize = 2;

/// The shelf. Its records are in the region.
#[derive(Debug)]
pub(crate) struct Shelf {
    part: Part,
    used: u32,
}

impl Shelf {
    pub(super) fn new(len: usize, end: &mut usize) -> Self {
        Self { part: Part::after(end, len), used: 0 }
    }

    pub(super) const fn clear(&mut self) {
        self.used = 0;
    }

    /// Bytes that a value takes.
    pub(crate) const fn record_len(key: &[u8], value: &[u8]) -> usize {
        HEAD_LEN.saturating_add(key.len()).saturating_add(value.len())
    }

    /// Key and value of each record.
    pub(crate) fn iter<'b>(
        &self,
        region: &'b mut [u8],
    ) -> impl Iterator<Item = (&'b [u8], &'b [u8])> + use<'b> {
        let mut rest: &[u8] = self.part.of(region).get(..self.used as usize).unwrap_or(&[]);
        core::iter::from_fn(move || {
            let (key, value, after) = record(rest)?;
            rest = after;
            Some((key, value))
        })
    }

    pub(crate) fn get<'b>(&self, region: &'b mut [u8], key: &[u8]) -> Option<&'b [u8]> {
        self.iter(region).find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// Forgets a value; whether there was one.
    pub(crate) fn delete(&mut self, region: &mut [u8], key: &[u8]) -> bool {
        let mut start = 0_usize;
        let mut found = 0_usize;
        for (known, value) in self.iter(region) {
            let len = Self::record_len(known, value);
            if known == key {
                found = len;
                break;
            }
            start = start.saturating_add(len);
        }
        if found == 0 {
            return false;
        }
        let used = self.used as usize;
        let bytes = self.part.of(region).get_mut(start..used).unwrap_or(&mut []);
        bytes.copy_within(found.min(bytes.len()).., 0);
        self.used = used.saturating_sub(found) as u32;
        true
    }

    /// Stores a value in place of any that the key has; `false`, with nothing changed, if it has no room.
    pub(crate) fn set(&mut self, region: &mut [u8], key: &[u8], value: &[u8]) -> bool {
        let (Ok(key_len), Ok(value_len)) = (u8::try_from(key.len()), u16::try_from(value.len())) else {
            return false;
        };
        let old = self.get(region, key).map_or(0, |old| Self::record_len(key, old));
        let len = Self::record_len(key, value);
        let left = (self.part.len as usize).saturating_sub(self.used as usize).saturating_add(old);
        if len > left {
            return false;
        }
        #[cfg(feature = "wasi-files")]
        let mark = self.mark(region, key);
        #[cfg(not(feature = "wasi-files"))]
        let mark = 0;
        self.delete(region, key);
        let bytes = self.part.of(region).get_mut(self.used as usize..).unwrap_or(&mut []);
        let [low, high] = value_len.to_le_bytes();
        put(bytes, 0, &[key_len, mark, low, high]);
        put(bytes, HEAD_LEN, key);
        put(bytes, HEAD_LEN.saturating_add(key.len()), value);
        self.used = self.used.saturating_add(len as u32);
        true
    }
}

#[cfg(feature = "wasi-files")]
impl Shelf {
    /// Where each record begins, its mark, its key and the length of its value.
    fn places<'b>(
        &self,
        region: &'b mut [u8],
    ) -> impl Iterator<Item = (usize, u8, &'b [u8], usize)> + use<'b> {
        let all: &[u8] = self.part.of(region).get(..self.used as usize).unwrap_or(&[]);
        let mut start = 0_usize;
        core::iter::from_fn(move || {
            let rest = all.get(start..)?;
            let (key, value, after) = record(rest)?;
            let place = (start, rest.get(MARK).copied().unwrap_or(0), key, value.len());
            start = all.len().saturating_sub(after.len());
            Some(place)
        })
    }

    /// The mark of a key's record.
    pub(crate) fn mark(&self, region: &mut [u8], key: &[u8]) -> u8 {
        self.places(region).find(|(_, _, known, _)| *known == key).map_or(0, |(_, mark, _, _)| mark)
    }

    /// Marks a key's record and no other one.
    pub(crate) fn set_mark(&self, region: &mut [u8], key: &[u8], mark: u8) {
        let old = self.places(region).find(|(_, known, _, _)| *known == mark).map(|(start, ..)| start);
        let new = self.places(region).find(|(_, _, known, _)| *known == key).map(|(start, ..)| start);
        let bytes = self.part.of(region);
        for (start, mark) in [(old, 0), (new, mark)] {
            if let Some(start) = start {
                put(bytes, start.saturating_add(MARK), &[mark]);
            }
        }
    }

    /// Key and value of the record with that mark.
    pub(crate) fn marked<'b>(&self, region: &'b mut [u8], mark: u8) -> Option<(&'b [u8], &'b mut [u8])> {
        let (start, _, key, value_len) = self.places(region).find(|(_, known, _, _)| *known == mark)?;
        let key_len = key.len();
        let record = self.part.of(region).get_mut(start.saturating_add(HEAD_LEN)..)?;
        let (key, rest) = record.split_at_mut_checked(key_len)?;
        Some((key, rest.get_mut(..value_len)?))
    }

    /// Makes the value with that mark at least `len` bytes long by zeros; `false`, with nothing changed, if they have no room.
    pub(crate) fn lengthen(&mut self, region: &mut [u8], mark: u8, len: usize) -> bool {
        let found = self.places(region).find(|(_, known, _, _)| *known == mark);
        let (Some((start, _, key, old_len)), Ok(value_len)) = (found, u16::try_from(len)) else {
            return false;
        };
        if len <= old_len {
            return true;
        }
        let value = start.saturating_add(HEAD_LEN).saturating_add(key.len());
        let (old_end, new_end) = (value.saturating_add(old_len), value.saturating_add(len));
        let used = (self.used as usize).saturating_add(len.saturating_sub(old_len));
        let Some(bytes) = self.part.of(region).get_mut(..used) else { return false };
        bytes.copy_within(old_end..self.used as usize, new_end);
        if let Some(added) = bytes.get_mut(old_end..new_end) {
            added.fill(0);
        }
        put(bytes, start.saturating_add(VALUE_LEN), &value_len.to_le_bytes());
        self.used = used as u32;
        true
    }
}

/// The first record, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (&[key_len, _, low, high], rest) = bytes.split_first_chunk()?;
    let (key, rest) = rest.split_at_checked(usize::from(key_len))?;
    let (value, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([low, high])))?;
    Some((key, value, rest))
}
