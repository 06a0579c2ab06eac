// SPDX-License-Identifier: Apache-2.0
//! Leaves out of a module what a device has no use for: sections for tools, and memory that nothing can reach.
//!
//! What code does stays as it was: no instruction is changed. The same module gives the same bytes.
//!
//! How far memory can be cut is decided in `reach.rs`.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{Name, NameSectionReader, Parser, Payload};

use crate::debug::DebugMap;
use crate::error::PackError;
use crate::reach::{Reach, reach};

/// Custom section by which a linker names a build.
const BUILD_ID: &str = "build_id";
const MEMORY_SECTION: u8 = 5;
const CODE_SECTION: u8 = 10;

/// What became of the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemorySize {
    /// There is none, or it's as small as it can be.
    Fits,
    /// It was cut.
    Cut {
        /// Bytes before.
        from: u64,
        /// Bytes after.
        to: u64,
    },
    /// It stays as it is.
    Left {
        /// Bytes.
        bytes: u64,
        /// What keeps it from being cut.
        why: String,
    },
}

/// A module without what a device has no use for.
#[derive(Clone, Debug)]
pub struct Trimmed {
    /// The module.
    pub module: Vec<u8>,
    /// The linker's name for the build, if it has given it one.
    pub build_id: Option<Vec<u8>>,
    /// Names of the sections that were left out, in their order, and the bytes of each.
    pub removed: Vec<(String, usize)>,
    /// What became of its memory.
    pub memory: MemorySize,
    /// Names of functions by index.
    names: BTreeMap<u32, String>,
    /// How much further back than here code lies in the original.
    shift: i32,
}

/// Trims a module. Names of functions stay in it if `keep_names` says so.
///
/// # Errors
/// [`PackError`]: it isn't a module.
pub fn trim(wasm: &[u8], keep_names: bool) -> Result<Trimmed, PackError> {
    let memory = match reach(wasm) {
        Reach::Nothing => MemorySize::Fits,
        Reach::Unknown { bytes, why } => MemorySize::Left { bytes, why },
        Reach::Below { bytes, end } if end < bytes => MemorySize::Cut { from: bytes, to: end },
        Reach::Below { .. } => MemorySize::Fits,
    };
    let mut trimmed = Trimmed {
        module: wasm.get(..8).unwrap_or(wasm).to_vec(),
        build_id: None,
        removed: Vec::new(),
        memory,
        names: BTreeMap::new(),
        shift: 0,
    };
    for payload in Parser::new(0).parse_all(wasm) {
        trimmed.take(wasm, &payload?, keep_names);
    }
    Ok(trimmed)
}

impl Trimmed {
    /// Whether something was left out that tells of the source, so that the original is worth keeping.
    #[must_use]
    pub fn has_lost_debug(&self) -> bool {
        self.removed.iter().any(|(name, _)| is_debug(name))
    }

    /// Makes a debug map of the trimmed module one of the original: its offsets, and names of its functions.
    pub fn restore(&self, map: &mut DebugMap) {
        for function in &mut map.functions {
            if let Some(name) = self.names.get(&function.index) {
                function.name.clone_from(name);
            }
            for (_, module) in &mut function.lines {
                *module = module.saturating_add_signed(self.shift);
            }
        }
    }

    /// Takes one section over, changes it, or leaves it out.
    fn take(&mut self, wasm: &[u8], payload: &Payload<'_>, keep_names: bool) {
        let Some((id, range)) = payload.as_section() else { return };
        if let Payload::CustomSection(custom) = payload {
            let name = custom.name();
            if name == BUILD_ID {
                self.build_id = length_prefixed(custom.data());
            }
            if name == "name" {
                let reader = wasmparser::BinaryReader::new(custom.data(), custom.data_offset());
                self.names = names(NameSectionReader::new(reader));
            }
            if is_for_tools(name) && !(keep_names && name == "name") {
                self.removed.push((name.to_owned(), bytes(wasm, &range).len()));
                return;
            }
        }
        let content = bytes(wasm, &range);
        match (id, &self.memory) {
            (MEMORY_SECTION, MemorySize::Cut { to, .. }) => {
                let size = leb(*to);
                // One memory of a least and a most size, in pages of one byte.
                self.section(id, &[&[1, 0x09], &size[..], &size, &[0]].concat());
            }
            _ => self.section(id, content),
        }
        if id == CODE_SECTION {
            let here = self.module.len().saturating_sub(content.len());
            // Modules of 2 GB are none for a microcontroller, and then only the debug map suffers.
            self.shift = (range.start as i32).saturating_sub(here as i32);
        }
    }

    fn section(&mut self, id: u8, content: &[u8]) {
        self.module.push(id);
        self.module.extend(leb(content.len() as u64));
        self.module.extend_from_slice(content);
    }
}

fn bytes<'a>(wasm: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    wasm.get(range.start as usize..range.end as usize).unwrap_or(&[])
}

/// Sections that only tools read. Others that aren't known stay: they may be the container's own.
fn is_for_tools(name: &str) -> bool {
    is_debug(name) || matches!(name, "producers" | "target_features" | "linking" | ".dep-v0")
}

fn is_debug(name: &str) -> bool {
    matches!(name, "name" | "sourceMappingURL" | "external_debug_info")
        || name.starts_with(".debug_")
        || name.starts_with("reloc.")
}

fn names(reader: NameSectionReader<'_>) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    // A damaged name section means no names from there on.
    for subsection in reader.into_iter().map_while(Result::ok) {
        if let Name::Function(map) = subsection {
            let each = map.into_iter().map_while(Result::ok);
            names.extend(each.map(|naming| (naming.index, naming.name.to_owned())));
        }
    }
    names
}

/// A length and as many bytes, of which there is at least one.
fn length_prefixed(data: &[u8]) -> Option<Vec<u8>> {
    let mut reader = wasmparser::BinaryReader::new(data, 0);
    let len = reader.read_var_u32().ok()?;
    let bytes = reader.read_bytes(len as usize).ok()?;
    (!bytes.is_empty() && bytes.len() <= 64).then(|| bytes.to_vec())
}

fn leb(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
