// SPDX-License-Identifier: Apache-2.0
//! What is improved in the lowered code of one function as a whole.
//!
//! Lowering sees one operator after the other, and looks back at what it has just emitted. Here all of a
//! function is known: which slots are still needed (`flow.rs`), what values they can have (`range.rs`), and what
//! is only a copy (`webs.rs`). Nothing changes which trap comes first, and every instruction that may trap
//! keeps the place in the module that it was made from.
//!
//! Frames of more than 256 slots aren't looked into, nor functions of a size that nobody writes.

mod flow;
mod fuse;
mod range;
mod webs;

use sampan_packed_format::{Field, Operation};

use crate::code::{Constants, Instruction, Item};
use flow::{Flow, is_pure, reads, writes};

/// One way to improve the code of a function.
type Pass<'p> = &'p dyn Fn(&mut Vec<Item>, &Flow);

/// Most zeroed slots that are set one by one.
const FEW_ZEROS: u32 = 2;

/// Improves the code of a function whose frame has no more slots than a field can name. `has_index` says that the
/// memory is large enough for accesses by index.
pub(crate) fn optimize(items: &mut Vec<Item>, labels: u32, constants: &Constants, has_index: bool) {
    let passes: [Pass<'_>; 6] = [
        &trim_zeros,
        &|items, flow| range::simplify(items, flow, constants, has_index),
        &webs::coalesce,
        &|items, flow| propagate_copies(items, flow),
        &remove_unused,
        &|items, flow| fuse::fuse(items, flow, has_index),
    ];
    for pass in passes {
        let Some(flow) = Flow::of(items, labels) else { return };
        pass(items, &flow);
    }
}

/// Sets to zero only what is read before it's set to something else.
fn trim_zeros(items: &mut Vec<Item>, flow: &Flow) {
    let mut out = Vec::with_capacity(items.len());
    for (item, live) in items.iter().zip(&flow.live_after) {
        let Item::Code(code) = item else {
            out.push(*item);
            continue;
        };
        if code.operation != Operation::Zero {
            out.push(*item);
            continue;
        }
        let [first, count, _] = code.fields.map(i32::cast_unsigned);
        let needed: Vec<u32> = live.iter().filter(|slot| (first..first + count).contains(slot)).collect();
        let with = |operation, fields| Item::Code(Instruction { operation, fields, ..*code });
        match (needed.first(), needed.last()) {
            (Some(&first), Some(&last)) if needed.len() as u32 > FEW_ZEROS => {
                let count = last + 1 - first;
                out.push(with(Operation::Zero, [first.cast_signed(), count.cast_signed(), 0]));
            }
            _ => out.extend(needed.iter().map(|slot| with(Operation::Immediate, [slot.cast_signed(), 0, 0]))),
        }
    }
    *items = out;
}

/// Reads what was copied instead of the copy, as long as both are the same.
fn propagate_copies(items: &mut [Item], flow: &Flow) {
    for block in &flow.blocks {
        let mut copies: Vec<(i32, i32)> = Vec::new();
        for item in &mut items[block.start..block.end] {
            let Item::Code(code) = item else { continue };
            let encoding = code.encoding();
            for (field, slot) in encoding.into_iter().zip(&mut code.fields) {
                if matches!(field, Field::Read | Field::Index)
                    && let Some(&(_, from)) = copies.iter().find(|copy| copy.0 == *slot)
                {
                    *slot = from;
                }
            }
            let written = writes(code);
            copies.retain(|&(to, from)| {
                !written.contains(to.cast_unsigned()) && !written.contains(from.cast_unsigned())
            });
            if code.operation == Operation::Move && code.fields[0] != code.fields[1] {
                copies.push((code.fields[0], code.fields[1]));
            }
        }
    }
}

/// Leaves out instructions whose results nobody reads.
fn remove_unused(items: &mut Vec<Item>, flow: &Flow) {
    let mut keeps = vec![true; items.len()];
    for block in &flow.blocks {
        let end = block.end;
        let mut live = flow.live_after[end - 1];
        for at in (block.start..end).rev() {
            let Item::Code(code) = &items[at] else { continue };
            let is_used = writes(code).iter().any(|slot| live.contains(slot));
            let is_idle = code.operation == Operation::Move && code.fields[0] == code.fields[1];
            if is_pure(code) && (!is_used || is_idle) {
                keeps[at] = false;
            } else {
                live = live.without(writes(code)).with(reads(code));
            }
        }
    }
    let mut keep = keeps.iter();
    items.retain(|_| keep.next().copied().unwrap_or(true));
}
