// SPDX-License-Identifier: Apache-2.0
//! Writing the image: records, then the bytes they point to.

use sampan_packed_format::image::{self, Header};

use crate::code::Constants;
use crate::module::{Kind, Module, slots};

/// A function as the image has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    /// First code word.
    pub(crate) start: u32,
    pub(crate) frame_slots: u32,
    pub(crate) type_id: u32,
}

/// What lowering made of a module.
pub(crate) struct Parts<'p> {
    pub(crate) build_id: u64,
    pub(crate) records: &'p [Record],
    pub(crate) code: &'p [u32],
    pub(crate) constants: &'p Constants,
    pub(crate) start: u32,
    pub(crate) stack_bytes: u32,
    pub(crate) longest_run: u32,
    /// Exported functions without parameters and results, by record.
    pub(crate) exports: &'p [(&'p str, u32)],
}

/// Sections under construction.
#[derive(Default)]
struct Writer {
    words: Vec<u32>,
    blob: Vec<u8>,
}

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) -> u32 {
        let offset = self.blob.len() as u32;
        self.blob.extend_from_slice(bytes);
        offset
    }
}

/// Writes the image.
pub(crate) fn write(module: &Module<'_>, parts: &Parts<'_>) -> Vec<u8> {
    let mut writer = Writer::default();
    for record in parts.records {
        writer.words.extend([record.start, record.frame_slots | record.type_id << 16]);
    }
    writer.words.extend_from_slice(parts.code);
    writer.words.extend_from_slice(parts.constants.words());
    let global_slots = write_globals(module, &mut writer);
    let entries = write_tables(module, &mut writer);
    write_data(module, &mut writer);
    write_imports(module, &mut writer);
    for (name, record) in parts.exports {
        let offset = writer.bytes(name.as_bytes());
        writer.words.extend([offset, name.len() as u32 | record << 16]);
    }
    writer.blob.resize(writer.blob.len().next_multiple_of(4), 0);
    let memory = module.memory.unwrap_or_default();
    let memory_flag = if module.memory.is_some() { image::HAS_MEMORY } else { 0 };
    let header = Header {
        image_bytes: ((image::HEADER_WORDS + writer.words.len()) * 4 + writer.blob.len()) as u32,
        build_id: parts.build_id,
        functions: parts.records.len() as u32,
        code_words: parts.code.len() as u32,
        constants: parts.constants.words().len() as u32,
        global_slots,
        tables: module.tables.len() as u32,
        elements: module.elements.len() as u32,
        entries,
        data: module.data.len() as u32,
        imports: module.imports.len() as u32,
        exports: parts.exports.len() as u32,
        blob_bytes: writer.blob.len() as u32,
        memory_bytes: memory.bytes,
        memory_reserve: memory.reserve,
        memory_limit: memory.limit,
        memory_flags: memory_flag | memory.page_shift,
        start: parts.start,
        stack_bytes: parts.stack_bytes,
        longest_run: parts.longest_run,
        defined: (module.functions.len() - module.imports.len()) as u32,
    };
    let words = header.to_words().into_iter().chain(writer.words);
    let mut image: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    image.extend_from_slice(&writer.blob);
    image
}

fn write_globals(module: &Module<'_>, writer: &mut Writer) -> u32 {
    let mut slots = 0;
    for global in module.globals.iter().filter(|global| global.mutable) {
        writer.words.push(global.value as u32);
        if global.kind.slots() == 2 {
            writer.words.push((global.value >> 32) as u32);
        }
        slots += global.kind.slots();
    }
    slots
}

fn write_tables(module: &Module<'_>, writer: &mut Writer) -> u32 {
    let mut entries: Vec<u16> = Vec::new();
    for table in &module.tables {
        let flags = if table.changes { image::TABLE_CHANGES } else { 0 };
        let given = table.entries.len() as u32;
        let first = entries.len() as u32;
        writer.words.extend([table.size, table.reserve, table.limit, first, given, flags]);
        entries.extend_from_slice(&table.entries);
    }
    for element in &module.elements {
        writer.words.extend([entries.len() as u32, element.len() as u32]);
        entries.extend_from_slice(element);
    }
    for pair in entries.chunks(2) {
        let high = pair.get(1).copied().unwrap_or(0);
        writer.words.push(u32::from(pair[0]) | u32::from(high) << 16);
    }
    entries.len() as u32
}

fn write_data(module: &Module<'_>, writer: &mut Writer) {
    for data in &module.data {
        let flags = if data.destination.is_some() { image::DATA_ACTIVE } else { 0 };
        let offset = writer.bytes(data.bytes);
        writer.words.extend([flags, data.destination.unwrap_or(0), offset, data.bytes.len() as u32]);
    }
}

fn write_imports(module: &Module<'_>, writer: &mut Writer) {
    for (idx, import) in module.imports.iter().enumerate() {
        let signature = module.signature(idx as u32);
        let offset = writer.bytes(import.module.as_bytes());
        writer.bytes(import.name.as_bytes());
        let types: Vec<u8> =
            signature.params.iter().chain(&signature.results).map(|&kind: &Kind| kind as u8).collect();
        writer.bytes(&types);
        let names = import.module.len() as u32 | (import.name.len() as u32) << 16;
        let counts = signature.params.len() as u32 | (signature.results.len() as u32) << 16;
        let most = slots(&signature.params).max(slots(&signature.results));
        writer.words.extend([offset, names, counts, most]);
    }
}
