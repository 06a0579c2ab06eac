// SPDX-License-Identifier: Apache-2.0
//! Bounds of single functions, and what wasmi 2.0.0 would translate wrongly.
//!
//! Two of its defects show in code of valid modules; the sandbox holds, but the result is wrong:
//!
//! - A `select` whose condition compares with zero drops the comparison and tests the register that it would
//!   have been in, though the operand may lie elsewhere (`try_fuse_select`, `I32Eq_Rsi` and `I32NotEq_Rsi`).
//! - Where a block with parameters begins, locals beneath the parameters on the stack are to be set apart; as
//!   many of them as there are parameters are forgotten (`PreservedAllLocalsIter` skips locals, not operands).
//!
//! LLVM gives no block parameters, and mostly swaps a select's operands for `== 0`: a megabyte of SQLite has two
//! such selects at -O2 and none at -Os.

use super::instruction::{self, Instruction};
use super::reader::Reader;
use super::{MAX_LOCALS, Refusal, function_type};

/// Checks each function of the code section; `types` is the type section.
pub(super) fn check(mut section: Reader<'_>, types: Reader<'_>, screened: bool) -> Result<(), Refusal> {
    let with_params = TypesWithParams::new(types)?;
    for _ in 0..section.u32()? {
        let mut body = section.sized()?;
        let mut locals = 0_u32;
        for _ in 0..body.u32()? {
            locals = locals.saturating_add(body.u32()?);
            body.u32()?;
        }
        if locals > MAX_LOCALS {
            return Err(Refusal::unsupported("function with more than 512 locals"));
        }
        if screened {
            screen(body, &with_params)?;
        }
    }
    Ok(())
}

/// Which of the first types have parameters, one bit each.
struct TypesWithParams([u32; Self::TYPES / 32]);

impl TypesWithParams {
    /// Types that are looked at; a block of a later one counts as having parameters.
    const TYPES: usize = 1024;

    fn new(mut section: Reader<'_>) -> Result<Self, Refusal> {
        let mut bits = [0; Self::TYPES / 32];
        let count = if section.is_empty() { 0 } else { section.u32()? };
        let mut left = count;
        for word in &mut bits {
            for bit in 0..left.min(32) {
                let (params, _) = function_type(&mut section)?;
                *word |= u32::from(!params.is_empty()) << bit;
            }
            left = left.saturating_sub(32);
        }
        Ok(Self(bits))
    }

    fn contains(&self, idx: u32) -> bool {
        self.0.get(idx as usize / 32).is_none_or(|word| word >> (idx % 32) & 1 != 0)
    }
}

/// Looks a function's instructions through for what wasmi gets wrong.
fn screen(mut code: Reader<'_>, with_params: &TypesWithParams) -> Result<(), Refusal> {
    // The instructions before this one, the last one first.
    let mut before = [Instruction::Other; 3];
    while !code.is_empty() {
        let instruction = instruction::next(&mut code)?;
        match instruction {
            // wasmi refuses the module for it, and says so.
            Instruction::Unknown => return Ok(()),
            Instruction::TypedBlock(idx) if with_params.contains(idx) => {
                return Err(Refusal::unsupported(
                    "block with parameters, which wasmi gets wrong: pack the module",
                ));
            }
            Instruction::Select if compares_with_zero(before) => {
                return Err(Refusal::unsupported(
                    "select on `== 0`, which wasmi gets wrong: pack the module",
                ));
            }
            _ => {}
        }
        before = [instruction, before[0], before[1]];
    }
    Ok(())
}

/// Whether a select after these, the last one first, has a comparison with zero for its condition. Only a
/// constant that an instruction names counts, or a global; compilers leave no other ones.
fn compares_with_zero(before: [Instruction; 3]) -> bool {
    let [last, operands @ ..] = before;
    let zero = |operand| matches!(operand, &(Instruction::ConstZero | Instruction::GlobalGet));
    last == Instruction::Eqz || (last == Instruction::Equality && operands.iter().any(zero))
}
