// SPDX-License-Identifier: Apache-2.0
//! Digital lines.

use crate::device::unsupported;
use crate::{Device, Error};

/// Digital lines. Direction, pull and which level is active are the table's: a line is read and written as active
/// (`true`) or not.
pub trait Gpio {
    /// The level. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if it can't be read; [`Error::Io`].
    fn gpio_read(&self, _line: Device) -> Result<bool, Error> {
        unsupported()
    }

    /// Sets the level. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if it's no output; [`Error::Io`].
    fn gpio_write(&self, _line: Device, _active: bool) -> Result<(), Error> {
        unsupported()
    }

    /// Says which edges are told by events from now on: bits `EDGE_…`, 0 for none. Thread context; doesn't block.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if they can't be told; [`Error::Io`].
    fn gpio_watch(&self, _line: Device, _edges: u32) -> Result<(), Error> {
        unsupported()
    }
}
