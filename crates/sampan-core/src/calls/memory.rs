// SPDX-License-Identifier: Apache-2.0
//! Access to a guest's linear memory: every address and length is checked here.

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
