// SPDX-License-Identifier: Apache-2.0
//! Serial lines.

use crate::device::unsupported;
use crate::{Device, Error, Operation, Progress};

/// Serial lines. Speed and format are the table's.
pub trait Uart {
    /// Sends bytes: as many as there is room for, at least one, or else all of them later. The result is their number.
    /// Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Busy`] if there is no room and nobody waits; [`Error::Io`]; [`Error::Unsupported`].
    fn uart_write(
        &self,
        _line: Device,
        _bytes: &[u8],
        _operation: Operation,
    ) -> Result<Progress<u32>, Error> {
        unsupported()
    }

    /// Takes bytes that have come, and tells how many; 0 if there are none. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Io`] if bytes were lost or came damaged, once; [`Error::Unsupported`].
    fn uart_read(&self, _line: Device, _buffer: &mut [u8]) -> Result<usize, Error> {
        unsupported()
    }

    /// Says what is told by events from now on: bits `READY_…`, 0 for none. What is so already is told at once.
    /// Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if it can't be told; [`Error::Io`].
    fn uart_watch(&self, _line: Device, _readiness: u32) -> Result<(), Error> {
        unsupported()
    }
}
