// SPDX-License-Identifier: Apache-2.0
//! How far into its memory a module can reach, where that can be told.
//!
//! wasm-ld puts every object of a program below `__heap_base`: data, and the stack before or behind it. What lies
//! above is heap, and a program comes to it in one of few ways: it asks for the memory's size, or grows it, or
//! the linker has put the address of `__heap_base`, `__heap_end` or the like into code, data or a global. If
//! none of them is there, nothing points above `__heap_base`, and memory may end there.
//!
//! Every doubt is decided for leaving memory as it is: any constant, offset, word of data or global that could
//! be such an address counts as one, whatever it really is.

use std::collections::BTreeSet;

use wasmparser::{ConstExpr, DataKind, ExternalKind, MemArg, Operator, Parser, Payload, TypeRef, ValType};

use crate::error::PackError;

/// How far a module reaches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It has no memory, or one that is measured in bytes, which its linker has sized.
    Nothing,
    /// It can't be told.
    Unknown { bytes: u64, why: String },
    /// Nothing at `end` or above is reached.
    Below { bytes: u64, end: u64 },
}

/// Alignment of the end of memory: that of the largest type.
const ALIGNMENT: u64 = 16;

/// Finds out how far a module reaches into its memory.
pub(crate) fn reach(wasm: &[u8]) -> Reach {
    let mut found = Found::default();
    let read = found.read(wasm);
    let Some(memory) = found.memory else { return Reach::Nothing };
    let bytes = memory.bytes;
    if memory.page_shift == 0 && read.is_ok() {
        return Reach::Nothing;
    }
    // What can't be validated can't be judged.
    let judged = match read.and_then(|()| crate::validate(wasm)) {
        Ok(()) => found.end(bytes),
        Err(error) => Err(format!("{error}")),
    };
    match judged {
        Ok(end) => Reach::Below { bytes, end },
        Err(why) => Reach::Unknown { bytes, why },
    }
}

#[derive(Clone, Copy, Debug)]
struct Memory {
    bytes: u64,
    page_shift: u32,
    is_plain: bool,
}

#[derive(Clone, Copy, Debug)]
struct Global {
    /// Value, where it is a plain constant.
    value: Option<u64>,
    is_mutable: bool,
    kind: ValType,
}

/// A number of the module that could be an address, and where it was.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    value: u64,
    place: &'static str,
}

/// What decides on it.
#[derive(Debug, Default)]
struct Found {
    memory: Option<Memory>,
    memories: usize,
    imports_memory: bool,
    imported_globals: u32,
    globals: Vec<Global>,
    exported_globals: BTreeSet<u32>,
    heap_base: Option<u32>,
    read_globals: BTreeSet<u32>,
    suspects: Vec<Suspect>,
    data: Vec<Vec<u8>>,
    /// Ends of active segments; `None` for one that isn't a plain constant.
    data_ends: Vec<Option<u64>>,
    sizing: Option<&'static str>,
}

impl Found {
    fn read(&mut self, wasm: &[u8]) -> Result<(), PackError> {
        for payload in Parser::new(0).parse_all(wasm) {
            self.read_payload(payload?)?;
        }
        Ok(())
    }

    fn read_payload(&mut self, payload: Payload<'_>) -> Result<(), PackError> {
        match payload {
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    match import?.ty {
                        TypeRef::Memory(_) => self.imports_memory = true,
                        TypeRef::Global(_) => self.imported_globals += 1,
                        _ => {}
                    }
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    let memory = memory?;
                    let page_shift = memory.page_size_log2.unwrap_or(16);
                    let bytes = memory.initial.checked_shl(page_shift).unwrap_or(u64::MAX);
                    let is_plain = !memory.memory64 && !memory.shared;
                    self.memory = Some(Memory { bytes, page_shift, is_plain });
                    self.memories += 1;
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    let global = global?;
                    let value = constant(&global.init_expr)?;
                    let (is_mutable, kind) = (global.ty.mutable, global.ty.content_type);
                    self.globals.push(Global { value, is_mutable, kind });
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    if export.kind == ExternalKind::Global {
                        self.exported_globals.insert(export.index);
                        if export.name == "__heap_base" {
                            self.heap_base = Some(export.index);
                        }
                    }
                }
            }
            Payload::DataSection(reader) => {
                for data in reader {
                    let data = data?;
                    if let DataKind::Active { offset_expr, .. } = data.kind {
                        let start = constant(&offset_expr)?;
                        self.data_ends.push(start.map(|start| start + data.data.len() as u64));
                    }
                    self.data.push(data.data.to_vec());
                }
            }
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    self.read_operator(&operator?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read_operator(&mut self, operator: &Operator<'_>) {
        let suspect = |value: u64, place| Suspect { value, place };
        match operator {
            Operator::MemoryGrow { .. } => self.sizing = Some("it grows its memory"),
            Operator::MemorySize { .. } => {
                self.sizing = self.sizing.or(Some("it asks for its memory's size"))
            }
            Operator::GlobalGet { global_index } => drop(self.read_globals.insert(*global_index)),
            Operator::I32Const { value } => {
                self.suspects.push(suspect(u64::from(*value as u32), "a constant"));
            }
            Operator::I64Const { value } => {
                let value = *value as u64;
                self.suspects.push(suspect(value & 0xffff_ffff, "a constant"));
                self.suspects.push(suspect(value >> 32, "a constant"));
            }
            other => {
                if let Some(access) = access(other) {
                    self.suspects.push(suspect(access.offset, "an offset"));
                }
            }
        }
    }

    /// Where memory may end.
    fn end(&self, bytes: u64) -> Result<u64, String> {
        let why = |text: &str| Err(text.to_owned());
        if self.imports_memory || self.memories != 1 || !self.memory.is_some_and(|memory| memory.is_plain) {
            return why("it isn't one plain memory of its own");
        }
        if let Some(sizing) = self.sizing {
            return why(sizing);
        }
        let Some(heap_base) = self.heap_base else { return why("it exports no global __heap_base") };
        let end = match self.global(heap_base) {
            Some(Global { value: Some(value), is_mutable: false, kind: ValType::I32 }) => value,
            _ => return why("its __heap_base is no constant"),
        };
        if end > bytes {
            return why("its __heap_base lies outside its memory");
        }
        if self.data_ends.iter().any(|data_end| data_end.is_none_or(|data_end| data_end > end)) {
            return why("data lies above __heap_base, or nobody knows where");
        }
        self.check_globals(end, bytes)?;
        let is_above = |value: u64| (end..=bytes).contains(&value);
        if let Some(Suspect { value, place }) = self.suspects.iter().find(|suspect| is_above(suspect.value)) {
            return Err(format!("{place} in its code, {value:#x}, may be an address above __heap_base"));
        }
        for data in &self.data {
            let words = data.windows(4);
            let word = |word: &[u8]| word.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte));
            if let Some(value) = words.map(word).find(|value| is_above(*value)) {
                return Err(format!("a word of its data, {value:#x}, may be an address above __heap_base"));
            }
        }
        Ok(end.next_multiple_of(ALIGNMENT).min(bytes))
    }

    fn global(&self, index: u32) -> Option<Global> {
        self.globals.get(index.checked_sub(self.imported_globals)? as usize).copied()
    }

    /// A global holds no such address, unless no code reads it, or it is the stack's: that grows down.
    fn check_globals(&self, end: u64, bytes: u64) -> Result<(), String> {
        if self.imported_globals > 0 {
            return Err("it imports globals".to_owned());
        }
        for (index, global) in (0_u32..).zip(&self.globals) {
            let Some(value) = global.value else { return Err("a global is no plain constant".to_owned()) };
            let halves = [value & 0xffff_ffff, value >> 32];
            let is_above = halves.iter().any(|half| (end..=bytes).contains(half));
            let is_stack = global.is_mutable && value == end && global.kind == ValType::I32;
            let is_unread = !global.is_mutable && !self.read_globals.contains(&index);
            let is_stack = is_stack && !self.exported_globals.contains(&index);
            if is_above && !is_stack && !is_unread {
                return Err(format!("global {index}, {value:#x}, may be an address above __heap_base"));
            }
        }
        Ok(())
    }
}

/// Value of an expression of one constant.
fn constant(expression: &ConstExpr<'_>) -> Result<Option<u64>, PackError> {
    let mut reader = expression.get_operators_reader();
    let value = match reader.read()? {
        Operator::I32Const { value } => Some(u64::from(value as u32)),
        Operator::I64Const { value } => Some(value as u64),
        // No address is made of these.
        Operator::F32Const { .. }
        | Operator::F64Const { .. }
        | Operator::RefNull { .. }
        | Operator::RefFunc { .. } => Some(0),
        _ => None,
    };
    let is_alone = matches!(reader.read()?, Operator::End);
    Ok(value.filter(|_| is_alone))
}

/// The address of a load or store, as far as the instruction tells it.
fn access(operator: &Operator<'_>) -> Option<MemArg> {
    match operator {
        Operator::I32Load { memarg }
        | Operator::I64Load { memarg }
        | Operator::F32Load { memarg }
        | Operator::F64Load { memarg }
        | Operator::I32Load8S { memarg }
        | Operator::I32Load8U { memarg }
        | Operator::I32Load16S { memarg }
        | Operator::I32Load16U { memarg }
        | Operator::I64Load8S { memarg }
        | Operator::I64Load8U { memarg }
        | Operator::I64Load16S { memarg }
        | Operator::I64Load16U { memarg }
        | Operator::I64Load32S { memarg }
        | Operator::I64Load32U { memarg }
        | Operator::I32Store { memarg }
        | Operator::I64Store { memarg }
        | Operator::F32Store { memarg }
        | Operator::F64Store { memarg }
        | Operator::I32Store8 { memarg }
        | Operator::I32Store16 { memarg }
        | Operator::I64Store8 { memarg }
        | Operator::I64Store16 { memarg }
        | Operator::I64Store32 { memarg } => Some(*memarg),
        // Validation refuses what else has an address.
        _ => None,
    }
}
