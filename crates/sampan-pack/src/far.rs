// SPDX-License-Identifier: Apache-2.0
//! Big frames: slots that no 8-bit field reaches.
//!
//! In a function with more than 256 slots all but the parameters lie beyond slot 256, and slots
//! [`FIRST_SCRATCH`] to [`SCRATCH_END`] are scratch: an operation fetches its far operands there, works
//! there and puts its result back. Slow, but only large functions pay, and nothing else has to know.

use sampan_packed_format::{Field, NEAR_SLOTS, Operation};

use crate::code::{Instruction, Item};

/// First scratch slot of a big frame.
pub(crate) const FIRST_SCRATCH: u32 = 244;
/// End of the scratch slots of a big frame.
pub(crate) const SCRATCH_END: u32 = NEAR_SLOTS;

/// Rewrites the code of a big frame so that every slot fits its field.
pub(crate) fn rewrite(items: &[Item]) -> Vec<Item> {
    let mut out = Vec::with_capacity(items.len() * 2);
    for item in items {
        match item {
            Item::Label(_) => out.push(*item),
            Item::Code(instruction) => rewrite_one(*instruction, &mut out),
        }
    }
    out
}

fn rewrite_one(mut instruction: Instruction, out: &mut Vec<Item>) {
    let offset = instruction.offset;
    let transfer = |operation, near: u32, far: u32| {
        let fields = [near.cast_signed(), far.cast_signed(), 0];
        Item::Code(Instruction { operation, fields, target: None, passed: None, offset })
    };
    if instruction.operation == Operation::Move {
        let [to, from, _] = instruction.fields.map(i32::cast_unsigned);
        match (to < NEAR_SLOTS, from < NEAR_SLOTS) {
            (true, true) => out.push(Item::Code(instruction)),
            (true, false) => out.push(transfer(Operation::FarGet, to, from)),
            (false, true) => out.push(transfer(Operation::FarSet, from, to)),
            (false, false) => {
                out.push(transfer(Operation::FarGet, FIRST_SCRATCH, from));
                out.push(transfer(Operation::FarSet, FIRST_SCRATCH, to));
            }
        }
        return;
    }
    let mut put_back = Vec::new();
    for (idx, field) in instruction.encoding().into_iter().enumerate() {
        let slot = instruction.fields[idx].cast_unsigned();
        if field.slots() == 0 || slot + field.slots() <= NEAR_SLOTS {
            continue;
        }
        let near = FIRST_SCRATCH + 4 * idx as u32;
        for part in 0..field.slots() {
            if field.reads() {
                out.push(transfer(Operation::FarGet, near + part, slot + part));
            }
            if field.writes() && field != Field::ChangeTriple {
                put_back.push(transfer(Operation::FarSet, near + part, slot + part));
            }
        }
        instruction.fields[idx] = near.cast_signed();
    }
    out.push(Item::Code(instruction));
    out.extend(put_back);
}
