// SPDX-License-Identifier: Apache-2.0
//! Reads bytes, LEB128 numbers and sized parts of a module.

/// The bytes are no WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A cursor over bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'i>(&'i [u8]);

impl<'i> Reader<'i> {
    pub(super) const fn new(bytes: &'i [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What wasn't read yet.
    pub(super) const fn rest(&self) -> &'i [u8] {
        self.0
    }

    pub(super) fn len_u32(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        let (&first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(first)
    }

    pub(super) fn bytes(&mut self, len: usize) -> Result<&'i [u8], Malformed> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// An unsigned LEB128 number of at most 64 bits.
    pub(super) fn u64(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// An unsigned LEB128 number of at most 32 bits.
    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.u64()?).map_err(|_| Malformed)
    }

    /// A part that is preceded by its length.
    pub(super) fn sized(&mut self) -> Result<Self, Malformed> {
        let len = usize::try_from(self.u32()?).map_err(|_| Malformed)?;
        self.bytes(len).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_they_say() {
        let mut reader = Reader::new(&[0x05, 0xe5, 0x8e, 0x26, 0xff]);
        assert_eq!(reader.u32(), Ok(5));
        assert_eq!(reader.u32(), Ok(624_485));
        assert_eq!(reader.u32(), Err(Malformed));
        assert_eq!(Reader::new(&[0xff; 11]).u64(), Err(Malformed));
        assert_eq!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).u32(), Err(Malformed));
    }

    #[test]
    fn parts_stay_within_the_whole() {
        let mut reader = Reader::new(&[2, 7, 8, 3, 1]);
        assert_eq!(reader.sized().unwrap().rest(), &[7, 8]);
        assert!(reader.sized().is_err());
        assert_eq!(Reader::new(&[]).byte(), Err(Malformed));
    }
}
