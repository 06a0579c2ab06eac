// SPDX-License-Identifier: Apache-2.0
//! A reader for deterministic CBOR that accepts one encoding of everything.
//!
//! Lengths are definite, numbers in their shortest form, map keys sorted and unique. There is no way to
//! skip an item: what isn't known is refused, so nothing goes through unread. Offsets count from the
//! beginning of the whole input, also inside byte strings that hold CBOR.

use crate::error::{Error, ErrorKind};

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;
const FALSE: u32 = 20;
const TRUE: u32 = 21;
const NULL: u32 = 22;

/// Reads a range of the input, front to back.
// What its methods return fits registers where it can: they're called from hundreds of places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// The whole input up to where this reader ends.
    input: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self { input, position: 0 }
    }

    /// Offset of the next item in the whole input.
    pub(crate) const fn offset(&self) -> usize {
        self.position
    }

    /// Fails unless all was read.
    pub(crate) const fn finish(&self) -> Result<(), Error> {
        if self.position == self.input.len() {
            Ok(())
        } else {
            Err(ErrorKind::TrailingBytes.at(self.position))
        }
    }

    /// The bytes from `start`, an offset that was reached before, up to here.
    #[inline(never)]
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.input.get(start..self.position).unwrap_or(&[])
    }

    #[inline(never)]
    fn take(&mut self, len: u32) -> Result<&'a [u8], Error> {
        let start = self.position;
        let end = start.saturating_add(len as usize);
        let bytes = self.input.get(start..end).ok_or(ErrorKind::Truncated.at(start))?;
        self.position = end;
        Ok(bytes)
    }

    /// Major type of the next item, and its argument.
    #[inline(never)]
    fn head(&mut self, argument: &mut u64) -> Result<u8, Error> {
        let start = self.position;
        let first = self.take(1)?.first().copied().unwrap_or(0);
        let (major, info) = (first >> 5, first & 0x1f);
        *argument = u64::from(info);
        let len = match info {
            0..=23 => return Ok(major),
            24..=27 => 1 << (info & 3),
            31 => return Err(ErrorKind::IndefiniteLength.at(start)),
            _ => return Err(ErrorKind::UnexpectedType.at(start)),
        };
        *argument = self.take(len)?.iter().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
        // A simple value or float of more than one byte has no place in any of the formats.
        if major == SIMPLE {
            return Err(ErrorKind::UnexpectedType.at(start));
        }
        // What fits half as many bytes, or the first one, has a shorter form.
        let fits = match len {
            1 => *argument < 24,
            len => *argument >> (len << 2) == 0,
        };
        if fits { Err(ErrorKind::NotShortest.at(start)) } else { Ok(major) }
    }

    /// The argument of the next item, which is of this type; one beyond 32 bits comes as the highest of these, which is
    /// more than any length in an image.
    #[inline(never)]
    fn expect(&mut self, major: u8) -> Result<u32, Error> {
        let start = self.position;
        let mut argument = 0;
        if self.head(&mut argument)? != major {
            return Err(ErrorKind::UnexpectedType.at(start));
        }
        Ok(u32::try_from(argument).unwrap_or(u32::MAX))
    }

    #[inline(never)]
    pub(crate) fn unsigned(&mut self) -> Result<u64, Error> {
        let start = self.position;
        let mut argument = 0;
        match self.head(&mut argument)? {
            UNSIGNED => Ok(argument),
            _ => Err(ErrorKind::UnexpectedType.at(start)),
        }
    }

    /// A number of at most `most`.
    #[inline(never)]
    pub(crate) fn number(&mut self, most: u32) -> Result<u32, Error> {
        let start = self.position;
        match u32::try_from(self.unsigned()?) {
            Ok(value) if value <= most => Ok(value),
            _ => Err(ErrorKind::OutOfRange.at(start)),
        }
    }

    /// A number of either sign: a key, a command, or what an algorithm is called.
    #[inline(never)]
    pub(crate) fn integer(&mut self) -> Result<i32, Error> {
        let start = self.position;
        let mut argument = 0;
        let major = self.head(&mut argument)?;
        let value = i32::try_from(argument).map_err(|_| ErrorKind::OutOfRange.at(start))?;
        match major {
            UNSIGNED => Ok(value),
            NEGATIVE => Ok(!value),
            _ => Err(ErrorKind::UnexpectedType.at(start)),
        }
    }

    #[inline(never)]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let len = self.expect(BYTES)?;
        self.take(len)
    }

    /// A byte string of `N` bytes.
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<&'a [u8; N], Error> {
        let start = self.position;
        self.bytes()?.try_into().map_err(|_| ErrorKind::OutOfRange.at(start))
    }

    /// A byte string that holds CBOR.
    #[inline(never)]
    pub(crate) fn nested(&mut self) -> Result<Self, Error> {
        let len = self.bytes()?.len();
        let input = self.input.get(..self.position).unwrap_or(&[]);
        Ok(Self { input, position: self.position.saturating_sub(len) })
    }

    #[inline(never)]
    pub(crate) fn text(&mut self) -> Result<&'a str, Error> {
        let start = self.position;
        let len = self.expect(TEXT)?;
        core::str::from_utf8(self.take(len)?).map_err(|_| ErrorKind::NotText.at(start))
    }

    /// Number of items of an array, at most `most`.
    #[inline(never)]
    pub(crate) fn array(&mut self, most: usize) -> Result<usize, Error> {
        let start = self.position;
        let len = self.expect(ARRAY)? as usize;
        if len <= most { Ok(len) } else { Err(ErrorKind::TooMany.at(start)) }
    }

    /// A map, whose entries are to be read through what this returns.
    #[inline(never)]
    pub(crate) fn map(&mut self) -> Result<Keys, Error> {
        Ok(Keys { start: self.position, left: self.expect(MAP)? as usize, least: 0 })
    }

    #[inline(never)]
    pub(crate) fn tag(&mut self, number: u32) -> Result<(), Error> {
        let start = self.position;
        if self.expect(TAG)? == number { Ok(()) } else { Err(ErrorKind::UnexpectedType.at(start)) }
    }

    #[inline(never)]
    pub(crate) fn null(&mut self) -> Result<(), Error> {
        let start = self.position;
        if self.expect(SIMPLE)? == NULL { Ok(()) } else { Err(ErrorKind::UnexpectedType.at(start)) }
    }

    #[inline(never)]
    pub(crate) fn boolean(&mut self) -> Result<bool, Error> {
        let start = self.position;
        match self.expect(SIMPLE)? {
            FALSE => Ok(false),
            TRUE => Ok(true),
            _ => Err(ErrorKind::UnexpectedType.at(start)),
        }
    }

    /// Whether the next item is `true` rather than a number.
    pub(crate) fn at_true(&self) -> bool {
        self.peek() == 0xf5
    }

    /// Whether the next item is text.
    pub(crate) fn at_text(&self) -> bool {
        self.peek() >> 5 == TEXT
    }

    /// The next byte; at the end one that begins no item.
    #[inline(never)]
    fn peek(&self) -> u8 {
        self.input.get(self.position).copied().unwrap_or(u8::MAX)
    }
}

/// The keys of a map, which come sorted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    start: usize,
    left: usize,
    /// Rank of the next key, at least: 0, 1, ... then -1, -2, ..., as the encoded keys are ordered.
    least: u32,
}

impl Keys {
    /// Entries not read yet.
    pub(crate) const fn left(&self) -> usize {
        self.left
    }

    /// Reads the next key, an integer; `None` after the last entry.
    #[inline(never)]
    pub(crate) fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<i32>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        let offset = reader.offset();
        let key = reader.integer()?;
        let rank = if key < 0 { !key } else { key }.unsigned_abs() | (key.cast_unsigned() & 1 << 31);
        if rank < self.least {
            return Err(ErrorKind::KeyOrder.at(offset));
        }
        // The last rank of all has none after it, which `left` needn't know: it's no key of any format.
        (self.left, self.least) = (left, rank.saturating_add(1));
        Ok(Some(key))
    }

    /// Notes that an entry whose key isn't an integer was read.
    pub(crate) const fn pass(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// Reads the next key, which must be `key`.
    #[inline(never)]
    pub(crate) fn expect(&mut self, reader: &mut Reader<'_>, key: i32) -> Result<(), Error> {
        let offset = reader.offset();
        match self.next(reader)? {
            Some(found) if found == key => Ok(()),
            // A smaller one than what is due can't be that of a later entry.
            Some(found) if (0..key).contains(&found) => Err(ErrorKind::UnknownKey.at(offset)),
            _ => Err(ErrorKind::MissingKey.at(offset)),
        }
    }

    /// Fails unless all entries were read.
    pub(crate) const fn finish(&self, reader: &Reader<'_>) -> Result<(), Error> {
        if self.left == 0 { Ok(()) } else { Err(ErrorKind::UnknownKey.at(reader.offset())) }
    }

    /// Requires an entry that may have been read by now.
    pub(crate) fn require<T>(&self, value: Option<T>) -> Result<T, Error> {
        value.ok_or(ErrorKind::MissingKey.at(self.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
        result.err().map(|error| error.kind())
    }

    #[test]
    fn numbers_have_one_form() {
        for (bytes, value) in [(&[0x17][..], 23), (&[0x18, 24], 24), (&[0x19, 1, 0], 256), (&[0x38, 24], -25)]
        {
            assert_eq!(Reader::new(bytes).integer(), Ok(value));
        }
        for bytes in [&[0x18, 23][..], &[0x19, 0, 255], &[0x1a, 0, 0, 255, 255], &[0x58, 3, 1, 2, 3]] {
            let mut reader = Reader::new(bytes);
            assert_eq!(kind(reader.head(&mut 0)), Some(ErrorKind::NotShortest));
        }
        assert_eq!(
            kind(Reader::new(&[0x1b, 0, 0, 0, 0, 255, 255, 255, 255]).head(&mut 0)),
            Some(ErrorKind::NotShortest)
        );
        assert_eq!(
            kind(Reader::new(&[0x1b, 255, 0, 0, 0, 0, 0, 0, 0]).integer()),
            Some(ErrorKind::OutOfRange)
        );
    }

    #[test]
    fn lengths_are_definite_and_present() {
        for first in [0x5f, 0x7f, 0x9f, 0xbf, 0xff] {
            assert_eq!(kind(Reader::new(&[first, 0xff]).head(&mut 0)), Some(ErrorKind::IndefiniteLength));
        }
        for first in [0x1c, 0x1d, 0x1e] {
            assert_eq!(kind(Reader::new(&[first]).head(&mut 0)), Some(ErrorKind::UnexpectedType));
        }
        assert_eq!(kind(Reader::new(&[0x42, 1]).bytes()), Some(ErrorKind::Truncated));
        assert_eq!(kind(Reader::new(&[]).head(&mut 0)), Some(ErrorKind::Truncated));
        assert_eq!(
            kind(Reader::new(&[0x5b, 255, 255, 255, 255, 255, 255, 255, 255]).bytes()),
            Some(ErrorKind::Truncated)
        );
        assert_eq!(kind(Reader::new(&[0xf8, 22]).null()), Some(ErrorKind::UnexpectedType));
        assert_eq!(kind(Reader::new(&[0x61, 0xff]).text()), Some(ErrorKind::NotText));
    }

    #[test]
    fn keys_are_sorted_and_unique() {
        let read = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes);
            let mut keys = reader.map()?;
            while keys.next(&mut reader)?.is_some() {}
            reader.finish()
        };
        assert_eq!(read(&[0xa3, 1, 2, 0x20]), Ok(()));
        assert_eq!(kind(read(&[0xa2, 1, 1])), Some(ErrorKind::KeyOrder));
        assert_eq!(kind(read(&[0xa2, 2, 1])), Some(ErrorKind::KeyOrder));
        assert_eq!(kind(read(&[0xa2, 0x20, 1])), Some(ErrorKind::KeyOrder));
        assert_eq!(kind(read(&[0xa1, 1, 2])), Some(ErrorKind::TrailingBytes));
    }

    #[test]
    fn offsets_of_nested_items_count_from_the_beginning() {
        let mut reader = Reader::new(&[0x01, 0x43, 0x01, 0x18, 0x01]);
        reader.unsigned().unwrap();
        let mut nested = reader.nested().unwrap();
        assert_eq!((nested.offset(), nested.unsigned()), (2, Ok(1)));
        assert_eq!(nested.unsigned(), Err(ErrorKind::NotShortest.at(3)));
        assert_eq!(reader.finish(), Ok(()));
    }
}
