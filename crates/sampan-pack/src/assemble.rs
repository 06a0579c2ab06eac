// SPDX-License-Identifier: Apache-2.0
//! Encoding: labels become distances, operations become words.
//!
//! A branch whose distance doesn't fit its field becomes the opposite branch over a jump. That makes the
//! code longer, so it's repeated until every branch fits.

use sampan_packed_format::{Field, Operation};

use crate::code::{Instruction, Item, Label, Relation};
use crate::error::PackError;

/// Rounds after which every branch that could be too short is made long.
const ROUNDS: u32 = 12;

/// Code words, each with the module offset of what it was made from.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) words: Vec<u32>,
    pub(crate) offsets: Vec<u32>,
}

/// Encodes one function.
pub(crate) fn assemble(items: &[Item], labels: u32) -> Result<Assembled, PackError> {
    let mut items = without_empty_jumps(items);
    for round in 0.. {
        let positions = positions(&items, labels);
        let (longer, changed) = lengthen(&items, &positions, round >= ROUNDS);
        if !changed {
            return encode(&items, &positions);
        }
        items = longer;
    }
    Ok(Assembled::default())
}

/// Leaves out jumps to what follows anyway. The words of a branch table stay.
fn without_empty_jumps(items: &[Item]) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::with_capacity(items.len());
    let mut table_words = 0;
    for (idx, item) in items.iter().enumerate() {
        if let Item::Code(instruction) = item {
            if table_words > 0 {
                table_words -= 1;
            } else if instruction.operation == Operation::BranchTable {
                table_words = instruction.fields[1] + 1;
            } else if instruction.operation == Operation::Jump
                && let Some(target) = instruction.target
                && items[idx + 1..]
                    .iter()
                    .map_while(|item| if let Item::Label(label) = item { Some(label) } else { None })
                    .any(|label| *label == target)
            {
                continue;
            }
        }
        out.push(*item);
    }
    out
}

/// Word position of every label.
fn positions(items: &[Item], labels: u32) -> Vec<u32> {
    let mut positions = vec![0; labels as usize];
    let mut next = 0;
    for item in items {
        match item {
            Item::Label(label) => positions[label.0 as usize] = next,
            Item::Code(_) => next += 1,
        }
    }
    positions
}

/// The field that holds a branch distance, and the largest that it holds.
fn distance_field(instruction: &Instruction) -> Option<(usize, u32)> {
    instruction.encoding().into_iter().enumerate().find_map(|(idx, field)| match field {
        Field::Forward8 | Field::Back8 => Some((idx, 0xff)),
        Field::Forward16 | Field::Back16 => Some((idx, 0xffff)),
        Field::Forward24 | Field::Back24 => Some((idx, 0xff_ffff)),
        _ => None,
    })
}

const fn is_back(operation: Operation) -> bool {
    let encoding = operation.description().encoding;
    matches!(encoding.a, Field::Back24)
        || matches!(encoding.b, Field::Back16)
        || matches!(encoding.c, Field::Back8)
}

fn distance(instruction: &Instruction, target: Label, position: u32, positions: &[u32]) -> Option<u32> {
    let target = positions[target.0 as usize];
    if is_back(instruction.operation) {
        (position + 1).checked_sub(target)
    } else {
        target.checked_sub(position + 1)
    }
}

/// Replaces branches that don't reach their targets.
fn lengthen(items: &[Item], positions: &[u32], all: bool) -> (Vec<Item>, bool) {
    let mut out = Vec::with_capacity(items.len());
    let mut changed = false;
    let mut position = 0;
    for item in items {
        let Item::Code(instruction) = item else {
            out.push(*item);
            continue;
        };
        let far = instruction.target.is_some_and(|target| {
            let reach = distance_field(instruction).map_or(0, |(_, reach)| reach);
            let distance = distance(instruction, target, position, positions);
            reach < 0xff_ffff && (all || distance.is_none_or(|distance| distance > reach))
        });
        if far {
            changed = true;
            out.extend(long_form(instruction).map(Item::Code));
        } else {
            out.push(*item);
        }
        position += 1;
    }
    (out, changed)
}

/// A branch that reaches farther, in two words.
fn long_form(instruction: &Instruction) -> [Instruction; 2] {
    let [a, b, _] = instruction.fields;
    let step = |by| Instruction {
        operation: Operation::AddImmediate,
        fields: [a, a, by],
        target: None,
        passed: None,
        offset: instruction.offset,
    };
    let branch = |operation, fields| Instruction { operation, fields, ..*instruction };
    match instruction.operation {
        Operation::AddBranchIfNonZeroBack => {
            return [step(b), branch(Operation::BranchIfNonZeroBack, [a, 0, 0])];
        }
        Operation::IncrementBranchIfNotEqualBack => {
            return [step(1), branch(Operation::BranchIfNotEqualBack, [a, b, 0])];
        }
        _ => {}
    }
    let (opposite, distance) = opposite(instruction.operation);
    let mut over = Instruction { operation: opposite, target: None, ..*instruction };
    over.fields[distance] = 1;
    let jump = if is_back(instruction.operation) { Operation::Loop } else { Operation::Jump };
    [over, branch(jump, [0; 3])]
}

/// The forward branch taken when this one isn't, and the number of its distance field.
fn opposite(operation: Operation) -> (Operation, usize) {
    use Operation as O;
    match operation {
        O::BranchIfNonZero | O::BranchIfNonZeroBack => return (O::BranchIfZero, 1),
        O::BranchIfZero | O::BranchIfZeroBack => return (O::BranchIfNonZero, 1),
        _ => {}
    }
    for immediate in [false, true] {
        for back in [false, true] {
            for relation in Relation::ALL {
                if relation.branch(immediate, back) == operation {
                    return (relation.inverse().branch(immediate, false), 2);
                }
            }
        }
    }
    (operation, 2)
}

fn encode(items: &[Item], positions: &[u32]) -> Result<Assembled, PackError> {
    let mut out = Assembled::default();
    for item in items {
        let Item::Code(instruction) = item else { continue };
        let mut instruction = *instruction;
        if let Some(target) = instruction.target
            && let Some((field, _)) = distance_field(&instruction)
        {
            let position = out.words.len() as u32;
            let distance = distance(&instruction, target, position, positions)
                .ok_or_else(|| PackError::unsupported("a branch against its direction"))?;
            instruction.fields[field] = distance.cast_signed();
        }
        out.words.push(word(&instruction)?);
        out.offsets.push(instruction.offset);
    }
    Ok(out)
}

/// One code word.
fn word(instruction: &Instruction) -> Result<u32, PackError> {
    let mut word = instruction.operation as u32;
    for (idx, field) in instruction.encoding().into_iter().enumerate() {
        let bits = field.bits();
        if bits == 0 {
            continue;
        }
        let value = i64::from(instruction.fields[idx]);
        let range = if field.is_signed() { -(1 << (bits - 1))..1 << (bits - 1) } else { 0..1_i64 << bits };
        if !range.contains(&value) {
            return Err(PackError::unsupported(format!(
                "operand {value} of {} is out of range: a frame, or the number of constants, is too large",
                instruction.operation.description().mnemonic
            )));
        }
        word |= (value as u32 & ((1_u64 << bits) - 1) as u32) << (8 + 8 * idx);
    }
    Ok(word)
}
