// SPDX-License-Identifier: Apache-2.0
//! Modules that once told the engines apart, as text.

use std::path::Path;

/// Argument sets that each module is called with.
pub const SEEDS: u64 = 16;

/// Reads a module.
///
/// # Errors
/// A message, if the file can't be read or isn't a module.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let describe = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| describe(&error))?;
    let buffer = wast::parser::ParseBuffer::new(&text).map_err(|error| describe(&error))?;
    let mut module = wast::parser::parse::<wast::Wat<'_>>(&buffer).map_err(|error| describe(&error))?;
    module.encode().map_err(|error| describe(&error))
}
