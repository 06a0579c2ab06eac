// SPDX-License-Identifier: Apache-2.0
//! The flash region that images and records are kept in.

use crate::Error;
use crate::device::unsupported;

/// What a flash region is like. Every length is a power of two but `len`, which is a multiple of the two others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashGeometry {
    /// Bytes of the region.
    pub len: u32,
    /// Bytes that are erased together.
    pub erase_len: u32,
    /// Bytes that are programmed together, and only once between two erases.
    pub program_len: u32,
    /// Where the region lies in the address space, for code that runs in place; 0 if it can't be read there.
    pub mapped_address: usize,
}

/// The flash region. Only one context at a time uses it.
///
/// An erased byte is 0xff. Power may fail at any time: an erase or a program that it cuts short leaves any subset of its bits
/// done, and no other byte changed.
pub trait Flash {
    /// What it's like; `None` if there is none. Thread context; doesn't block. Never changes.
    fn flash_geometry(&self) -> Option<FlashGeometry> {
        None
    }

    /// Reads bytes at any place. Thread context; may block, for no longer than the bytes take.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::Io`]; [`Error::Unsupported`].
    fn flash_read(&self, _offset: u32, _buffer: &mut [u8]) -> Result<(), Error> {
        unsupported()
    }

    /// Erases whole units. Thread context; may block, for as long as the part takes to erase.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidArgument`] unless offset and length are multiples of the unit; [`Error::Io`];
    /// [`Error::Unsupported`].
    fn flash_erase(&self, _offset: u32, _len: u32) -> Result<(), Error> {
        unsupported()
    }

    /// Programs whole units of erased bytes. Thread context; may block.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::InvalidArgument`] unless offset and length are multiples of the unit;
    /// [`Error::WrongState`] if the platform sees that a unit isn't erased; [`Error::Io`]; [`Error::Unsupported`].
    fn flash_program(&self, _offset: u32, _data: &[u8]) -> Result<(), Error> {
        unsupported()
    }
}
