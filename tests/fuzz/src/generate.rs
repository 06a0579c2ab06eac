// SPDX-License-Identifier: Apache-2.0
//! Cases from seeds.

use crate::mutate;
use arbitrary::Unstructured;
use sampan_engine::ValueType;
use sampan_spec_tests::rewrite::Action;
use sampan_spec_tests::session::{REPORT_COUNT, offered};
use sampan_spec_tests::{Random, Value, script};
use wasm_encoder::{EntityType, ImportSection, Module, TypeSection};
use wasm_smith::Config;
use wasmparser::{ExternalKind, FuncType, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures};

/// Calls of exports in a case.
const CALLS: usize = 12;

/// Loop iterations and calls of a generated module before it traps: so each one ends.
const TERMINATION_FUEL: u32 = 3000;

/// Features that both engines have.
fn features() -> WasmFeatures {
    (WasmFeatures::WASM2 - WasmFeatures::SIMD)
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::CUSTOM_PAGE_SIZES
}

/// A module, and what to do with it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The module.
    pub wasm: Vec<u8>,
    /// The steps.
    pub actions: Vec<Action>,
    /// Whether the module takes care that NaN bits, which are an engine's to choose, can't be told.
    pub canonical_nans: bool,
}

impl Case {
    /// What `seed` does with `wasm`.
    #[must_use]
    pub fn of(wasm: Vec<u8>, seed: u64) -> Self {
        Self { actions: actions(&wasm, &mut Random::new(seed)), wasm, canonical_nans: false }
    }
}

/// Makes cases.
#[derive(Debug)]
pub struct Generator {
    corpus: Vec<Vec<u8>>,
    imports: Vec<u8>,
}

impl Generator {
    /// A generator that mutates the testsuite's modules, and those in `corpus`.
    ///
    /// # Errors
    /// A message, if the testsuite can't be read.
    pub fn new(mut corpus: Vec<Vec<u8>>) -> Result<Self, String> {
        for test in script::tests() {
            for unit in script::read(&test)?.units {
                if !unit.traps && !unit.steps.is_empty() {
                    corpus.push(unit.wasm);
                }
            }
        }
        corpus.retain(|wasm| is_runnable(wasm));
        Ok(Self { corpus, imports: imports() })
    }

    /// The case of `seed`; `None` if nothing valid comes of it.
    #[must_use]
    pub fn case(&self, seed: u64) -> Option<Case> {
        let mut random = Random::new(seed);
        let (wasm, canonical_nans) = if random.below(4) == 0 {
            let original = self.corpus.get(random.below(self.corpus.len() as u32) as usize)?;
            (mutate::mutate(original, &mut random)?, false)
        } else {
            (self.smith(&mut random)?, true)
        };
        is_runnable(&wasm).then(|| Case { actions: actions(&wasm, &mut random), wasm, canonical_nans })
    }

    fn smith(&self, random: &mut Random) -> Option<Vec<u8>> {
        let len = 256 + random.below(4096);
        let bytes: Vec<u8> = (0..len).map(|_| random.next_u64() as u8).collect();
        let mut source = Unstructured::new(&bytes);
        let mut module = wasm_smith::Module::new(self.config(random), &mut source).ok()?;
        module.ensure_termination(TERMINATION_FUEL).ok()?;
        Some(module.to_bytes())
    }

    fn config(&self, random: &mut Random) -> Config {
        let imports = random.below(2) == 0;
        Config {
            available_imports: imports.then(|| self.imports.clone()),
            allow_floats: random.below(3) != 0,
            canonicalize_nans: true,
            compact_imports_enabled: false,
            custom_page_sizes_enabled: random.below(3) == 0,
            disallow_traps: random.below(2) == 0,
            exceptions_enabled: false,
            export_everything: true,
            gc_enabled: false,
            max_funcs: 8,
            max_globals: 8,
            max_imports: if imports { 6 } else { 0 },
            max_instructions: 40 + random.below(300) as usize,
            max_memory32_bytes: 4 << 16,
            max_table_elements: 64,
            max_tables: 1 + random.below(2) as usize,
            max_values: 4,
            memory64_enabled: false,
            memory_max_size_required: true,
            min_funcs: 1,
            reference_types_enabled: random.below(3) == 0,
            relaxed_simd_enabled: false,
            shared_everything_threads_enabled: false,
            simd_enabled: false,
            table_max_size_required: true,
            tail_call_enabled: false,
            threads_enabled: false,
            wide_arithmetic_enabled: false,
            ..Config::default()
        }
    }
}

/// A module that imports every host function, for wasm-smith to choose from.
fn imports() -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    let encoded = |value_types: &[ValueType]| -> Vec<wasm_encoder::ValType> {
        value_types
            .iter()
            .map(|value_type| match value_type {
                ValueType::I32 => wasm_encoder::ValType::I32,
                ValueType::I64 => wasm_encoder::ValType::I64,
                ValueType::F32 => wasm_encoder::ValType::F32,
                ValueType::F64 => wasm_encoder::ValType::F64,
            })
            .collect()
    };
    for (idx, (module, name, params, results)) in offered().skip(REPORT_COUNT).enumerate() {
        types.ty().function(encoded(params), encoded(results));
        imports.import(module, name, EntityType::Function(idx as u32));
    }
    let mut module = Module::new();
    module.section(&types).section(&imports);
    module.finish()
}

/// Whether both engines should run it: valid, of features that both have, and of nothing that one of them
/// is documented to do in its own way.
fn is_runnable(wasm: &[u8]) -> bool {
    Validator::new_with_features(features()).validate_all(wasm).is_ok() && !grows_tables(wasm)
}

/// wasmi can't suspend a growing table, so tables don't grow there.
fn grows_tables(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).any(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => body.get_operators_reader().is_ok_and(|reader| {
            reader.into_iter().any(|operator| matches!(operator, Ok(wasmparser::Operator::TableGrow { .. })))
        }),
        _ => false,
    })
}

/// Calls of the exported functions with arguments that lie in wait, then every exported global.
fn actions(wasm: &[u8], random: &mut Random) -> Vec<Action> {
    let (functions, globals) = exports(wasm);
    let mut actions = vec![Action::Start];
    if !functions.is_empty() {
        for _ in 0..CALLS {
            let (name, func_type) = &functions[random.below(functions.len() as u32) as usize];
            let args = func_type.params().iter().map(|param| argument(*param, random)).collect();
            actions.push(Action::Invoke { name: name.clone(), args });
        }
    }
    actions.extend(globals.into_iter().map(|name| Action::Get { name }));
    actions
}

/// Names of exported functions, with their types, and of exported globals.
fn exports(wasm: &[u8]) -> (Vec<(String, FuncType)>, Vec<String>) {
    let (mut types, mut function_types) = (Vec::new(), Vec::new());
    let (mut functions, mut globals) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm).flatten() {
        match payload {
            Payload::TypeSection(reader) => {
                types.extend(reader.into_iter_err_on_gc_types().flatten());
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports().flatten() {
                    if let TypeRef::Func(idx) = import.ty {
                        function_types.push(idx);
                    }
                }
            }
            Payload::FunctionSection(reader) => function_types.extend(reader.into_iter().flatten()),
            Payload::ExportSection(reader) => {
                for export in reader.into_iter().flatten() {
                    match export.kind {
                        ExternalKind::Func => functions.push((export.name.to_owned(), export.index)),
                        ExternalKind::Global => globals.push(export.name.to_owned()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let typed = functions.into_iter().filter_map(|(name, idx)| {
        let func_type: &FuncType = types.get(*function_types.get(idx as usize)? as usize)?;
        Some((name, func_type.clone()))
    });
    (typed.collect(), globals)
}

/// A value of this type; small, at a boundary, or anything.
fn argument(value_type: ValType, random: &mut Random) -> Value {
    let bits = match random.below(4) {
        0 => u64::from(random.below(16)),
        1 => [0, u64::MAX, 1 << 31, 1 << 63, 0x7fff_ffff, i64::MAX.cast_unsigned()][random.below(6) as usize],
        _ => random.next_u64(),
    };
    let float = [0.0, -0.0, 1.0, -1.5, 3e9, -3e9, 1e19, 0.5, f64::INFINITY, f64::MIN_POSITIVE]
        [random.below(10) as usize];
    match value_type {
        ValType::I32 => Value::I32(bits as u32),
        ValType::I64 => Value::I64(bits),
        ValType::F32 => Value::F32((float as f32).to_bits()),
        ValType::F64 => Value::F64(float.to_bits()),
        ValType::Ref(reference) if reference.is_func_ref() => Value::NullFunction,
        ValType::Ref(_) | ValType::V128 => Value::NullExtern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_case_twice_and_most_make_one() {
        let generator = Generator::new(Vec::new()).unwrap();
        let made = (0..200).filter_map(|seed| {
            let case = generator.case(seed)?;
            let again = generator.case(seed).unwrap();
            assert_eq!((&case.wasm, &case.actions), (&again.wasm, &again.actions));
            Some(case)
        });
        assert!(made.count() > 150);
    }
}
