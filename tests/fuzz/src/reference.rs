// SPDX-License-Identifier: Apache-2.0
//! wasmi as the reference, led around two defects of its own.
//!
//! wasmi 2.0.0 miscompiles a `select` whose condition compares a local with zero: it drops the comparison
//! as if it were part of the select, and then tests a stale register. An instruction between the two that
//! changes nothing keeps it from that. The regression `select-of-comparison.wat` shows it.
//!
//! It also loses locals that lie on the operand stack beneath the parameters of a block. In a function with
//! such a block, each local is read through a block of its own, so that a copy lies there instead. The regression
//! `locals-beneath-parameters.wat` shows it. Registers beneath such parameters can be lost as well, seldom and only in
//! large functions; there is no way around, so what such a module says against another engine counts for nothing
//! ([`is_doubtful`]).
//!
//! About one random module in fifty thousand makes its translator panic (`choose_store_op_vt`, or "a register operand
//! already exists on the stack"), which ends that module alone. There is no way around that: such a case says nothing.

use sampan_engine::Arena;
use sampan_engine_wasmi::WasmiEngine;
use sampan_spec_tests::session::Refusal;
use sampan_spec_tests::subject::{Subject, Wasmi};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{BlockType, CodeSection, Instruction, Module};
use wasmparser::{FuncType, FunctionBody, Operator, Parser, Payload, ValType};

/// wasmi, with modules changed so that it runs them right.
pub struct Reference(Wasmi);

impl Reference {
    /// An engine and an arena, both of which last as long as the process.
    ///
    /// # Errors
    /// A message, if the arena has no room for the engine's stack.
    pub fn new() -> Result<Self, String> {
        Wasmi::new().map(Self)
    }
}

impl Subject for Reference {
    type Engine = WasmiEngine;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn parts(&mut self) -> (&mut WasmiEngine, &mut Arena) {
        self.0.parts()
    }

    fn build(&self, wasm: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut module = Module::new();
        let detour = Detour::new(wasm).map_err(Error::from);
        match detour.and_then(|mut detour| detour.parse_core_module(&mut module, Parser::new(0), wasm)) {
            Ok(()) => self.0.build(&module.finish()),
            // wasmi shall say what is wrong with it.
            Err(_) => self.0.build(wasm),
        }
    }
}

/// Whether wasmi, even so, may run the module wrongly: it has blocks with parameters.
#[must_use]
pub fn is_doubtful(wasm: &[u8]) -> bool {
    let Ok(detour) = Detour::new(wasm) else { return false };
    let bodies = Parser::new(0).parse_all(wasm).filter_map(|part| match part {
        Ok(Payload::CodeSectionEntry(body)) => body.get_operators_reader().ok(),
        _ => None,
    });
    bodies.flatten().flatten().any(|operator| detour.has_params(&operator))
}

/// What of a module the rewriting of one function needs.
struct Detour {
    types: Vec<FuncType>,
    /// Type of each own function that is still to come.
    bodies: std::vec::IntoIter<u32>,
}

impl Detour {
    fn new(wasm: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let (mut types, mut bodies) = (Vec::new(), Vec::new());
        for part in Parser::new(0).parse_all(wasm) {
            match part? {
                Payload::TypeSection(section) => {
                    types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
                }
                Payload::FunctionSection(section) => {
                    bodies = section.into_iter().collect::<Result<_, _>>()?
                }
                _ => {}
            }
        }
        Ok(Self { types, bodies: bodies.into_iter() })
    }

    /// Types of parameters and locals of the next function.
    fn locals(&mut self, body: &FunctionBody<'_>) -> Result<Vec<ValType>, wasmparser::BinaryReaderError> {
        let type_ = self.bodies.next().and_then(|idx| self.types.get(idx as usize));
        let mut locals = type_.map(|type_| type_.params().to_vec()).unwrap_or_default();
        for group in body.get_locals_reader()? {
            let (count, type_) = group?;
            locals.extend(std::iter::repeat_n(type_, count as usize));
        }
        Ok(locals)
    }

    fn has_params(&self, operator: &Operator<'_>) -> bool {
        let (Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty }) = operator
        else {
            return false;
        };
        let wasmparser::BlockType::FuncType(idx) = blockty else { return false };
        self.types.get(*idx as usize).is_some_and(|type_| !type_.params().is_empty())
    }
}

impl Reencode for Detour {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let locals = self.locals(&body)?;
        let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let with_params = operators.iter().any(|operator| self.has_params(operator));
        let mut compared = false;
        for operator in operators {
            if compared && matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                function.instruction(&Instruction::I32Extend8S);
            }
            compared = matches!(operator, Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne);
            let (read, is_tee) = match operator {
                Operator::LocalGet { local_index } => (Some(local_index), false),
                Operator::LocalTee { local_index } => (Some(local_index), true),
                _ => (None, false),
            };
            match read.filter(|_| with_params) {
                Some(local) => {
                    if is_tee {
                        function.instruction(&Instruction::LocalSet(local));
                    }
                    let type_ = locals.get(local as usize).copied().unwrap_or(ValType::I32);
                    function.instruction(&Instruction::Block(BlockType::Result(self.val_type(type_)?)));
                    function.instruction(&Instruction::LocalGet(local));
                    function.instruction(&Instruction::End);
                }
                None => {
                    function.instruction(&self.instruction(operator)?);
                }
            }
        }
        code.function(&function);
        Ok(())
    }
}
