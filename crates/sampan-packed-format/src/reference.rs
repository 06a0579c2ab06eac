// SPDX-License-Identifier: Apache-2.0
//! The table of operations as Markdown, for `docs/packed-format.md`.

use core::fmt::{Result, Write};

use crate::encoding::Field;
use crate::operations::Operation;

/// Writes the table of operations.
///
/// # Errors
/// What `out` answers.
pub fn write_reference(out: &mut impl Write) -> Result {
    out.write_str("| no. | mnemonic | A | B | C | semantics |\n|---|---|---|---|---|---|\n")?;
    for (number, operation) in Operation::ALL.into_iter().enumerate() {
        let description = operation.description();
        let [a, b, c] = description.encoding.fields().map(text);
        writeln!(
            out,
            "| {number} | `{}` | {a} | {b} | {c} | {} |",
            description.mnemonic, description.semantics
        )?;
    }
    Ok(())
}

/// How the reference names a field.
const fn text(field: Field) -> &'static str {
    match field {
        Field::None => "",
        Field::Read => "read",
        Field::ReadPair => "read:64",
        Field::Write => "write",
        Field::WritePair => "write:64",
        Field::Change => "change",
        Field::ChangePair => "change:64",
        Field::ChangeTriple => "change:96",
        Field::Base => "frame distance",
        Field::Signed8 => "s8",
        Field::Unsigned8 => "u8",
        Field::Type => "type",
        Field::Offset1 => "offset, bytes",
        Field::Offset2 => "offset / 2",
        Field::Offset4 | Field::Offset8 => "offset / 4",
        Field::Index => "read, address",
        Field::WrappedOffset => "s8, address",
        Field::Forward8 => "forward8",
        Field::Back8 => "back8",
        Field::Forward16 => "forward16",
        Field::Back16 => "back16",
        Field::Forward24 => "forward24",
        Field::Back24 => "back24",
        Field::Signed16 => "s16",
        Field::TableWords => "words16",
        Field::Function => "function16",
        Field::Import => "import16",
        Field::Constant => "constant16",
        Field::ConstantPair => "constant16, two",
        Field::CallConstant => "constant16: distance, function",
        Field::IndirectConstant => "constant16, two: distance, type; table",
        Field::HostConstant => "constant16: distance, import",
        Field::ZeroStart => "first slot",
        Field::ZeroCount => "count16",
        Field::ZeroConstant => "constant16: first, count",
        Field::FarSlot => "slot16",
        Field::Global => "global16",
        Field::GlobalPair => "global16, two",
        Field::Data => "data16",
        Field::Element | Field::ElementB => "element8",
        Field::Table | Field::TableB => "table8",
        Field::WriteTable | Field::WriteTableB => "table8, changed",
    }
}
