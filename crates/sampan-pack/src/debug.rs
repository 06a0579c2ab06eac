// SPDX-License-Identifier: Apache-2.0
//! The debug map: from code offsets back to functions and module offsets.
//!
//! It's a side file, since a device has no use for it. Its text form is one line for the build, one for
//! each function, and under that one for each run of words made from one place of the module:
//!
//! ```text
//! sampan-debug-map 1 0123456789abcdef
//! function 3 0 24 main
//! 0 87
//! 8 91
//! ```
//!
//! A function line has index, first code byte, code bytes and name; the lines under it have the offset of a
//! code byte from the start of the code section, and a byte offset in the module.

use std::fmt::Write;

/// First word of the text form, and its version.
const SIGNATURE: &str = "sampan-debug-map 1";

/// One function of a debug map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebugFunction {
    /// Function index, imports counted first.
    pub index: u32,
    /// Name of the function, or nothing.
    pub name: String,
    /// First byte of its code in the code section.
    pub start: u32,
    /// Bytes of its code.
    pub len: u32,
    /// Code byte and module byte, ascending by the first; each holds until the next.
    pub lines: Vec<(u32, u32)>,
}

/// Translates code offsets of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebugMap {
    /// Build id of the image that it belongs to.
    pub build_id: u64,
    /// Functions in the order of their code.
    pub functions: Vec<DebugFunction>,
}

impl DebugMap {
    /// The function at a code offset, and the module offset that its code was made from.
    #[must_use]
    pub fn find(&self, code_offset: u32) -> Option<(&DebugFunction, u32)> {
        let function = self
            .functions
            .iter()
            .find(|function| code_offset.checked_sub(function.start).is_some_and(|at| at < function.len))?;
        let line = function.lines.iter().rev().find(|line| line.0 <= code_offset)?;
        Some((function, line.1))
    }

    /// The text form.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{SIGNATURE} {:016x}\n", self.build_id);
        for function in &self.functions {
            let name = function.name.replace(['\n', '\r'], " ");
            // Writing to a string doesn't fail.
            let _ = writeln!(text, "function {} {} {} {name}", function.index, function.start, function.len);
            for (code, module) in &function.lines {
                let _ = writeln!(text, "{code} {module}");
            }
        }
        text
    }

    /// Reads the text form; `None` if it isn't one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let build_id = lines.next()?.strip_prefix(SIGNATURE)?.strip_prefix(' ')?;
        let mut map = Self { build_id: u64::from_str_radix(build_id, 16).ok()?, functions: Vec::new() };
        for line in lines {
            if let Some(rest) = line.strip_prefix("function ") {
                let mut parts = rest.splitn(4, ' ');
                let mut number = || parts.next()?.parse().ok();
                let (index, start, len) = (number()?, number()?, number()?);
                let name = parts.next().unwrap_or_default().to_owned();
                map.functions.push(DebugFunction { index, name, start, len, lines: Vec::new() });
            } else {
                let (code, module) = line.split_once(' ')?;
                let line = (code.parse().ok()?, module.parse().ok()?);
                map.functions.last_mut()?.lines.push(line);
            }
        }
        Some(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_offsets_are_found() {
        let lines = vec![(8, 100), (16, 104)];
        let function = DebugFunction { index: 3, name: "a b".into(), start: 8, len: 12, lines };
        let map = DebugMap { build_id: 0x1234, functions: vec![function] };
        assert_eq!(DebugMap::from_text(&map.to_text()), Some(map.clone()));
        assert_eq!(map.find(12).map(|(function, offset)| (function.index, offset)), Some((3, 100)));
        assert_eq!(map.find(16).map(|(_, offset)| offset), Some(104));
        assert_eq!((map.find(20), map.find(4)), (None, None));
        assert_eq!(DebugMap::from_text("something else"), None);
    }
}
