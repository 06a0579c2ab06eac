// SPDX-License-Identifier: Apache-2.0
//! wasmi as the reference, led around a defect of its own.
//!
//! wasmi 2.0.0 miscompiles a `select` whose condition compares a local with zero: it drops the comparison
//! as if it were part of the select, and then tests a stale register. An instruction between the two that
//! changes nothing keeps it from that. The regression `select-of-comparison.wat` shows it.
//!
//! About one random module in fifty thousand makes its translator panic (`choose_store_op_vt`, or "a register operand
//! already exists on the stack"), which ends that module alone. There is no way around that: such a case says nothing.

use sampan_engine::Arena;
use sampan_engine_wasmi::WasmiEngine;
use sampan_spec_tests::session::Refusal;
use sampan_spec_tests::subject::{Subject, Wasmi};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, Instruction, Module};
use wasmparser::{FunctionBody, Operator, Parser};

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
        match Detour.parse_core_module(&mut module, Parser::new(0), wasm) {
            Ok(()) => self.0.build(&module.finish()),
            // wasmi shall say what is wrong with it.
            Err(_) => self.0.build(wasm),
        }
    }
}

struct Detour;

impl Reencode for Detour {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut compared = false;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if compared && matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                function.instruction(&Instruction::I32Extend8S);
            }
            compared = matches!(operator, Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne);
            function.instruction(&self.instruction(operator)?);
        }
        code.function(&function);
        Ok(())
    }
}
