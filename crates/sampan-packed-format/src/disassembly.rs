// SPDX-License-Identifier: Apache-2.0
//! One code word as text.

use core::fmt::{Display, Formatter, Result};

use crate::encoding::{Field, field_a, field_b, field_bc, field_c, signed_bc};
use crate::operations::Operation;

/// A code word that is shown as its mnemonic and operands.
#[derive(Clone, Copy, Debug)]
pub struct Disassembled {
    /// The word.
    pub word: u32,
    /// Its number in the code section: branches are shown with the number of their target.
    pub position: u32,
}

impl Disassembled {
    fn operand(self, f: &mut Formatter<'_>, field: Field, eight_bits: u32) -> Result {
        let next = self.position.wrapping_add(1);
        let wide = field_bc(self.word);
        match field {
            Field::None => Ok(()),
            Field::Read | Field::Write | Field::Change | Field::Index | Field::ZeroStart => {
                write!(f, " s{eight_bits}")
            }
            Field::ReadPair | Field::WritePair | Field::ChangePair => write!(f, " s{eight_bits}:64"),
            Field::ChangeTriple => write!(f, " s{eight_bits}:3"),
            Field::Signed8 | Field::WrappedOffset => write!(f, " {}", eight_bits as u8 as i8),
            Field::Signed16 => write!(f, " {}", signed_bc(self.word)),
            Field::Forward8 => write!(f, " ->{}", next.wrapping_add(eight_bits)),
            Field::Back8 => write!(f, " ->{}", next.wrapping_sub(eight_bits)),
            Field::Forward16 => write!(f, " ->{}", next.wrapping_add(wide)),
            Field::Back16 => write!(f, " ->{}", next.wrapping_sub(wide)),
            Field::Forward24 => write!(f, " ->{}", next.wrapping_add(self.word >> 8)),
            Field::Back24 => write!(f, " ->{}", next.wrapping_sub(self.word >> 8)),
            Field::FarSlot => write!(f, " s{wide}"),
            Field::Function => write!(f, " f{wide}"),
            Field::Import => write!(f, " i{wide}"),
            Field::Constant
            | Field::ConstantPair
            | Field::CallConstant
            | Field::IndirectConstant
            | Field::HostConstant
            | Field::ZeroConstant => write!(f, " k{wide}"),
            Field::Global | Field::GlobalPair => write!(f, " g{wide}"),
            Field::Base => write!(f, " +{eight_bits}"),
            Field::TableWords | Field::ZeroCount | Field::Data => write!(f, " {wide}"),
            _ => write!(f, " {eight_bits}"),
        }
    }
}

impl Display for Disassembled {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Some(operation) = Operation::from_number(self.word as u8) else {
            return write!(f, ".word {:#010x}", self.word);
        };
        let description = operation.description();
        f.write_str(description.mnemonic)?;
        self.operand(f, description.encoding.a, field_a(self.word))?;
        self.operand(f, description.encoding.b, field_b(self.word))?;
        self.operand(f, description.encoding.c, field_c(self.word))
    }
}
