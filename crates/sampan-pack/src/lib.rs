// SPDX-License-Identifier: Apache-2.0
//! Turns WebAssembly modules into packed bytecode.
//!
//! [`pack`] validates a module, lowers each function to operations on the slots of its frame, and writes
//! an image that `sampan-engine-packed` verifies and runs in place. The same module and options give the
//! same bytes, on any host.
//!
//! Taken are WebAssembly 1.0 and the proposals that today's compilers use for microcontrollers: sign
//! extension, saturating conversions, multi-value, bulk memory, mutable globals, reference types, extended
//! constants, tail calls, custom page sizes. Imports must be functions. What else a module needs is refused
//! with function and offset.
#![forbid(unsafe_code)]

mod assemble;
mod code;
mod debug;
mod error;
mod far;
mod lower;
mod module;
mod optimize;
mod reach;
mod stack;
mod trim;
mod write;

pub use debug::{DebugFunction, DebugMap};
pub use error::{PackError, PackErrorKind};
pub use trim::{MemorySize, Trimmed, trim};

use sampan_packed_format::image::{MAX_FRAME, MIN_FRAME, NO_FUNCTION, UNBOUNDED};
use sampan_packed_format::{NEAR_SLOTS, Operation, field_a, field_bc, field_c};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use assemble::Assembled;
use code::Constants;
use module::Module;
use stack::{Call, Callee, Node};
use write::{Parts, Record};

/// How to pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes that the memory of a module with `memory.grow` may come to have; `None`: what it starts with.
    /// A module that declares a lower maximum gets that.
    pub memory_bytes: Option<u32>,
    /// Entries that a table may come to have, where `table.grow` is used on it.
    pub table_entries: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { memory_bytes: None, table_entries: 64 }
    }
}

/// A packed module.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The image.
    pub image: Vec<u8>,
    /// Translates the code offsets of faults.
    pub debug_map: DebugMap,
}

/// The proposals that packed code offers.
const FEATURES: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// Packs a module.
///
/// # Errors
/// [`PackError`]: the module is invalid, or needs what packed code doesn't offer.
pub fn pack(wasm: &[u8], options: &Options) -> Result<Packed, PackError> {
    validate(wasm)?;
    let mut module = Module::read(wasm, options)?;
    let mut constants = Constants::default();
    let mut code = Code::default();
    for idx in 0..module.bodies.len() {
        code.add_function(&mut module, &mut constants, idx as u32)?;
    }
    let start = module.start.map(|function| module.record(function));
    for import in module.thunks.clone() {
        code.add_thunk(&module, import)?;
    }
    let build_id = build_id(wasm, options);
    let mut exports: Vec<(&str, u32)> = Vec::new();
    for (name, function) in module.exports.clone() {
        let signature = module.signature(function);
        // An import under another name is no entry point.
        let is_import = (function as usize) < module.imports.len();
        if signature.params.is_empty() && signature.results.is_empty() && !is_import {
            exports.push((name, module.record(function)));
        }
    }
    let roots: Vec<u32> = exports.iter().map(|export| export.1).chain(start).collect();
    let image = write::write(
        &module,
        &Parts {
            build_id,
            records: &code.records,
            code: &code.words,
            constants: &constants,
            start: start.unwrap_or(NO_FUNCTION),
            stack_bytes: stack::need(&code.nodes, &roots).unwrap_or(UNBOUNDED),
            longest_run: code.longest,
            exports: &exports,
        },
    );
    Ok(Packed { image, debug_map: DebugMap { build_id, functions: code.functions } })
}

/// Validates a module, and finds the function that an error lies in.
fn validate(wasm: &[u8]) -> Result<(), PackError> {
    let Err(refused) = Validator::new_with_features(FEATURES).validate_all(wasm) else { return Ok(()) };
    let mut error = PackError::from(refused);
    if Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).is_ok() {
        error.kind = PackErrorKind::Unsupported;
    }
    let mut function = 0;
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        match payload {
            Payload::ImportSection(reader) => {
                let imports = reader.into_imports().map_while(Result::ok);
                function +=
                    imports.filter(|import| matches!(import.ty, wasmparser::TypeRef::Func(_))).count();
            }
            Payload::CodeSectionEntry(body) => {
                if error.offset.is_some_and(|offset| body.range().contains(&offset)) {
                    error.function = Some(function as u32);
                }
                function += 1;
            }
            _ => {}
        }
    }
    Err(error)
}

/// Names a build: FNV-1a over format version, options and module.
fn build_id(wasm: &[u8], options: &Options) -> u64 {
    let memory = options.memory_bytes.map_or([0xff; 4], u32::to_le_bytes);
    let entries = options.table_entries.to_le_bytes();
    let version = [sampan_packed_format::image::FORMAT_VERSION];
    let bytes = version.iter().chain(&memory).chain(&entries).chain(wasm);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Code of all functions.
#[derive(Default)]
struct Code {
    words: Vec<u32>,
    records: Vec<Record>,
    nodes: Vec<Node>,
    functions: Vec<DebugFunction>,
    /// Words of the longest function: no more are executed between two looks at the fuel.
    longest: u32,
}

impl Code {
    fn add_function(
        &mut self,
        module: &mut Module<'_>,
        constants: &mut Constants,
        idx: u32,
    ) -> Result<(), PackError> {
        let function = idx + module.imports.len() as u32;
        let lowered = lower::lower(module, constants, function)?;
        let mut frame_slots = lowered.slots.max(MIN_FRAME);
        let mut items = lowered.items;
        if lowered.big {
            items = far::rewrite(&items);
            frame_slots = frame_slots.max(NEAR_SLOTS);
        } else {
            let has_index = module.memory.is_some_and(|memory| memory.bytes >= 8);
            optimize::optimize(&mut items, lowered.labels, constants, has_index);
        }
        let offset = module.bodies[idx as usize].range().start;
        if frame_slots > MAX_FRAME {
            let message = format!("a frame of {frame_slots} slots; the most are {MAX_FRAME}");
            return Err(PackError::unsupported(message).at(function, offset));
        }
        let assembled =
            assemble::assemble(&items, lowered.labels).map_err(|error| error.at(function, offset))?;
        self.add(module, function, frame_slots, &assembled, constants);
        Ok(())
    }

    /// Adds a function that calls an import with its own arguments.
    fn add_thunk(&mut self, module: &Module<'_>, import: u32) -> Result<(), PackError> {
        let signature = module.signature(import);
        let frame_slots = module::slots(&signature.params).max(module::slots(&signature.results));
        let call = Operation::CallHost as u32 | import << 16;
        let assembled = Assembled { words: vec![call, Operation::Return as u32], offsets: vec![0, 0] };
        let frame_slots = frame_slots.max(MIN_FRAME);
        if frame_slots > MAX_FRAME {
            return Err(PackError::unsupported("an import with more than 65535 slots of arguments"));
        }
        self.add(module, import, frame_slots, &assembled, &Constants::default());
        Ok(())
    }

    fn add(
        &mut self,
        module: &Module<'_>,
        function: u32,
        frame_slots: u32,
        code: &Assembled,
        constants: &Constants,
    ) {
        let start = self.words.len() as u32;
        let type_id = module.type_ids[module.functions[function as usize] as usize];
        self.records.push(Record { start, frame_slots, type_id });
        let calls = code.words.iter().filter_map(|&word| call(word, constants)).collect();
        let is_addressed = module.addressed.contains(&function);
        self.nodes.push(Node { frame_slots, type_id, is_addressed, calls });
        self.longest = self.longest.max(code.words.len() as u32);
        let mut lines: Vec<(u32, u32)> = Vec::new();
        for (idx, &offset) in code.offsets.iter().enumerate() {
            if lines.last().is_none_or(|line| line.1 != offset) {
                lines.push(((start + idx as u32) * 4, offset));
            }
        }
        let name = module.names.get(&function).cloned().unwrap_or_default();
        let len = code.words.len() as u32 * 4;
        self.functions.push(DebugFunction { index: function, name, start: start * 4, len, lines });
        self.words.extend_from_slice(&code.words);
    }
}

/// The call that a code word makes.
fn call(word: u32, constants: &Constants) -> Option<Call> {
    let constant = constants.words().get(field_bc(word) as usize).copied();
    let (base, callee, is_tail) = match Operation::from_number(word as u8)? {
        Operation::Call => (field_a(word), Callee::Function(field_bc(word)), false),
        Operation::CallWide => (constant? >> 16, Callee::Function(constant? & 0xffff), false),
        Operation::CallIndirect => (field_a(word), Callee::Type(field_c(word)), false),
        Operation::CallIndirectWide => (constant? >> 16, Callee::Type(constant? & 0xffff), false),
        Operation::TailCall => (0, Callee::Function(field_bc(word)), true),
        Operation::TailCallIndirect => (0, Callee::Type(constant? & 0xffff), true),
        _ => return None,
    };
    Some(Call { base, callee, is_tail })
}
