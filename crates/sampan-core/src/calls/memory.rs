// SPDX-License-Identifier: Apache-2.0
//! Access to a guest's linear memory: every address and length is checked here.

use super::table::Code;
use sampan_abi::Status;

/// A guest's linear memory, for as long as one host call lasts.
pub(crate) struct GuestMemory<'a> {
    bytes: &'a mut [u8],
}

impl<'a> GuestMemory<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes }
    }

    /// The bytes at `address`.
    ///
    /// # Errors
    /// [`Status::OutOfBounds`] unless all of them lie in the memory.
    pub(crate) fn slice(&mut self, address: u32, len: usize) -> Result<&mut [u8], Status> {
        GuestMemory::new(self.bytes).into_slice(address, len)
    }

    /// The same, for as long as the memory itself.
    pub(crate) fn into_slice(self, address: u32, len: usize) -> Result<&'a mut [u8], Status> {
        let start = usize::try_from(address).map_err(|_| Status::OutOfBounds)?;
        let end = start.checked_add(len).ok_or(Status::OutOfBounds)?;
        self.bytes.get_mut(start..end).ok_or(Status::OutOfBounds)
    }

    pub(crate) fn read<const N: usize>(&mut self, address: u32) -> Result<[u8; N], Status> {
        let slice = self.slice(address, N)?;
        slice.first_chunk().copied().ok_or(Status::OutOfBounds)
    }

    pub(crate) fn read_u32(&mut self, address: u32) -> Result<u32, Status> {
        self.read(address).map(u32::from_le_bytes)
    }

    pub(crate) fn write(&mut self, address: u32, data: &[u8]) -> Result<(), Status> {
        self.slice(address, data.len())?.copy_from_slice(data);
        Ok(())
    }

    pub(crate) fn write_u32(&mut self, address: u32, value: u32) -> Result<(), Status> {
        self.write(address, &value.to_le_bytes())
    }
}

/// `address + offset`, unless that leaves the 32-bit address space.
pub(crate) fn offset(address: u32, offset: u32) -> Result<u32, Status> {
    address.checked_add(offset).ok_or(Status::OutOfBounds)
}

/// A range of guest memory to be read. Only [`CheckedMemory`] makes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Input(Range);

/// A range of guest memory to be written, likewise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Output(Range);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Range {
    start: u32,
    len: u32,
}

impl Output {
    /// Where it begins, for whoever writes it later.
    pub(crate) const fn address(self) -> u32 {
        self.0.start
    }

    /// Bytes of the range.
    pub(crate) const fn len(self) -> usize {
        self.0.len as usize
    }
}

impl Input {
    /// Where it begins, for whoever reads it later.
    pub(crate) const fn address(self) -> u32 {
        self.0.start
    }
}

/// Guest memory as handlers have it: by ranges that were checked.
pub(crate) struct CheckedMemory<'a>(GuestMemory<'a>);

impl<'a> CheckedMemory<'a> {
    pub(crate) const fn new(memory: GuestMemory<'a>) -> Self {
        Self(memory)
    }

    /// The memory as calls have it that check their addresses themselves.
    #[cfg(feature = "wasi-sockets")]
    pub(super) const fn guest(&mut self) -> &mut GuestMemory<'a> {
        &mut self.0
    }

    fn check(&self, start: u32, len: u32, max: u32) -> Result<Range, Code> {
        let end = start.checked_add(len).ok_or(Code::BadAddress)?;
        if end as usize > self.0.bytes.len() {
            return Err(Code::BadAddress);
        }
        if len > max { Err(Code::Invalid) } else { Ok(Range { start, len }) }
    }

    pub(super) fn check_input(&self, start: u32, len: u32, max: u32) -> Result<Input, Code> {
        self.check(start, len, max).map(Input)
    }

    /// As `check_input`, of UTF-8.
    pub(super) fn check_text(&self, start: u32, len: u32, max: u32) -> Result<Input, Code> {
        let input = self.check_input(start, len, max)?;
        core::str::from_utf8(self.input(input)).map_err(|_| Code::Invalid)?;
        Ok(input)
    }

    /// As `check_text`, of a text that a NUL ends after at most `max` bytes. Address 0 is C's for none.
    #[cfg(feature = "ocre")]
    pub(super) fn check_c_text(&self, start: u32, max: u32) -> Result<Input, Code> {
        let bytes = self.0.bytes.get(start as usize..).ok_or(Code::BadAddress)?;
        let len = bytes.iter().take(max as usize).position(|byte| *byte == 0);
        match len {
            _ if start == 0 => Err(Code::Invalid),
            Some(len) => self.check_text(start, len as u32, max),
            None if bytes.len() <= max as usize => Err(Code::BadAddress),
            None => Err(Code::Invalid),
        }
    }

    /// A buffer may be larger than what there can be: the rest of it isn't touched.
    pub(super) fn check_output(&self, start: u32, len: u32, max: u32) -> Result<Output, Code> {
        let range = self.check(start, len, u32::MAX)?;
        Ok(Output(Range { len: range.len.min(max), ..range }))
    }

    pub(super) fn check_struct(&self, start: u32, len: u32, align: u32) -> Result<Output, Code> {
        if !start.is_multiple_of(align) {
            return Err(Code::BadAddress);
        }
        self.check(start, len, u32::MAX).map(Output)
    }

    pub(crate) fn input(&self, Input(range): Input) -> &[u8] {
        let start = range.start as usize;
        self.0.bytes.get(start..start.saturating_add(range.len as usize)).unwrap_or(&[])
    }

    /// The text of an input that was checked to be one.
    pub(crate) fn text(&self, input: Input) -> &str {
        core::str::from_utf8(self.input(input)).unwrap_or("")
    }

    pub(crate) fn output(&mut self, Output(range): Output) -> &mut [u8] {
        let start = range.start as usize;
        self.0.bytes.get_mut(start..start.saturating_add(range.len as usize)).unwrap_or(&mut [])
    }

    /// Writes all of `parts` to `output`, one behind the other; `false`, with nothing written, if it can't hold them.
    #[cfg(feature = "ocre")]
    pub(crate) fn write_all(&mut self, output: Output, parts: &[&[u8]]) -> bool {
        let place = self.output(output);
        if parts.iter().map(|part| part.len()).fold(0, usize::saturating_add) > place.len() {
            return false;
        }
        let bytes = parts.iter().flat_map(|part| part.iter());
        place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        true
    }

    /// Both at once, one to be read and one to be written; `None` if they overlap.
    pub(crate) fn both(&mut self, input: Input, output: Output) -> Option<(&[u8], &mut [u8])> {
        let (Input(from), Output(to)) = (input, output);
        if from.len == 0 {
            return Some((&[], self.output(output)));
        }
        if to.len == 0 {
            return Some((self.input(input), &mut []));
        }
        let (from_start, to_start) = (from.start as usize, to.start as usize);
        if from_start.saturating_add(from.len as usize) <= to_start {
            let (before, behind) = self.0.bytes.split_at_mut_checked(to_start)?;
            return Some((
                before.get(from_start..)?.get(..from.len as usize)?,
                behind.get_mut(..to.len as usize)?,
            ));
        }
        if to_start.saturating_add(to.len as usize) <= from_start {
            let (before, behind) = self.0.bytes.split_at_mut_checked(from_start)?;
            return Some((
                behind.get(..from.len as usize)?,
                before.get_mut(to_start..)?.get_mut(..to.len as usize)?,
            ));
        }
        None
    }

    /// Writes to the beginning of `output`, as much as it holds.
    pub(crate) fn write(&mut self, output: Output, data: &[u8]) {
        self.output(output).iter_mut().zip(data).for_each(|(place, byte)| *place = *byte);
    }

    /// Writes numbers to the beginning of a struct.
    pub(crate) fn write_words(&mut self, output: Output, words: &[u32]) {
        let places = self.output(output).chunks_exact_mut(4);
        places.zip(words).for_each(|(place, word)| place.copy_from_slice(&word.to_le_bytes()));
    }
}
