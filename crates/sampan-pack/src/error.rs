// SPDX-License-Identifier: Apache-2.0
//! Why a module can't be packed.

use std::fmt;

/// Kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackErrorKind {
    /// No valid WebAssembly module.
    Invalid,
    /// A valid module that needs what packed code doesn't offer.
    Unsupported,
    /// A segment lies outside its memory or table: the module could never be instantiated.
    OutOfBounds,
}

/// Why a module can't be packed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    /// Kind of refusal.
    pub kind: PackErrorKind,
    /// What was wrong.
    pub message: String,
    /// Function it was found in, imports counted first.
    pub function: Option<u32>,
    /// Byte offset in the module.
    pub offset: Option<u64>,
}

impl PackError {
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self { kind: PackErrorKind::Unsupported, message: message.into(), function: None, offset: None }
    }

    pub(crate) fn out_of_bounds(message: impl Into<String>) -> Self {
        Self { kind: PackErrorKind::OutOfBounds, message: message.into(), function: None, offset: None }
    }

    pub(crate) fn at(mut self, function: u32, offset: u64) -> Self {
        self.function.get_or_insert(function);
        self.offset.get_or_insert(offset);
        self
    }
}

impl From<wasmparser::BinaryReaderError> for PackError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self {
            kind: PackErrorKind::Invalid,
            // Some of its messages have several lines.
            message: error.message().split_whitespace().collect::<Vec<_>>().join(" "),
            function: None,
            offset: Some(error.offset()),
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PackErrorKind::Invalid => f.write_str("invalid module: ")?,
            PackErrorKind::Unsupported => f.write_str("unsupported: ")?,
            PackErrorKind::OutOfBounds => {}
        }
        f.write_str(&self.message)?;
        if let Some(function) = self.function {
            write!(f, ", in function {function}")?;
        }
        if let Some(offset) = self.offset {
            write!(f, ", at offset {offset:#x}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PackError {}
