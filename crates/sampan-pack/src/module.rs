// SPDX-License-Identifier: Apache-2.0
//! A validated module, read into what lowering needs.
//!
//! Constant expressions are evaluated here, and active segments are laid into tables and checked against
//! memory: with imports of functions alone there is nothing left that only a load could know.

use std::collections::{BTreeMap, BTreeSet};

use sampan_packed_format::image::{MAX_INDEX, MAX_MEMORY};
use wasmparser::{
    CompositeInnerType, ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FunctionBody, Name,
    NameSectionReader, Operator, Parser, Payload, RefType, TableInit, TypeRef, ValType,
};

use crate::Options;
use crate::error::PackError;

/// Type of a value, as far as lowering tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    I32 = 1,
    I64 = 2,
    F32 = 3,
    F64 = 4,
    Function = 5,
    Extern = 6,
}

impl Kind {
    /// Slots that a value takes.
    pub(crate) const fn slots(self) -> u32 {
        if matches!(self, Self::I64 | Self::F64) { 2 } else { 1 }
    }

    const fn is_reference(self) -> bool {
        matches!(self, Self::Function | Self::Extern)
    }

    pub(crate) fn of(value: ValType) -> Result<Self, PackError> {
        Ok(match value {
            ValType::I32 => Self::I32,
            ValType::I64 => Self::I64,
            ValType::F32 => Self::F32,
            ValType::F64 => Self::F64,
            ValType::Ref(reference) => Self::of_reference(reference)?,
            ValType::V128 => return Err(PackError::unsupported("a value of type v128 (SIMD)")),
        })
    }

    fn of_reference(reference: RefType) -> Result<Self, PackError> {
        if reference == RefType::FUNCREF {
            Ok(Self::Function)
        } else if reference == RefType::EXTERNREF {
            Ok(Self::Extern)
        } else {
            Err(PackError::unsupported(format!("a reference of type {reference}")))
        }
    }
}

/// Slots that values take together.
pub(crate) fn slots(kinds: &[Kind]) -> u32 {
    kinds.iter().map(|kind| kind.slots()).sum()
}

/// Type of a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Type {
    pub(crate) params: Vec<Kind>,
    pub(crate) results: Vec<Kind>,
}

/// An imported function.
pub(crate) struct Import<'a> {
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
}

/// A table with its content once all active segments are in place.
pub(crate) struct Table {
    pub(crate) size: u32,
    pub(crate) reserve: u32,
    pub(crate) limit: u32,
    pub(crate) entries: Vec<u16>,
    /// Whether any code changes it.
    pub(crate) changes: bool,
    maximum: Option<u64>,
}

/// The linear memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) bytes: u32,
    pub(crate) reserve: u32,
    pub(crate) limit: u32,
    pub(crate) page_shift: u32,
}

/// A global variable.
pub(crate) struct Global {
    pub(crate) kind: Kind,
    pub(crate) mutable: bool,
    pub(crate) value: u64,
    /// First global slot, if it is mutable.
    pub(crate) slot: u32,
}

/// A data segment.
pub(crate) struct Data<'a> {
    /// Where it goes when the image is loaded.
    pub(crate) destination: Option<u32>,
    pub(crate) bytes: &'a [u8],
}

/// What the bodies do, which sizes memory and tables.
#[derive(Default)]
struct Usage {
    memory_grows: bool,
    changed_tables: Vec<u32>,
    growing_tables: Vec<u32>,
}

/// A module ready to be lowered.
#[derive(Default)]
pub(crate) struct Module<'a> {
    pub(crate) types: Vec<Type>,
    /// Type index to the number that stands for all equal types.
    pub(crate) type_ids: Vec<u32>,
    pub(crate) imports: Vec<Import<'a>>,
    /// Type index of each function, imports first.
    pub(crate) functions: Vec<u32>,
    pub(crate) tables: Vec<Table>,
    pub(crate) memory: Option<Memory>,
    pub(crate) globals: Vec<Global>,
    /// Exported functions.
    pub(crate) exports: Vec<(&'a str, u32)>,
    pub(crate) start: Option<u32>,
    /// Entries of passive element segments; the others are empty.
    pub(crate) elements: Vec<Vec<u16>>,
    pub(crate) data: Vec<Data<'a>>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) names: BTreeMap<u32, String>,
    /// Imports that are used as values, in the order of their function records.
    pub(crate) thunks: Vec<u32>,
    thunk_numbers: BTreeMap<u32, u32>,
    /// Functions that some table entry or value may name.
    pub(crate) addressed: BTreeSet<u32>,
}

impl<'a> Module<'a> {
    /// Reads a module that has been validated.
    pub(crate) fn read(wasm: &'a [u8], options: &Options) -> Result<Self, PackError> {
        let mut module = Self::default();
        let mut active: Vec<(u32, u32, Vec<u16>)> = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            module.read_payload(payload?, &mut active)?;
        }
        module.number_types();
        let usage = module.usage()?;
        module.size_memory(&usage, options)?;
        module.size_tables(&usage, options, active)?;
        module.place_globals();
        module.check_data()?;
        let functions = module.functions.len() + module.thunks.len();
        let most = [functions, module.types.len(), module.data.len(), module.exports.len()];
        if most.into_iter().any(|count| count > MAX_INDEX as usize) {
            return Err(PackError::unsupported("more than 65534 functions, types, segments or exports"));
        }
        if module.tables.len() > 255 || module.elements.len() > 255 {
            return Err(PackError::unsupported("more than 255 tables or element segments"));
        }
        Ok(module)
    }

    fn read_payload(
        &mut self,
        payload: Payload<'a>,
        active: &mut Vec<(u32, u32, Vec<u16>)>,
    ) -> Result<(), PackError> {
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader {
                    for sub in group?.into_types() {
                        self.read_type(&sub.composite_type.inner)?;
                    }
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    let import = import?;
                    self.read_import(import.module, import.name, import.ty)?;
                }
            }
            Payload::FunctionSection(reader) => {
                for function in reader {
                    self.functions.push(function?);
                }
            }
            Payload::TableSection(reader) => {
                for table in reader {
                    let table = table?;
                    self.read_table(table.ty, &table.init)?;
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    self.read_memory(memory?)?;
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    let global = global?;
                    let value = self.evaluate(&global.init_expr)?;
                    let kind = Kind::of(global.ty.content_type)?;
                    self.globals.push(Global { kind, mutable: global.ty.mutable, value, slot: 0 });
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    if matches!(export.kind, ExternalKind::Func) {
                        self.exports.push((export.name, export.index));
                    }
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(reader) => {
                for element in reader {
                    self.read_element(element?, active)?;
                }
            }
            Payload::DataSection(reader) => {
                for data in reader {
                    let data = data?;
                    let destination = match data.kind {
                        DataKind::Passive => None,
                        DataKind::Active { offset_expr, .. } => Some(self.evaluate(&offset_expr)? as u32),
                    };
                    self.data.push(Data { destination, bytes: data.data });
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(custom) if custom.name() == "name" => {
                let reader = wasmparser::BinaryReader::new(custom.data(), custom.data_offset());
                self.read_names(NameSectionReader::new(reader));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_type(&mut self, inner: &CompositeInnerType) -> Result<(), PackError> {
        let CompositeInnerType::Func(function) = inner else {
            return Err(PackError::unsupported("a type that is no function (GC)"));
        };
        let kinds = |values: &[ValType]| -> Result<Vec<Kind>, PackError> {
            values.iter().map(|&value| Kind::of(value)).collect()
        };
        self.types.push(Type { params: kinds(function.params())?, results: kinds(function.results())? });
        Ok(())
    }

    fn read_import(&mut self, module: &'a str, name: &'a str, ty: TypeRef) -> Result<(), PackError> {
        let what = match ty {
            TypeRef::Func(index) => {
                let signature = &self.types[index as usize];
                let all = || signature.params.iter().chain(&signature.results);
                if all().any(|kind| kind.is_reference()) {
                    return Err(PackError::unsupported(format!(
                        "import {module}.{name} takes or returns a reference"
                    )));
                }
                self.functions.push(index);
                self.imports.push(Import { module, name });
                return Ok(());
            }
            TypeRef::Table(_) => "a table",
            TypeRef::Memory(_) => "a memory",
            TypeRef::Global(_) => "a global",
            _ => "no function",
        };
        Err(PackError::unsupported(format!(
            "import {module}.{name} is {what}; only functions can be imported"
        )))
    }

    fn read_table(&mut self, ty: wasmparser::TableType, init: &TableInit<'a>) -> Result<(), PackError> {
        Kind::of_reference(ty.element_type)?;
        let size = u32::try_from(ty.initial).unwrap_or(u32::MAX);
        if size > MAX_INDEX {
            return Err(PackError::unsupported(format!(
                "a table of {size} entries; the most are {MAX_INDEX}"
            )));
        }
        let fill = match init {
            TableInit::RefNull => 0,
            TableInit::Expr(expression) => self.evaluate(expression)? as u16,
        };
        let entries = if fill == 0 { Vec::new() } else { vec![fill; size as usize] };
        self.tables.push(Table {
            size,
            reserve: size,
            limit: size,
            entries,
            changes: false,
            maximum: ty.maximum,
        });
        Ok(())
    }

    fn read_memory(&mut self, ty: wasmparser::MemoryType) -> Result<(), PackError> {
        let page_shift = ty.page_size_log2.unwrap_or(16);
        let in_bytes =
            |pages: u64| pages.checked_shl(page_shift).filter(|bytes| bytes >> page_shift == pages);
        let bytes = in_bytes(ty.initial).filter(|&bytes| bytes <= u64::from(MAX_MEMORY));
        let Some(bytes) = bytes else {
            return Err(PackError::unsupported(format!("a memory of {} pages", ty.initial)));
        };
        let limit = ty.maximum.and_then(in_bytes).unwrap_or(u64::MAX).min(u64::from(MAX_MEMORY));
        let bytes = bytes as u32;
        self.memory = Some(Memory { bytes, reserve: bytes, limit: limit as u32, page_shift });
        Ok(())
    }

    fn read_element(
        &mut self,
        element: wasmparser::Element<'a>,
        active: &mut Vec<(u32, u32, Vec<u16>)>,
    ) -> Result<(), PackError> {
        let mut entries = Vec::new();
        match element.items {
            ElementItems::Functions(reader) => {
                for function in reader {
                    let function = function?;
                    entries.push(self.reference(function) as u16);
                }
            }
            ElementItems::Expressions(reference, reader) => {
                Kind::of_reference(reference)?;
                for expression in reader {
                    entries.push(self.evaluate(&expression?)? as u16);
                }
            }
        }
        if entries.len() > MAX_INDEX as usize {
            return Err(PackError::unsupported("an element segment of more than 65534 entries"));
        }
        match element.kind {
            ElementKind::Passive => self.elements.push(entries),
            ElementKind::Declared => self.elements.push(Vec::new()),
            ElementKind::Active { table_index, offset_expr } => {
                let offset = self.evaluate(&offset_expr)? as u32;
                active.push((table_index.unwrap_or(0), offset, entries));
                self.elements.push(Vec::new());
            }
        }
        Ok(())
    }

    fn read_names(&mut self, reader: NameSectionReader<'a>) {
        // A damaged name section is no error: it means no names from there on.
        for subsection in reader.into_iter().map_while(Result::ok) {
            if let Name::Function(map) = subsection {
                for naming in map.into_iter().map_while(Result::ok) {
                    self.names.insert(naming.index, naming.name.to_owned());
                }
            }
        }
    }

    /// Value of a constant expression.
    fn evaluate(&mut self, expression: &ConstExpr<'a>) -> Result<u64, PackError> {
        let mut stack: Vec<u64> = Vec::new();
        for operator in expression.get_operators_reader() {
            let value = match operator? {
                Operator::I32Const { value } => u64::from(value as u32),
                Operator::I64Const { value } => value as u64,
                Operator::F32Const { value } => u64::from(value.bits()),
                Operator::F64Const { value } => value.bits(),
                Operator::RefNull { .. } => 0,
                Operator::RefFunc { function_index } => u64::from(self.reference(function_index)),
                Operator::GlobalGet { global_index } => self.globals[global_index as usize].value,
                Operator::End => break,
                binary => {
                    let (right, left) = (stack.pop().unwrap_or(0), stack.pop().unwrap_or(0));
                    match binary {
                        Operator::I32Add => u64::from((left as u32).wrapping_add(right as u32)),
                        Operator::I32Sub => u64::from((left as u32).wrapping_sub(right as u32)),
                        Operator::I32Mul => u64::from((left as u32).wrapping_mul(right as u32)),
                        Operator::I64Add => left.wrapping_add(right),
                        Operator::I64Sub => left.wrapping_sub(right),
                        Operator::I64Mul => left.wrapping_mul(right),
                        other => return Err(PackError::unsupported(format!("{other:?} in a constant"))),
                    }
                }
            };
            stack.push(value);
        }
        Ok(stack.pop().unwrap_or(0))
    }

    /// The value that refers to a function: its record's number plus one.
    pub(crate) fn reference(&mut self, function: u32) -> u32 {
        self.addressed.insert(function);
        self.record(function) + 1
    }

    /// Number of a function's record; an import gets one that calls it.
    pub(crate) fn record(&mut self, function: u32) -> u32 {
        let imports = self.imports.len() as u32;
        if function >= imports {
            return function - imports;
        }
        let defined = self.functions.len() as u32 - imports;
        let next = self.thunks.len() as u32;
        let thunk = *self.thunk_numbers.entry(function).or_insert(next);
        if thunk == next {
            self.thunks.push(function);
        }
        defined + thunk
    }

    /// Type of a function.
    pub(crate) fn signature(&self, function: u32) -> &Type {
        &self.types[self.functions[function as usize] as usize]
    }

    fn number_types(&mut self) {
        let mut numbers: BTreeMap<&Type, u32> = BTreeMap::new();
        let mut ids = Vec::with_capacity(self.types.len());
        for ty in &self.types {
            let next = numbers.len() as u32;
            ids.push(*numbers.entry(ty).or_insert(next));
        }
        self.type_ids = ids;
    }

    /// Looks through all bodies for what changes memory and tables.
    fn usage(&mut self) -> Result<Usage, PackError> {
        let mut usage = Usage::default();
        for body in self.bodies.clone() {
            for operator in body.get_operators_reader()? {
                match operator? {
                    Operator::MemoryGrow { .. } => usage.memory_grows = true,
                    Operator::TableGrow { table } => {
                        usage.changed_tables.push(table);
                        usage.growing_tables.push(table);
                    }
                    Operator::TableSet { table }
                    | Operator::TableFill { table }
                    | Operator::TableInit { table, .. }
                    | Operator::TableCopy { dst_table: table, .. } => usage.changed_tables.push(table),
                    Operator::RefFunc { function_index } => {
                        self.reference(function_index);
                    }
                    _ => {}
                }
            }
        }
        Ok(usage)
    }

    fn size_memory(&mut self, usage: &Usage, options: &Options) -> Result<(), PackError> {
        let Some(memory) = &mut self.memory else { return Ok(()) };
        if !usage.memory_grows {
            memory.limit = memory.bytes;
        }
        let wanted = options.memory_bytes.unwrap_or(memory.bytes);
        if options.memory_bytes.is_some_and(|bytes| bytes < memory.bytes) {
            return Err(PackError::out_of_bounds(format!(
                "the module starts with {} bytes of memory, more than the {wanted} it may have",
                memory.bytes
            )));
        }
        let page_mask = (1_u32 << memory.page_shift) - 1;
        memory.reserve = (wanted & !page_mask).clamp(memory.bytes, memory.limit.max(memory.bytes));
        Ok(())
    }

    fn size_tables(
        &mut self,
        usage: &Usage,
        options: &Options,
        active: Vec<(u32, u32, Vec<u16>)>,
    ) -> Result<(), PackError> {
        for (idx, table) in self.tables.iter_mut().enumerate() {
            let idx = idx as u32;
            table.changes = usage.changed_tables.contains(&idx);
            if usage.growing_tables.contains(&idx) {
                let limit = table.maximum.unwrap_or(u64::MAX).min(u64::from(MAX_INDEX));
                table.limit = limit as u32;
                table.reserve = options.table_entries.min(table.limit).max(table.size);
            }
        }
        for (table, offset, entries) in active {
            let table = &mut self.tables[table as usize];
            let end = u64::from(offset) + entries.len() as u64;
            if end > u64::from(table.size) {
                return Err(PackError::out_of_bounds("an element segment lies outside its table"));
            }
            let (start, end) = (offset as usize, end as usize);
            if table.entries.len() < end {
                table.entries.resize(end, 0);
            }
            table.entries[start..end].copy_from_slice(&entries);
        }
        for table in &mut self.tables {
            if !table.changes {
                table.entries.resize(table.size as usize, 0);
            }
        }
        Ok(())
    }

    fn place_globals(&mut self) {
        let mut slot = 0;
        for global in self.globals.iter_mut().filter(|global| global.mutable) {
            global.slot = slot;
            slot += global.kind.slots();
        }
    }

    fn check_data(&self) -> Result<(), PackError> {
        let memory_bytes = self.memory.map_or(0, |memory| u64::from(memory.bytes));
        for (idx, data) in self.data.iter().enumerate() {
            let Some(destination) = data.destination else { continue };
            if u64::from(destination) + data.bytes.len() as u64 > memory_bytes {
                return Err(PackError::out_of_bounds(format!("data segment {idx} lies outside the memory")));
            }
        }
        Ok(())
    }
}
