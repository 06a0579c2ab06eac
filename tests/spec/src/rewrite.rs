// SPDX-License-Identifier: Apache-2.0
//! Makes a module under test drivable through the `Engine` trait.
//!
//! An engine calls exports that have neither parameters nor results, as a container's entry points do.
//! So [`instrument`] adds to a module one such export for every step that a test takes: it pushes the
//! arguments, calls what the test calls (or reads the global that it reads) and hands each result to an
//! imported host function. All steps of a test live in one instance, so that its state carries over.
//!
//! What the testsuite's host `spectest` offers as globals, tables and memories becomes the module's own:
//! the imports of a container are functions. A start function becomes a step, since no engine runs
//! guest code while loading.

use crate::Value;
use wasm_encoder::reencode::{Error as ReencodeError, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, HeapType, ImportSection,
    MemorySection, Module, TableSection, TypeSection,
};
use wasmparser::{CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};

/// Module name of the reporting host functions.
pub const REPORT_MODULE: &str = "sampan:spec";

/// The reporting host functions, and the type of value that each takes.
pub const REPORTS: [(&str, wasm_encoder::ValType); 5] = [
    ("report_i32", wasm_encoder::ValType::I32),
    ("report_i64", wasm_encoder::ValType::I64),
    ("report_f32", wasm_encoder::ValType::F32),
    ("report_f64", wasm_encoder::ValType::F64),
    ("report_null", wasm_encoder::ValType::I32),
];

/// What one step of a test does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Runs the start function, if the module has one.
    Start,
    /// Calls an exported function.
    Invoke {
        /// Name of the export.
        name: String,
        /// Arguments.
        args: Vec<Value>,
    },
    /// Reads an exported global.
    Get {
        /// Name of the export.
        name: String,
    },
}

/// Why a module can't be instrumented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RewriteError {
    /// It imports from another module of the test.
    ImportsModule,
    /// It isn't a module that `wasmparser` can read, or not one of a known kind.
    Unreadable(String),
}

impl<E: std::fmt::Display> From<ReencodeError<E>> for RewriteError {
    fn from(error: ReencodeError<E>) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<wasmparser::Error> for RewriteError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// A module with an export for each step.
#[derive(Clone, Debug)]
pub struct Instrumented {
    /// The module.
    pub wasm: Vec<u8>,
    /// For each step why it can't be taken, if it can't. Step `n` is the export [`step_name`]`(n)`.
    pub steps: Vec<Result<(), String>>,
}

/// Name of the export that takes step `idx`.
#[must_use]
pub fn step_name(idx: usize) -> String {
    format!("step#{idx}")
}

/// Whether an engine can load `wasm` as it is: no start function, and functions alone as imports.
#[must_use]
pub fn is_plain(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).all(|payload| match payload {
        Ok(Payload::StartSection { .. }) | Err(_) => false,
        Ok(Payload::ImportSection(reader)) => reader
            .into_imports()
            .all(|import| matches!(import, Ok(wasmparser::Import { ty: TypeRef::Func(_), .. }))),
        Ok(_) => true,
    })
}

/// What becomes of an imported function.
#[derive(Clone, Copy)]
enum Imported {
    /// It stays an import, with this index.
    Kept(u32),
    /// It becomes the module's own, in this place among those.
    Inner(u32),
}

/// Makes room for the added functions, and replaces the imported globals by their values.
///
/// Functions are, in this order: the imports that stay, the reports, the imports that become the
/// module's own, the module's own, and the steps.
struct Shift {
    imported: Vec<Imported>,
    /// Imports that stay.
    kept: u32,
    /// Imports that become the module's own.
    inner: u32,
    /// Values of the imported globals.
    globals: Vec<ConstExpr>,
}

impl Reencode for Shift {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, ReencodeError<Self::Error>> {
        let reports = REPORTS.len() as u32;
        Ok(match self.imported.get(function as usize) {
            Some(Imported::Kept(index)) => *index,
            Some(Imported::Inner(place)) => self.kept + reports + place,
            None => function - self.imported.len() as u32 + self.kept + reports + self.inner,
        })
    }

    fn const_expr(
        &mut self,
        expression: wasmparser::ConstExpr<'_>,
    ) -> Result<ConstExpr, ReencodeError<Self::Error>> {
        use wasm_encoder::Encode;
        let mut operators = expression.get_operators_reader();
        let mut bytes = Vec::new();
        while !operators.is_end_then_eof() {
            let operator = operators.read()?;
            let imported = match operator {
                wasmparser::Operator::GlobalGet { global_index } => self.globals.get(global_index as usize),
                _ => None,
            };
            match imported {
                Some(value) => {
                    // An encoded expression ends with `end`, which only the outermost one keeps.
                    let mut encoded = Vec::new();
                    value.encode(&mut encoded);
                    encoded.pop();
                    bytes.extend_from_slice(&encoded);
                }
                None => self.instruction(operator)?.encode(&mut bytes),
            }
        }
        Ok(ConstExpr::raw(bytes))
    }
}

/// Tells the value of an imported function that takes nothing and returns a constant.
pub type Constants<'c> = dyn Fn(&str, &str) -> Option<i32> + 'c;

/// The sections of the new module, and what must be known of the old one.
struct Rewriter<'c> {
    constants: &'c Constants<'c>,
    /// Type and value of the imported functions that become the module's own.
    inner: Vec<(u32, i32)>,
    shift: Shift,
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
    start: Option<u32>,
    type_count: u32,
    func_types: Vec<Option<FuncType>>,
    function_types: Vec<u32>,
    global_types: Vec<ValType>,
    exported: Vec<(String, ExternalKind, u32)>,
}

/// Adds `actions` to `wasm`, a module that is valid (of an invalid one the result is another invalid one).
///
/// An import that `constants` knows becomes a function of the module's own.
///
/// # Errors
/// [`RewriteError`] if no action of this module can be taken.
pub fn instrument(
    wasm: &[u8],
    actions: &[Action],
    constants: &Constants<'_>,
) -> Result<Instrumented, RewriteError> {
    let mut rewriter = Rewriter::new(constants);
    let mut imports_done = false;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        // Functions are counted from the imports on, so those are complete before any other section.
        if !imports_done
            && !matches!(
                payload,
                Payload::Version { .. }
                    | Payload::TypeSection(_)
                    | Payload::CustomSection(_)
                    | Payload::ImportSection(_)
            )
        {
            rewriter.end_imports();
            imports_done = true;
        }
        rewriter.section(payload)?;
    }
    rewriter.export_memory();
    let steps = actions.iter().enumerate().map(|(idx, action)| rewriter.step(idx, action)).collect();
    Ok(Instrumented { wasm: rewriter.finish(), steps })
}

impl<'c> Rewriter<'c> {
    fn new(constants: &'c Constants<'c>) -> Self {
        Self {
            constants,
            inner: Vec::new(),
            shift: Shift { imported: Vec::new(), kept: 0, inner: 0, globals: Vec::new() },
            types: TypeSection::new(),
            imports: ImportSection::new(),
            functions: FunctionSection::new(),
            tables: TableSection::new(),
            memories: MemorySection::new(),
            globals: GlobalSection::new(),
            exports: ExportSection::new(),
            elements: ElementSection::new(),
            data_count: None,
            code: CodeSection::new(),
            data: DataSection::new(),
            start: None,
            type_count: 0,
            func_types: Vec::new(),
            function_types: Vec::new(),
            global_types: Vec::new(),
            exported: Vec::new(),
        }
    }

    fn section(&mut self, payload: Payload<'_>) -> Result<(), RewriteError> {
        let shift = &mut self.shift;
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader.clone() {
                    for sub_type in group?.types() {
                        self.func_types.push(match &sub_type.composite_type.inner {
                            CompositeInnerType::Func(func_type) => Some(func_type.clone()),
                            _ => None,
                        });
                    }
                }
                shift.parse_type_section(&mut self.types, reader)?;
                self.type_count = self.func_types.len() as u32;
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.import(import?)?;
                }
            }
            Payload::FunctionSection(reader) => {
                for type_index in reader.clone() {
                    self.function_types.push(type_index?);
                }
                shift.parse_function_section(&mut self.functions, reader)?;
            }
            Payload::TableSection(reader) => shift.parse_table_section(&mut self.tables, reader)?,
            Payload::MemorySection(reader) => shift.parse_memory_section(&mut self.memories, reader)?,
            Payload::GlobalSection(reader) => {
                for global in reader.clone() {
                    self.global_types.push(global?.ty.content_type);
                }
                shift.parse_global_section(&mut self.globals, reader)?;
            }
            Payload::ExportSection(reader) => {
                for export in reader.clone() {
                    let export = export?;
                    let index = match export.kind {
                        ExternalKind::Func => shift.function_index(export.index)?,
                        _ => export.index,
                    };
                    self.exported.push((export.name.to_owned(), export.kind, index));
                }
                shift.parse_export_section(&mut self.exports, reader)?;
            }
            Payload::StartSection { func, .. } => self.start = Some(shift.function_index(func)?),
            Payload::ElementSection(reader) => shift.parse_element_section(&mut self.elements, reader)?,
            Payload::DataCountSection { count, .. } => self.data_count = Some(count),
            Payload::CodeSectionEntry(body) => shift.parse_function_body(&mut self.code, body)?,
            Payload::DataSection(reader) => shift.parse_data_section(&mut self.data, reader)?,
            Payload::Version { .. }
            | Payload::CodeSectionStart { .. }
            | Payload::CustomSection(_)
            | Payload::End(_) => {}
            _ => return Err(RewriteError::Unreadable("a section of an unknown kind".to_owned())),
        }
        Ok(())
    }

    /// Keeps an import of a `spectest` function, and turns any other of `spectest` into a definition.
    ///
    /// Nothing of the kind was defined yet, so the indices stay what they were.
    fn import(&mut self, import: wasmparser::Import<'_>) -> Result<(), RewriteError> {
        if let (TypeRef::Func(type_index), Some(value)) =
            (import.ty, (self.constants)(import.module, import.name))
        {
            self.shift.imported.push(Imported::Inner(self.shift.inner));
            self.shift.inner += 1;
            self.inner.push((type_index, value));
            return Ok(());
        }
        if !crate::session::is_offered(import.module) {
            return Err(RewriteError::ImportsModule);
        }
        match (import.ty, import.name) {
            (TypeRef::Func(type_index), _) => {
                self.imports.import(import.module, import.name, EntityType::Function(type_index));
                self.function_types.push(type_index);
                self.shift.imported.push(Imported::Kept(self.shift.kept));
                self.shift.kept += 1;
            }
            (TypeRef::Global(global_type), name) => {
                let value = spectest_global(name).ok_or(RewriteError::ImportsModule)?;
                let global_type: GlobalType = self.shift.global_type(global_type)?;
                self.globals.global(global_type, &value);
                self.shift.globals.push(value);
                self.global_types.push(match global_type.val_type {
                    wasm_encoder::ValType::I32 => ValType::I32,
                    wasm_encoder::ValType::I64 => ValType::I64,
                    wasm_encoder::ValType::F32 => ValType::F32,
                    _ => ValType::F64,
                });
            }
            (TypeRef::Table(mut table_type), "table") => {
                (table_type.initial, table_type.maximum) = (10, Some(20));
                self.tables.table(self.shift.table_type(table_type)?);
            }
            (TypeRef::Memory(mut memory_type), "memory") => {
                (memory_type.initial, memory_type.maximum) = (1, Some(2));
                self.memories.memory(self.shift.memory_type(memory_type)?);
            }
            _ => return Err(RewriteError::ImportsModule),
        }
        Ok(())
    }

    fn end_imports(&mut self) {
        for (name, value_type) in REPORTS {
            self.types.ty().function([value_type], []);
            self.imports.import(REPORT_MODULE, name, EntityType::Function(self.type_count));
            self.function_types.push(self.type_count);
            self.func_types.push(None);
            self.type_count += 1;
        }
        self.types.ty().function([], []);
        for &(type_index, value) in &self.inner {
            let mut body = Function::new([]);
            body.instructions().i32_const(value).end();
            self.functions.function(type_index);
            self.function_types.push(type_index);
            self.code.function(&body);
        }
    }

    /// Exports the memory, so that an engine that only knows exported ones shows it.
    fn export_memory(&mut self) {
        if !self.memories.is_empty() {
            self.exports.export("step#memory", ExportKind::Memory, 0);
        }
    }

    /// Adds the export that takes `action`.
    fn step(&mut self, idx: usize, action: &Action) -> Result<(), String> {
        let mut body = Function::new([]);
        let mut code = body.instructions();
        let results = match action {
            Action::Start => {
                if let Some(start) = self.start {
                    code.call(start);
                }
                Vec::new()
            }
            Action::Invoke { name, args } => {
                let function = self.export(name, ExternalKind::Func)?;
                let func_type = self.func_type(function).ok_or("the export has no function type")?;
                if func_type.params().len() != args.len() {
                    return Err(format!("{name} takes another number of arguments"));
                }
                for arg in args {
                    match *arg {
                        Value::I32(value) => code.i32_const(value.cast_signed()),
                        Value::I64(value) => code.i64_const(value.cast_signed()),
                        Value::F32(bits) => code.f32_const(wasm_encoder::Ieee32::new(bits)),
                        Value::F64(bits) => code.f64_const(wasm_encoder::Ieee64::new(bits)),
                        Value::NullFunction => code.ref_null(HeapType::FUNC),
                        Value::NullExtern => code.ref_null(HeapType::EXTERN),
                        Value::IsNull(_) => return Err("a reference of the host as argument".to_owned()),
                    };
                }
                code.call(function);
                func_type.results().to_vec()
            }
            Action::Get { name } => {
                let global = self.export(name, ExternalKind::Global)?;
                code.global_get(global);
                vec![*self.global_types.get(global as usize).ok_or("the export has no global type")?]
            }
        };
        for result in results.iter().rev() {
            let report = match result {
                ValType::I32 => 0,
                ValType::I64 => 1,
                ValType::F32 => 2,
                ValType::F64 => 3,
                ValType::Ref(_) => {
                    code.ref_is_null();
                    4
                }
                ValType::V128 => return Err("a vector as result".to_owned()),
            };
            code.call(self.shift.kept + report);
        }
        code.end();
        let function = self.add_function(&body);
        self.exports.export(&step_name(idx), ExportKind::Func, function);
        Ok(())
    }

    /// Adds a function without parameters and results, and returns its index.
    fn add_function(&mut self, body: &Function) -> u32 {
        let function = self.function_types.len() as u32;
        self.functions.function(self.type_count);
        self.function_types.push(self.type_count);
        self.code.function(body);
        function
    }

    fn export(&self, name: &str, kind: ExternalKind) -> Result<u32, String> {
        self.exported
            .iter()
            .find(|export| export.0 == name && export.1 == kind)
            .map(|export| export.2)
            .ok_or_else(|| format!("no export {name:?} of this kind"))
    }

    fn func_type(&self, function: u32) -> Option<FuncType> {
        let type_index = *self.function_types.get(function as usize)?;
        self.func_types.get(type_index as usize)?.clone()
    }

    fn finish(self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&self.functions).section(&self.tables);
        module.section(&self.memories).section(&self.globals).section(&self.exports).section(&self.elements);
        if let Some(count) = self.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code).section(&self.data);
        module.finish()
    }
}

/// The constant that the exported function `name` of `wasm` returns, if that is all it does.
#[must_use]
pub fn constant_function(wasm: &[u8], name: &str) -> Option<i32> {
    let (mut imported, mut function, mut bodies) = (0, None, Vec::new());
    for payload in Parser::new(0).parse_all(wasm).flatten() {
        match payload {
            Payload::ImportSection(reader) => {
                imported = reader
                    .into_imports()
                    .filter(|import| matches!(import, Ok(wasmparser::Import { ty: TypeRef::Func(_), .. })))
                    .count();
            }
            Payload::ExportSection(reader) => {
                function = reader
                    .into_iter()
                    .flatten()
                    .find(|export| export.name == name && export.kind == ExternalKind::Func)
                    .map(|export| export.index as usize);
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let body = bodies.get(function?.checked_sub(imported)?)?;
    let mut operators = body.get_operators_reader().ok()?;
    match (operators.read(), operators.read(), operators.read()) {
        (Ok(wasmparser::Operator::I32Const { value }), Ok(wasmparser::Operator::End), Err(_)) => Some(value),
        _ => None,
    }
}

/// Value of a global that the testsuite's host offers.
fn spectest_global(name: &str) -> Option<ConstExpr> {
    Some(match name {
        "global_i32" => ConstExpr::i32_const(666),
        "global_i64" => ConstExpr::i64_const(666),
        "global_f32" => ConstExpr::f32_const(666.6_f32.into()),
        "global_f64" => ConstExpr::f64_const(666.6_f64.into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn every_unit_of_the_suite_stays_valid() {
        let (mut valid, mut imports) = (0, 0);
        for test in script::tests() {
            for unit in script::read(&test).unwrap().units {
                let actions: Vec<_> = unit.steps.iter().map(|step| step.action.clone()).collect();
                match instrument(&unit.wasm, &actions, &|_, _| None) {
                    Ok(instrumented) => {
                        let result = Validator::new_with_features(WasmFeatures::all())
                            .validate_all(&instrumented.wasm)
                            .map(drop);
                        assert!(result.is_ok(), "{}:{}: {result:?}", script::name(&test), unit.line);
                        valid += 1;
                    }
                    Err(RewriteError::ImportsModule) => imports += 1,
                    Err(error) => panic!("{}:{}: {error:?}", script::name(&test), unit.line),
                }
            }
        }
        assert!(valid > 1000 && imports < 200, "{valid} valid, {imports} import");
    }

    #[test]
    fn a_module_is_plain_without_start_and_foreign_imports() {
        let plain = wast_bytes("(module (import \"a\" \"b\" (func)) (memory 1))");
        assert!(is_plain(&plain));
        assert!(!is_plain(&wast_bytes("(module (func $f) (start $f))")));
        assert!(!is_plain(&wast_bytes("(module (import \"a\" \"b\" (memory 1)))")));
    }

    fn wast_bytes(text: &str) -> Vec<u8> {
        let buffer = wast::parser::ParseBuffer::new(text).unwrap();
        wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap()
    }
}
