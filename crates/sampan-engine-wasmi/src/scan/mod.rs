// SPDX-License-Identifier: Apache-2.0
//! A look at a module before any memory is spent on it.
//!
//! It finds what the load must know beforehand (the linear memory's size), refuses what this engine
//! doesn't run, and what would cost far more memory or time than its size tells: wasmi limits neither
//! locals nor tables nor nesting. It also refuses what wasmi is known to get wrong. It allocates nothing and
//! trusts nothing; whether a module is *valid* is wasmi's to say.

mod code;
mod instruction;
mod reader;

use sampan_engine::Status;

use reader::{Malformed, Reader};

/// Parameters and locals of one function. wasmi zeroes locals for free, so they cost time beyond fuel.
pub(crate) const MAX_LOCALS: u32 = 512;
/// Parameters or results of a function type.
pub(crate) const MAX_ARITY: usize = 32;

/// Why a module is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: Status,
    pub(crate) detail: &'static str,
}

impl Refusal {
    pub(crate) const fn bad(detail: &'static str) -> Self {
        Self { status: Status::BadImage, detail }
    }

    pub(crate) const fn unsupported(detail: &'static str) -> Self {
        Self { status: Status::Unsupported, detail }
    }

    pub(crate) const fn no_memory(detail: &'static str) -> Self {
        Self { status: Status::NoMemory, detail }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::bad("malformed module")
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Bytes of linear memory at the start.
    pub(crate) memory_bytes: u64,
    /// Entries of all tables at the start.
    pub(crate) table_entries: u64,
    /// Functions, imports among them.
    pub(crate) functions: u32,
    /// Bytes of code.
    pub(crate) code_bytes: u32,
    /// Bytes of data segments.
    pub(crate) data_bytes: u32,
}

const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNCTION: u8 = 3;
const TABLE: u8 = 4;
const MEMORY: u8 = 5;
const EXPORT: u8 = 7;
const START: u8 = 8;
const CODE: u8 = 10;
const DATA: u8 = 11;
const TAG: u8 = 13;

const FUNCTION_TYPE: u8 = 0x60;
const KIND_FUNCTION: u8 = 0;
const HEADER: &[u8] = b"\0asm";
const VERSION_1: &[u8] = b"\x01\0\0\0";

/// Whether `image` begins as a WebAssembly module does.
pub(crate) fn accepts(image: &[u8]) -> bool {
    image.starts_with(HEADER)
}

/// Calls `visit` with each section's id and content.
fn sections<'i>(
    image: &'i [u8],
    mut visit: impl FnMut(u8, Reader<'i>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut module = Reader::new(image);
    if module.bytes(4)? != HEADER {
        return Err(Refusal::bad("not a WebAssembly module"));
    }
    if module.bytes(4)? != VERSION_1 {
        return Err(Refusal::unsupported("not a core module of version 1"));
    }
    while !module.is_empty() {
        let id = module.byte()?;
        let content = module.sized()?;
        visit(id, content)?;
    }
    Ok(())
}

/// Looks `image` over; `screened` is whether to refuse what wasmi is known to get wrong.
pub(crate) fn scan(image: &[u8], screened: bool) -> Result<Facts, Refusal> {
    let mut facts = Facts::default();
    let mut type_section = Reader::new(&[]);
    sections(image, |id, mut section| {
        match id {
            TYPE => {
                type_section = section;
                types(section)?;
            }
            IMPORT => facts.functions = imports(section)?,
            FUNCTION => facts.functions = facts.functions.saturating_add(section.u32()?),
            TABLE => facts.table_entries = tables(section)?,
            MEMORY => facts.memory_bytes = memory(section)?,
            START => return Err(Refusal::unsupported("start function: export it and name it as entry")),
            CODE => {
                facts.code_bytes = section.len_u32();
                code::check(section, type_section, screened)?;
            }
            DATA => facts.data_bytes = section.len_u32(),
            TAG => return Err(Refusal::unsupported("exception tags")),
            _ => {}
        }
        Ok(())
    })?;
    Ok(facts)
}

fn types(mut section: Reader<'_>) -> Result<(), Refusal> {
    for _ in 0..section.u32()? {
        let (params, results) = function_type(&mut section)?;
        if params.len().max(results.len()) > MAX_ARITY {
            return Err(Refusal::unsupported("more than 32 parameters or results"));
        }
    }
    Ok(())
}

/// Parameter and result types, one byte each.
fn function_type<'i>(section: &mut Reader<'i>) -> Result<(&'i [u8], &'i [u8]), Refusal> {
    if section.byte()? != FUNCTION_TYPE {
        return Err(Refusal::unsupported("a type that is not a function's"));
    }
    let params = section.sized()?.rest();
    let results = section.sized()?.rest();
    Ok((params, results))
}

fn imports(mut section: Reader<'_>) -> Result<u32, Refusal> {
    let count = section.u32()?;
    for _ in 0..count {
        section.sized()?;
        section.sized()?;
        if section.byte()? != KIND_FUNCTION {
            return Err(Refusal::unsupported("import that is not a function"));
        }
        section.u32()?;
    }
    Ok(count)
}

/// Limits of a table or memory: flags and minimum.
fn limits(section: &mut Reader<'_>) -> Result<(u32, u64), Refusal> {
    let flags = section.u32()?;
    let minimum = section.u64()?;
    if flags & 1 != 0 {
        section.u64()?;
    }
    Ok((flags, minimum))
}

fn tables(mut section: Reader<'_>) -> Result<u64, Refusal> {
    let mut entries = 0_u64;
    for _ in 0..section.u32()? {
        if section.byte()? == 0x40 {
            return Err(Refusal::unsupported("table with an initial value"));
        }
        entries = entries.saturating_add(limits(&mut section)?.1);
    }
    Ok(entries)
}

fn memory(mut section: Reader<'_>) -> Result<u64, Refusal> {
    let count = section.u32()?;
    if count > 1 {
        return Err(Refusal::unsupported("more than one memory"));
    }
    if count == 0 {
        return Ok(0);
    }
    let (flags, minimum) = limits(&mut section)?;
    if flags & 0b0110 != 0 {
        return Err(Refusal::unsupported("shared or 64-bit memory"));
    }
    let page_log2 = if flags & 0b1000 != 0 { section.u32()? } else { 16 };
    if page_log2 > 16 {
        return Err(Refusal::bad("malformed page size"));
    }
    Ok(minimum.saturating_mul(1 << page_log2))
}

/// Whether `image` exports a function of its own under `name` that takes and gives nothing.
pub(crate) fn has_entry(image: &[u8], name: &str) -> bool {
    matches!(find_entry(image, name), Ok(true))
}

fn find_entry(image: &[u8], name: &str) -> Result<bool, Refusal> {
    let empty = Reader::new(&[]);
    let (mut type_section, mut functions, mut exports, mut imported) = (empty, empty, empty, 0);
    sections(image, |id, section| {
        match id {
            TYPE => type_section = section,
            IMPORT => imported = imports(section)?,
            FUNCTION => functions = section,
            EXPORT => exports = section,
            _ => {}
        }
        Ok(())
    })?;
    for _ in 0..exports.u32()? {
        let found = exports.sized()?.rest() == name.as_bytes();
        let kind = exports.byte()?;
        let idx = exports.u32()?;
        if found {
            let Some(own) = idx.checked_sub(imported) else { return Ok(false) };
            return Ok(kind == KIND_FUNCTION && is_plain(type_section, functions, own)?);
        }
    }
    Ok(false)
}

/// Whether function `idx` of the function section takes and gives nothing.
fn is_plain(mut types: Reader<'_>, mut functions: Reader<'_>, idx: u32) -> Result<bool, Refusal> {
    if idx >= functions.u32()? {
        return Ok(false);
    }
    for _ in 0..idx {
        functions.u32()?;
    }
    let type_idx = functions.u32()?;
    if type_idx >= types.u32()? {
        return Ok(false);
    }
    for _ in 0..type_idx {
        function_type(&mut types)?;
    }
    let (params, results) = function_type(&mut types)?;
    Ok(params.is_empty() && results.is_empty())
}
