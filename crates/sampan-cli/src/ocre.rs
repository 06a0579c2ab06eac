// SPDX-License-Identifier: Apache-2.0
//! `sampan ocre`: makes a module that was built for Ocre one that runs here.
//!
//! Ocre's modules import their memory, and its runtime puts messages into it as it likes. Here a module has a memory of
//! its own, with room for one message behind what it had. A new entry point tells the runtime of that, runs the start
//! function, by which wasm-ld fills an imported memory, and then the old one. All else stays as it was.

use crate::exit::ExitStatus;
use crate::image;
use crate::run::Failure;
use clap::Args;
use std::convert::Infallible;
use std::path::PathBuf;
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder, utils};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, RawSection, SectionId, TypeSection, ValType,
};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// Import module of Ocre's functions.
const OCRE_MODULE: &str = "env";
const SUBSCRIBE: &str = "ocre_subscribe_message";
/// What tells the runtime where messages go.
const MAIL: (&str, &str) = ("sampan:ocre/1", "mail");
/// Topic and content type of 127 bytes each, and the 1024 bytes of payload that Ocre's SDK passes on.
const MAIL_LEN: u32 = 1024 + 2 * 128;
const ENTRY: &str = "_start";

#[derive(Debug, Args)]
pub(crate) struct OcreArguments {
    /// WebAssembly module that was built for Ocre
    #[arg(value_name = "MODULE")]
    file: PathBuf,

    /// Module to write [default: the module's name with .sampan.wasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// `sampan ocre`.
pub(crate) fn run(arguments: &OcreArguments) -> Result<String, Failure> {
    let module = image::read(&arguments.file)?;
    let refused =
        |text: String| Failure::new(ExitStatus::BadImage, format!("{}: {text}", arguments.file.display()));
    let (adopted, facts) = adopt(&module).map_err(refused)?;
    let output = arguments.output.clone().unwrap_or_else(|| arguments.file.with_extension("sampan.wasm"));
    std::fs::write(&output, &adopted).map_err(|error| {
        Failure::new(ExitStatus::Output, format!("{}: can't be written: {error}", output.display()))
    })?;
    let mail = match facts.mail {
        Some(address) => format!("room for messages at {address}"),
        None => "no room for messages, since it doesn't subscribe".to_owned(),
    };
    Ok(format!("{}: {} bytes, a memory of its own, {mail}\n", output.display(), adopted.len()))
}

/// What is to be done with a module.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    types: u32,
    imported_functions: u32,
    functions: u32,
    memory: Option<MemoryType>,
    start: Option<u32>,
    entry: Option<u32>,
    subscribes: bool,
    imports_memory: bool,
    /// Address of the room for messages, if it gets some.
    mail: Option<u32>,
    memory_is_written: bool,
}

/// Makes a module of `module` that has its own memory, and room for messages if it subscribes.
fn adopt(module: &[u8]) -> Result<(Vec<u8>, Facts), String> {
    wasmparser::validate(module).map_err(|error| error.to_string())?;
    let mut facts = Facts::read(module).map_err(|error| error.to_string())?;
    facts.entry.ok_or("it exports no function _start")?;
    let memory = facts.memory.as_mut().ok_or("it has no memory")?;
    if facts.subscribes {
        facts.mail = Some(extend(memory).ok_or("its memory has no room for messages")?);
    }
    let result = facts;
    let mut adopted = Module::new();
    facts
        .parse_core_module(&mut adopted, Parser::new(0), &without_start(module))
        .map_err(|error| error.to_string())?;
    let adopted = adopted.finish();
    wasmparser::validate(&adopted).map_err(|error| format!("it can't be changed: {error}"))?;
    Ok((adopted, result))
}

/// The same module without its start function, which not every engine runs.
fn without_start(module: &[u8]) -> Vec<u8> {
    let mut stripped = Module::new();
    for payload in Parser::new(0).parse_all(module).flatten() {
        if let Some((id, range)) = payload.as_section()
            && id != SectionId::Start as u8
        {
            let data = module.get(range.start as usize..range.end as usize).unwrap_or(&[]);
            stripped.section(&RawSection { id, data });
        }
    }
    stripped.finish()
}

/// Makes a memory larger by the room for messages, and tells where that is.
fn extend(memory: &mut MemoryType) -> Option<u32> {
    let page_len = 1_u64 << memory.page_size_log2.unwrap_or(16);
    let address = memory.minimum.checked_mul(page_len)?.checked_next_multiple_of(8)?;
    let end = address.checked_add(u64::from(MAIL_LEN))?;
    let pages = end.div_ceil(page_len).checked_sub(memory.minimum)?;
    memory.minimum = memory.minimum.checked_add(pages)?;
    memory.maximum = memory.maximum.map(|most| most.saturating_add(pages).min((1 << 32) / page_len));
    (end < 1 << 32).then_some(address as u32)
}

impl Facts {
    fn read(module: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut facts = Self::default();
        let own = |memory| RoundtripReencoder.memory_type(memory).ok();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        facts.types += group?.types().len() as u32;
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(_) => {
                                facts.imported_functions += 1;
                                facts.subscribes |= import.module == OCRE_MODULE && import.name == SUBSCRIBE;
                            }
                            TypeRef::Memory(memory) => {
                                facts.memory = own(memory);
                                facts.imports_memory = true;
                            }
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(functions) => facts.functions = functions.count(),
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        facts.memory = own(memory?);
                    }
                }
                Payload::StartSection { func, .. } => facts.start = Some(func),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func && export.name == ENTRY {
                            facts.entry = Some(export.index);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    /// Whether it gets a new entry point.
    const fn has_new_entry(&self) -> bool {
        self.mail.is_some() || self.start.is_some()
    }

    /// Its index, behind all other functions.
    fn new_entry(&self) -> u32 {
        self.imported_functions + u32::from(self.mail.is_some()) + self.functions
    }
}

type Encoded = Result<(), Error<Infallible>>;

impl Reencode for Facts {
    type Error = Infallible;

    /// The import that is added comes before the module's own functions.
    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let moves = self.mail.is_some() && function >= self.imported_functions;
        Ok(function + u32::from(moves))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Encoded {
        utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Encoded {
        for import in section.into_imports() {
            let import = import?;
            if !matches!(import.ty, TypeRef::Memory(_)) {
                utils::parse_import(self, imports, import)?;
            }
        }
        if self.mail.is_some() {
            imports.import(MAIL.0, MAIL.1, EntityType::Function(self.types + 1));
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Encoded {
        utils::parse_function_section(self, functions, section)?;
        if self.has_new_entry() {
            functions.function(self.types);
        }
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        _section: wasmparser::MemorySectionReader<'_>,
    ) -> Encoded {
        self.memory_is_written = true;
        self.memory.into_iter().for_each(|memory| {
            memories.memory(memory);
        });
        Ok(())
    }

    /// Puts the memory where it belongs if it was imported before.
    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Encoded {
        use SectionId::{Custom, Function, Import, Memory, Table, Type};
        let is_early = matches!(before, Some(Custom | Type | Import | Function | Table | Memory));
        if !is_early && !self.memory_is_written {
            self.memory_is_written = true;
            let mut memories = MemorySection::new();
            self.memory.into_iter().for_each(|memory| {
                memories.memory(memory);
            });
            module.section(&memories);
        }
        Ok(())
    }

    fn parse_export(&mut self, exports: &mut ExportSection, export: wasmparser::Export<'_>) -> Encoded {
        if self.has_new_entry() && export.kind == ExternalKind::Func && export.name == ENTRY {
            exports.export(ENTRY, ExportKind::Func, self.new_entry());
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Encoded {
        utils::parse_code_section(self, code, section)?;
        if !self.has_new_entry() {
            return Ok(());
        }
        let mut function = Function::new([]);
        if let Some(mail) = self.mail {
            function.instructions().i32_const(mail as i32).i32_const(MAIL_LEN as i32);
            function.instructions().call(self.imported_functions).drop();
        }
        for own in self.start.into_iter().chain(self.entry) {
            function.instructions().call(self.function_index(own)?);
        }
        function.instructions().end();
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adopted(wat: &str) -> Result<(Vec<u8>, Facts), String> {
        adopt(&wat::parse_str(wat).unwrap())
    }

    #[test]
    fn a_memory_is_its_own_and_has_room_for_messages() {
        let (module, facts) = adopted(
            r#"(module (import "env" "ocre_sleep" (func $sleep (param i32) (result i32)))
            (import "env" "memory" (memory 2 64)) (import "env" "ocre_subscribe_message" (func (param i32) (result i32)))
            (table 1 funcref) (elem (i32.const 0) $start) (start $fill) (func $fill) (func $start (export "_start") (drop (call $sleep (i32.const 1)))))"#,
        )
        .unwrap();
        assert_eq!(facts.mail, Some(131_072));
        let again = Facts::read(&module).unwrap();
        assert_eq!((again.imported_functions, again.functions, again.entry), (3, 3, Some(5)));
        assert!(facts.imports_memory && !again.imports_memory);
        assert_eq!((facts.start, again.start), (Some(2), None));
        let memory = again.memory.unwrap();
        assert_eq!((memory.minimum, memory.maximum), (3, Some(65)));
    }

    #[test]
    fn what_does_not_subscribe_gets_a_memory_alone() {
        let wat = r#"(module (import "env" "memory" (memory 2)) (func (export "_start")))"#;
        let (module, facts) = adopted(wat).unwrap();
        let again = Facts::read(&module).unwrap();
        assert_eq!((facts.mail, again.imported_functions, again.functions), (None, 0, 1));
        assert!(facts.imports_memory && !again.imports_memory);
        assert_eq!(again.memory.unwrap().minimum, 2);
    }

    #[test]
    fn what_can_not_be_helped_is_said() {
        let subscribe = r#"(import "env" "ocre_subscribe_message" (func (param i32) (result i32)))"#;
        let full = format!(r#"(module {subscribe} (memory 65536) (func (export "_start")))"#);
        for (wat, text) in [
            (r#"(module (func (export "_start")))"#, "no memory"),
            (r#"(module (memory 1))"#, "no function _start"),
            (full.as_str(), "no room"),
        ] {
            let error = adopted(wat).map(drop).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
        assert!(adopt(b"\0asm").is_err());
    }
}
