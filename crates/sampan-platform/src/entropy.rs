// SPDX-License-Identifier: Apache-2.0
//! Random numbers.

use crate::Error;

/// Random numbers.
pub trait Entropy {
    /// Fills `buffer` with random bytes. Thread context; may block.
    ///
    /// # Errors
    /// [`Error::Io`] if the source failed; `buffer` then holds nothing of use.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error>;
}
