// SPDX-License-Identifier: Apache-2.0
//! Two instructions or three that become one.
//!
//! A fusion takes what made an operand into the instruction that uses it up. So nothing between the two may read or
//! write that operand, nothing between may write what it was made from, and nobody may need it afterwards. Only
//! what can't trap is moved, so traps come in the order that the module says.

use sampan_packed_format::{Field, Operation};

use super::flow::{Flow, Slots, reads, writes};
use crate::code::{Instruction, Item};

/// Items that are looked back at.
const REACH: usize = 24;

/// What becomes of a part of a block: one instruction changes, and others are no longer needed.
struct Fusion {
    at: usize,
    code: Instruction,
    gone: Vec<usize>,
}

/// A part of a block, and what is live after it.
struct Part<'p> {
    items: &'p [Item],
    live: Slots,
    has_index: bool,
}

/// Fuses what can be.
pub(super) fn fuse(items: &mut Vec<Item>, flow: &Flow, has_index: bool) {
    let mut keeps = vec![true; items.len()];
    for block in &flow.blocks {
        for idx in block.start..block.end {
            let first = block.start.max((idx + 1).saturating_sub(REACH));
            let part = Part { items: &items[first..=idx], live: flow.live_after[idx], has_index };
            if let Some(Fusion { at, code, gone }) = part.fusion() {
                for gone in gone {
                    keeps[first + gone] = false;
                    // Until the end something that names no slot is in its place.
                    items[first + gone] =
                        Item::Code(Instruction { operation: Operation::Unreachable, fields: [0; 3], ..code });
                }
                items[first + at] = Item::Code(code);
            }
        }
    }
    let mut keep = keeps.iter();
    items.retain(|_| keep.next().copied().unwrap_or(true));
}

impl Part<'_> {
    fn fusion(&self) -> Option<Fusion> {
        use Operation as O;
        let Some(Item::Code(last)) = self.items.last() else { return None };
        match last.operation {
            O::AndImmediate => self.byte_sum(last),
            O::ExclusiveOr | O::Or => self.shifted(last),
            O::FloatAdd => self.float_multiply_add(last),
            O::MoveIfZero | O::MoveIfNonZero => self.extreme(last),
            O::Multiply64 => self.wide_product(last),
            O::Move => self.moves(last),
            O::AddImmediate => self.increment(last),
            O::Load8 => self.increment_before(last),
            _ => None,
        }
    }

    fn code(&self, idx: usize) -> Option<Instruction> {
        match self.items.get(idx)? {
            Item::Code(code) => Some(*code),
            Item::Label(_) => None,
        }
    }

    /// Whether nobody needs slots after the last instruction.
    fn is_used_up(&self, last: &Instruction, first: i32, count: i32) -> bool {
        let overwritten = match last.encoding()[0] {
            Field::Write | Field::WritePair => last.written(),
            _ => 0..0,
        };
        (first..first + count).all(|slot| {
            overwritten.contains(&slot.cast_unsigned()) || !self.live.contains(slot.cast_unsigned())
        })
    }

    /// The instruction before `end` that made a slot, which no other reads up to `end`; and nothing between writes
    /// what it was made from.
    fn maker(&self, end: usize, slot: i32) -> Option<(usize, Instruction)> {
        let wanted = slot.cast_unsigned();
        let mut written = Slots::default();
        for idx in (0..end).rev() {
            let code = self.code(idx)?;
            if writes(&code).contains(wanted) {
                let is_made = matches!(code.encoding()[0], Field::Write | Field::WritePair)
                    && code.destination() == Some(wanted);
                let lasts = reads(&code).iter().all(|source| !written.contains(source));
                return (is_made && lasts).then_some((idx, code));
            }
            if reads(&code).contains(wanted) {
                return None;
            }
            written = written.with(writes(&code));
        }
        None
    }

    fn end(&self) -> usize {
        self.items.len() - 1
    }

    /// Makes another instruction of the last one.
    fn fused(
        &self,
        last: &Instruction,
        operation: Operation,
        fields: [i32; 3],
        gone: Vec<usize>,
    ) -> Option<Fusion> {
        Some(Fusion { at: self.end(), code: Instruction { operation, fields, ..*last }, gone })
    }

    /// The low byte of a sum, which compilers make to compare with a range of characters.
    fn byte_sum(&self, last: &Instruction) -> Option<Fusion> {
        let [a, b, c] = last.fields;
        let (idx, sum) = self.maker(self.end(), b)?;
        if c != 0xff || sum.operation != Operation::AddImmediate || !self.is_used_up(last, b, 1) {
            return None;
        }
        self.fused(last, Operation::AddByte, [a, sum.fields[1], sum.fields[2]], vec![idx])
    }

    /// An operand that was shifted: one that the result replaces, or one that is added to the result.
    fn shifted(&self, last: &Instruction) -> Option<Fusion> {
        use Operation as O;
        let [a, b, c] = last.fields;
        for (shifted, other) in [(b, c), (c, b)] {
            let Some((idx, shift)) = self.maker(self.end(), shifted) else { continue };
            if shifted == other || !self.is_used_up(last, shifted, 1) {
                continue;
            }
            let [_, source, by] = shift.fields;
            let is_replaced = source == a && other != a;
            let (operation, operand) = match (last.operation, shift.operation) {
                (O::ExclusiveOr, O::RotateLeftImmediate) if other == a => (O::ExclusiveOrRotated, source),
                (O::ExclusiveOr, O::ShiftRightImmediate) if is_replaced => (O::ShiftRightExclusiveOr, other),
                (O::Or, O::ShiftLeftImmediate) if is_replaced => (O::ShiftLeftOr, other),
                _ => continue,
            };
            return self.fused(last, operation, [a, operand, by], vec![idx]);
        }
        None
    }

    /// A product that is added to what is replaced. The order of the operands stays, for the bits of a NaN.
    fn float_multiply_add(&self, last: &Instruction) -> Option<Fusion> {
        let [a, b, c] = last.fields;
        let (idx, product) = self.maker(self.end(), c)?;
        let is_product = product.operation == Operation::FloatMultiply && a == b && c != a;
        if !is_product || !self.is_used_up(last, c, 1) {
            return None;
        }
        let [_, x, y] = product.fields;
        self.fused(last, Operation::FloatMultiplyAdd, [a, x, y], vec![idx])
    }

    /// A choice by a comparison of the two that are chosen from.
    fn extreme(&self, last: &Instruction) -> Option<Fusion> {
        use Operation as O;
        let [a, b, condition] = last.fields;
        // The other choice may only just have been copied to where the result is.
        let copy = self
            .code(self.end().wrapping_sub(1))
            .filter(|copy| copy.operation == O::Move && copy.fields[0] == a && copy.fields[1] != b);
        let (end, chosen, mut gone) = match copy {
            Some(copy) => (self.end() - 1, copy.fields[1], vec![self.end() - 1]),
            None => (self.end(), a, Vec::new()),
        };
        let (idx, comparison) = self.maker(end, condition)?;
        let [_, x, y] = comparison.fields;
        let (is_less, lesser, greater) = match comparison.operation {
            O::LessSigned => (true, O::MinimumSigned, O::MaximumSigned),
            O::NotLessSigned => (false, O::MinimumSigned, O::MaximumSigned),
            O::Less => (true, O::Minimum, O::Maximum),
            O::NotLess => (false, O::Minimum, O::Maximum),
            _ => return None,
        };
        let is_pair = (x, y) == (chosen, b) || (x, y) == (b, chosen);
        let is_free = ![a, b, chosen].contains(&condition) && !self.live.contains(condition.cast_unsigned());
        if !is_pair || x == y || a == b || !is_free {
            return None;
        }
        // What is there stays where the condition holds, if it's replaced where the condition is zero.
        let holds = if last.operation == O::MoveIfZero { chosen } else { b };
        let operation = if (holds == x) == is_less { lesser } else { greater };
        gone.push(idx);
        self.fused(last, operation, [a, chosen, b], gone)
    }

    /// A 64-bit product of numbers that were only just extended.
    fn wide_product(&self, last: &Instruction) -> Option<Fusion> {
        let [a, b, c] = last.fields;
        let (first_idx, first) = self.maker(self.end(), b)?;
        let (second_idx, second) = self.maker(self.end(), c)?;
        let are_extended = [first, second].iter().all(|code| code.operation == Operation::ExtendSigned);
        // Pairs that overlap, and pairs read by half in between.
        let overlap = (b - c).abs() < 2;
        let is_whole = [(first_idx, b), (second_idx, c)].iter().all(|&(idx, pair)| {
            let high = Slots::range(pair.cast_unsigned() + 1, pair.cast_unsigned() + 2);
            (idx + 1..self.end()).all(|between| {
                self.code(between).is_some_and(|code| {
                    reads(&code).with(writes(&code)).without(high) == reads(&code).with(writes(&code))
                })
            })
        });
        let are_used_up = self.is_used_up(last, b, 2) && self.is_used_up(last, c, 2);
        if !are_extended || overlap || !is_whole || !are_used_up {
            return None;
        }
        let fields = [a, first.fields[1], second.fields[1]];
        self.fused(last, Operation::MultiplyWide, fields, vec![first_idx, second_idx])
    }

    /// Two moves in one: of neighbours, as arguments are, or along a chain, as in a queue.
    fn moves(&self, last: &Instruction) -> Option<Fusion> {
        let [to, from, _] = last.fields;
        let mut touched = Slots::default();
        let mut written = Slots::default();
        for idx in (0..self.end()).rev() {
            let code = self.code(idx)?;
            let [earlier_to, earlier_from, _] = code.fields;
            let stays = |slot: i32| !touched.contains(slot.cast_unsigned());
            if code.operation == Operation::Move && earlier_to != earlier_from && to != from {
                // The earlier move may be made later: its source lasts, and its copy isn't used before.
                let sinks = stays(earlier_to)
                    && !written.contains(earlier_from.cast_unsigned())
                    && from != earlier_to
                    && to != earlier_to;
                if sinks && to == earlier_from {
                    return self.fused(last, Operation::MoveChain, [earlier_to, to, from], vec![idx]);
                }
                if sinks && to == earlier_to + 1 {
                    return self.fused(
                        last,
                        Operation::MovePair,
                        [earlier_to, earlier_from, from],
                        vec![idx],
                    );
                }
                if sinks && to + 1 == earlier_to && to != earlier_from {
                    return self.fused(last, Operation::MovePair, [to, from, earlier_from], vec![idx]);
                }
            }
            touched = touched.with(reads(&code)).with(writes(&code));
            written = written.with(writes(&code));
        }
        None
    }

    /// A byte that is loaded, and its address that goes on after that. The sum moves up to the load.
    fn increment(&self, last: &Instruction) -> Option<Fusion> {
        let [pointer, base, step] = last.fields;
        if pointer != base || !self.has_index {
            return None;
        }
        for at in (0..self.end()).rev() {
            let code = self.code(at)?;
            let [to, from, offset] = code.fields;
            if code.operation == Operation::Load8 && from == pointer && to != pointer && offset == 0 {
                let code =
                    Instruction { operation: Operation::Load8Increment, fields: [to, from, step], ..code };
                return Some(Fusion { at, code, gone: vec![self.end()] });
            }
            if reads(&code).with(writes(&code)).contains(pointer.cast_unsigned()) {
                return None;
            }
        }
        None
    }
    /// As [`Self::increment`], where the address went on before the load, which uses a copy from before that. The
    /// sum moves down to the load.
    fn increment_before(&self, last: &Instruction) -> Option<Fusion> {
        let [to, copy, offset] = last.fields;
        if offset != 0 || !self.has_index {
            return None;
        }
        let changes = |idx: usize, slot: i32| {
            self.code(idx).is_none_or(|code| writes(&code).contains(slot.cast_unsigned()))
        };
        let copied = (0..self.end()).rev().find(|&idx| changes(idx, copy))?;
        let pointer = self.code(copied).filter(|code| code.operation == Operation::Move)?.fields[1];
        let at = (copied + 1..self.end()).find(|&idx| changes(idx, pointer))?;
        let sum = self.code(at).filter(|sum| sum.operation == Operation::AddImmediate)?;
        let is_touched = (at + 1..self.end()).any(|idx| {
            changes(idx, pointer)
                || self.code(idx).is_none_or(|code| reads(&code).contains(pointer.cast_unsigned()))
        });
        if sum.fields[..2] != [pointer, pointer] || is_touched || to == pointer || copy == pointer {
            return None;
        }
        let fields = [to, pointer, sum.fields[2]];
        self.fused(last, Operation::Load8Increment, fields, vec![at])
    }
}
