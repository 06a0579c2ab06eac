// SPDX-License-Identifier: Apache-2.0
//! Exchanges instructions of a real module for others of the same type.
//!
//! Real modules have the shapes that compilers make, which is what an optimising packer looks for; random
//! ones have none of them. Exchanged are operators within their class, constants, and the widths
//! and offsets of accesses, so that the result is as valid as the original was.

use sampan_spec_tests::Random;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Instruction, MemArg, Module};
use wasmparser::Operator;

/// Mutates `wasm`; `None` if it can't be read.
#[must_use]
pub fn mutate(wasm: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut module = Module::new();
    let one_in = 3 + random.below(200);
    let mut mutator = Mutator { random, one_in };
    mutator.parse_core_module(&mut module, wasmparser::Parser::new(0), wasm).ok()?;
    Some(module.finish())
}

struct Mutator<'r> {
    random: &'r mut Random,
    /// One instruction in so many is exchanged.
    one_in: u32,
}

impl Reencode for Mutator<'_> {
    type Error = std::convert::Infallible;

    fn const_expr(
        &mut self,
        expression: wasmparser::ConstExpr<'_>,
    ) -> Result<wasm_encoder::ConstExpr, Error<Self::Error>> {
        // Few operators are constant.
        let mut fixed = Mutator { random: self.random, one_in: u32::MAX };
        wasm_encoder::reencode::utils::const_expr(&mut fixed, expression)
    }

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, Error<Self::Error>> {
        let instruction = wasm_encoder::reencode::utils::instruction(self, operator)?;
        if self.random.below(self.one_in) != 0 {
            return Ok(instruction);
        }
        Ok(exchange(&instruction, self.random).unwrap_or(instruction))
    }
}

/// Classes of instructions that take and give the same types.
const CLASSES: [&[Instruction<'static>]; 14] = {
    use Instruction as I;
    [
        &[
            I::I32Add,
            I::I32Sub,
            I::I32Mul,
            I::I32DivS,
            I::I32DivU,
            I::I32RemS,
            I::I32RemU,
            I::I32And,
            I::I32Or,
            I::I32Xor,
            I::I32Shl,
            I::I32ShrS,
            I::I32ShrU,
            I::I32Rotl,
            I::I32Rotr,
            I::I32Eq,
            I::I32Ne,
            I::I32LtS,
            I::I32LtU,
            I::I32GtS,
            I::I32GtU,
            I::I32LeS,
            I::I32LeU,
            I::I32GeS,
            I::I32GeU,
        ],
        &[I::I32Eqz, I::I32Clz, I::I32Ctz, I::I32Popcnt, I::I32Extend8S, I::I32Extend16S],
        &[
            I::I64Add,
            I::I64Sub,
            I::I64Mul,
            I::I64DivS,
            I::I64DivU,
            I::I64RemS,
            I::I64RemU,
            I::I64And,
            I::I64Or,
            I::I64Xor,
            I::I64Shl,
            I::I64ShrS,
            I::I64ShrU,
            I::I64Rotl,
            I::I64Rotr,
        ],
        &[
            I::I64Eq,
            I::I64Ne,
            I::I64LtS,
            I::I64LtU,
            I::I64GtS,
            I::I64GtU,
            I::I64LeS,
            I::I64LeU,
            I::I64GeS,
            I::I64GeU,
        ],
        &[I::I64Clz, I::I64Ctz, I::I64Popcnt, I::I64Extend8S, I::I64Extend16S, I::I64Extend32S],
        &[I::F32Add, I::F32Sub, I::F32Mul, I::F32Div, I::F32Min, I::F32Max, I::F32Copysign],
        &[I::F32Eq, I::F32Ne, I::F32Lt, I::F32Gt, I::F32Le, I::F32Ge],
        &[I::F32Abs, I::F32Neg, I::F32Ceil, I::F32Floor, I::F32Trunc, I::F32Nearest, I::F32Sqrt],
        &[I::F64Add, I::F64Sub, I::F64Mul, I::F64Div, I::F64Min, I::F64Max, I::F64Copysign],
        &[I::F64Eq, I::F64Ne, I::F64Lt, I::F64Gt, I::F64Le, I::F64Ge],
        &[I::F64Abs, I::F64Neg, I::F64Ceil, I::F64Floor, I::F64Trunc, I::F64Nearest, I::F64Sqrt],
        &[I::I32TruncF32S, I::I32TruncF32U, I::I32TruncSatF32S, I::I32TruncSatF32U, I::I32ReinterpretF32],
        &[I::I32TruncF64S, I::I32TruncF64U, I::I32TruncSatF64S, I::I32TruncSatF64U],
        &[I::I64ExtendI32S, I::I64ExtendI32U],
    ]
};

/// Another instruction of the same type; `None` for one that has no class.
fn exchange(instruction: &Instruction<'_>, random: &mut Random) -> Option<Instruction<'static>> {
    use Instruction as I;
    let value = match random.below(3) {
        0 => u64::from(random.below(40)),
        1 => (1_u64 << random.below(64)).wrapping_sub(u64::from(random.below(2))),
        _ => random.next_u64(),
    };
    let mut access = |mem_arg: &MemArg| MemArg {
        offset: if random.below(2) == 0 { mem_arg.offset } else { u64::from(random.below(300)) },
        align: 0,
        ..*mem_arg
    };
    let loads: &[fn(MemArg) -> I<'static>] = match instruction {
        I::I32Const(_) => return Some(I::I32Const(value as i32)),
        I::I64Const(_) => return Some(I::I64Const(value.cast_signed())),
        I::I32Load(_) | I::I32Load8S(_) | I::I32Load8U(_) | I::I32Load16S(_) | I::I32Load16U(_) => {
            &[I::I32Load, I::I32Load8S, I::I32Load8U, I::I32Load16S, I::I32Load16U]
        }
        I::I64Load(_) | I::I64Load8S(_) | I::I64Load8U(_) | I::I64Load32S(_) | I::I64Load32U(_) => {
            &[I::I64Load, I::I64Load8S, I::I64Load8U, I::I64Load16S, I::I64Load32S, I::I64Load32U]
        }
        I::I32Store(_) | I::I32Store8(_) | I::I32Store16(_) => &[I::I32Store, I::I32Store8, I::I32Store16],
        I::I64Store(_) | I::I64Store8(_) | I::I64Store32(_) => {
            &[I::I64Store, I::I64Store8, I::I64Store16, I::I64Store32]
        }
        _ => {
            let kind = std::mem::discriminant(instruction);
            let class = CLASSES
                .iter()
                .find(|class| class.iter().any(|other| std::mem::discriminant(other) == kind))?;
            return class.get(random.below(class.len() as u32) as usize).cloned();
        }
    };
    let mem_arg = match instruction {
        I::I32Load(arg)
        | I::I32Load8S(arg)
        | I::I32Load8U(arg)
        | I::I32Load16S(arg)
        | I::I32Load16U(arg)
        | I::I64Load(arg)
        | I::I64Load8S(arg)
        | I::I64Load8U(arg)
        | I::I64Load32S(arg)
        | I::I64Load32U(arg)
        | I::I32Store(arg)
        | I::I32Store8(arg)
        | I::I32Store16(arg)
        | I::I64Store(arg)
        | I::I64Store8(arg)
        | I::I64Store32(arg) => access(arg),
        _ => return None,
    };
    loads.get(random.below(loads.len() as u32) as usize).map(|make| make(mem_arg))
}
