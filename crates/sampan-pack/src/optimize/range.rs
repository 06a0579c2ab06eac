// SPDX-License-Identifier: Apache-2.0
//! What values slots can have, and what becomes simpler by it.
//!
//! For every slot the least and the greatest value are followed through the code. Compilers mask a byte that
//! was only just loaded as one: such a mask becomes a move. An address and an offset whose sum can't wrap take
//! the form of access that doesn't ask whether it did, and that form takes a shift of its index in.

use std::collections::BTreeSet;

use sampan_packed_format::{NEAR_SLOTS, Operation};

use super::flow::{Flow, Slots, reads, writes};
use crate::code::{Constants, Instruction, Item};

/// Items that are looked back at for a shift.
const REACH: usize = 6;
/// Visits of a block, on average, after which a function is left as it is.
const VISITS: usize = 64;
/// Greatest values where ways meet.
const STEPS: [u32; 4] = [1, 0xff, 0xffff, 0x7fff_ffff];

/// Least and greatest value of a slot, unsigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    least: u32,
    greatest: u32,
}

impl Range {
    const ALL: Self = Self { least: 0, greatest: u32::MAX };

    const fn exactly(value: u32) -> Self {
        Self { least: value, greatest: value }
    }

    const fn up_to(greatest: u32) -> Self {
        Self { least: 0, greatest }
    }

    /// What holds of a value in either, with room: no loop makes it grow in more than a few steps.
    fn join(self, other: Self) -> Self {
        let step = |value| STEPS.into_iter().find(|&step| value <= step).unwrap_or(u32::MAX);
        Self {
            least: if other.least < self.least { 0 } else { self.least },
            greatest: if other.greatest > self.greatest { step(other.greatest) } else { self.greatest },
        }
    }

    /// Both ends through a function that may overflow; then nothing is known.
    fn map(self, function: impl Fn(u32) -> Option<u32>) -> Self {
        match (function(self.least), function(self.greatest)) {
            (Some(least), Some(greatest)) => Self { least, greatest },
            _ => Self::ALL,
        }
    }

    fn combine(self, other: Self, function: impl Fn(u32, u32) -> Option<u32>) -> Self {
        match (function(self.least, other.least), function(self.greatest, other.greatest)) {
            (Some(least), Some(greatest)) => Self { least, greatest },
            _ => Self::ALL,
        }
    }
}

/// The least number of the form 2ⁿ - 1 that isn't less.
const fn ones(value: u32) -> u32 {
    match value.leading_zeros() {
        32 => 0,
        zeros => u32::MAX >> zeros,
    }
}

type State = [Range; NEAR_SLOTS as usize];

/// Ranges at the start of every block; `None` for one that is never reached.
fn at_starts(items: &[Item], flow: &Flow, constants: &Constants) -> Option<Vec<Option<Box<State>>>> {
    let mut starts: Vec<Option<Box<State>>> = vec![None; flow.blocks.len()];
    starts[0] = Some(Box::new([Range::ALL; NEAR_SLOTS as usize]));
    let mut open = BTreeSet::from([0]);
    for _ in 0..flow.blocks.len() * VISITS {
        let Some(idx) = open.pop_first() else { return Some(starts) };
        let block = &flow.blocks[idx];
        let Some(mut state) = starts[idx].clone() else { continue };
        for item in &items[block.start..block.end] {
            if let Item::Code(code) = item {
                step(&mut state, code, constants);
            }
        }
        for &next in &block.next {
            let is_new = match &mut starts[next] {
                Some(known) => join(known, &state),
                unknown => {
                    *unknown = Some(state.clone());
                    true
                }
            };
            if is_new {
                open.insert(next);
            }
        }
    }
    None
}

fn join(known: &mut State, state: &State) -> bool {
    let mut is_new = false;
    for (known, range) in known.iter_mut().zip(state) {
        let joined = known.join(*range);
        is_new |= joined != *known;
        *known = joined;
    }
    is_new
}

/// What an instruction does to the ranges.
fn step(state: &mut State, code: &Instruction, constants: &Constants) {
    let made = result(state, code, constants);
    for slot in writes(code).iter() {
        state[slot as usize] = if code.operation == Operation::Zero { Range::exactly(0) } else { Range::ALL };
    }
    if let Some(range) = made {
        state[code.fields[0] as usize] = range;
    }
}

/// Range of what an operation makes in one slot, if more is known of it than nothing.
fn result(state: &State, code: &Instruction, constants: &Constants) -> Option<Range> {
    use Operation as O;
    let [a, b, c] = code.fields.map(i32::cast_unsigned);
    let slot = |idx: u32| state.get(idx as usize).copied().unwrap_or(Range::ALL);
    Some(match code.operation {
        O::Immediate => Range::exactly(b),
        O::Constant => Range::exactly(*constants.words().get(b as usize)?),
        O::Move => slot(b),
        O::MoveIfZero | O::MoveIfNonZero => slot(a).join(slot(b)),
        O::Load8 | O::Load8Far | O::Load8Index | O::Load8Wrapped => Range::up_to(0xff),
        O::Load16 | O::Load16Far | O::Load16Index | O::Load16Index2 | O::Load16Wrapped => {
            Range::up_to(0xffff)
        }
        O::AndImmediate => Range::up_to(slot(b).greatest.min(c)),
        O::And => Range::up_to(slot(b).greatest.min(slot(c).greatest)),
        O::OrImmediate => Range::up_to(ones(slot(b).greatest | c)),
        O::Or | O::ExclusiveOr => Range::up_to(ones(slot(b).greatest | slot(c).greatest)),
        O::ExclusiveOrImmediate => Range::up_to(ones(slot(b).greatest | c)),
        O::ShiftRightImmediate => slot(b).map(|value| Some(value >> (c & 31))),
        O::ExtractBits => {
            Range::up_to((slot(b).greatest >> (c & 31)).min(((2_u64 << (c >> 5 & 7)) - 1) as u32))
        }
        O::ShiftLeftImmediate => slot(b).map(|value| value.checked_mul(1 << (c & 31))),
        O::AddImmediate => slot(b).map(|value| value.checked_add_signed(code.fields[2])),
        O::Add => slot(b).combine(slot(c), u32::checked_add),
        O::Multiply => slot(b).combine(slot(c), u32::checked_mul),
        O::Divide => Range::up_to(slot(b).greatest),
        O::CountLeadingZeros | O::CountTrailingZeros | O::CountOnes => Range::up_to(32),
        other if is_flag(other) => Range::up_to(1),
        _ => return None,
    })
}

/// Whether an operation gives 0 or 1.
fn is_flag(operation: Operation) -> bool {
    use Operation as O;
    [
        O::Equal..=O::NotLessImmediate,
        O::Equal64..=O::EqualZero64,
        O::FloatEqual..=O::FloatLessOrEqual,
        O::DoubleEqual..=O::DoubleLessOrEqual,
    ]
    .iter()
    .any(|family| family.contains(&operation))
}

/// Simplifies what the ranges allow. `has_index` says that the memory is large enough for accesses by index.
pub(super) fn simplify(items: &mut [Item], flow: &Flow, constants: &Constants, has_index: bool) {
    let Some(starts) = at_starts(items, flow, constants) else { return };
    for (block, start) in flow.blocks.iter().zip(starts) {
        let Some(mut state) = start else { continue };
        for idx in block.start..block.end {
            let Item::Code(code) = items[idx] else { continue };
            if let Some(simple) = simple(&state, &code, has_index) {
                items[idx] = Item::Code(simple);
                take_shift(&mut items[block.start..=idx], flow.live_after[idx]);
            }
            step(&mut state, &code, constants);
        }
    }
}

/// The simpler form of an instruction.
fn simple(state: &State, code: &Instruction, has_index: bool) -> Option<Instruction> {
    let [a, b, c] = code.fields;
    let slot = |idx: i32| state.get(idx as usize).copied().unwrap_or(Range::ALL);
    let moved = |from| Some(Instruction { operation: Operation::Move, fields: [a, from, 0], ..*code });
    let is_mask = |mask: Range, value: Range| {
        mask.least == mask.greatest && ones(mask.least) == mask.least && value.greatest <= mask.least
    };
    match code.operation {
        // It's there already.
        Operation::Immediate if slot(a) == Range::exactly(b.cast_unsigned()) => moved(a),
        Operation::AndImmediate if is_mask(Range::exactly(c.cast_unsigned()), slot(b)) => moved(b),
        Operation::And if is_mask(slot(c), slot(b)) => moved(b),
        Operation::And if is_mask(slot(b), slot(c)) => moved(c),
        operation => {
            let operation = index_form(operation).filter(|_| has_index)?;
            slot(b).greatest.checked_add(slot(c).greatest)?;
            Some(Instruction { operation, ..*code })
        }
    }
}

/// The access by index that is the same as a far one whose sum doesn't wrap.
const fn index_form(operation: Operation) -> Option<Operation> {
    use Operation as O;
    Some(match operation {
        O::Load8Far => O::Load8Index,
        O::Load8SignedFar => O::Load8SignedIndex,
        O::Load16Far => O::Load16Index,
        O::Load16SignedFar => O::Load16SignedIndex,
        O::Load32Far => O::Load32Index,
        O::Store8Far => O::Store8Index,
        O::Store16Far => O::Store16Index,
        O::Store32Far => O::Store32Index,
        _ => return None,
    })
}

/// Takes a shift that was made shortly before into the access by index which is the last item. What nobody needs
/// of it then is left out later.
fn take_shift(items: &mut [Item], live: Slots) {
    use Operation as O;
    let Some((Item::Code(access), before)) = items.split_last_mut() else { return };
    let (operation, shift) = match access.operation {
        O::Load16Index => (O::Load16Index2, 1),
        O::Load16SignedIndex => (O::Load16SignedIndex2, 1),
        O::Load32Index => (O::Load32Index4, 2),
        O::Store16Index => (O::Store16Index2, 1),
        O::Store32Index => (O::Store32Index4, 2),
        _ => return,
    };
    let [a, b, c] = access.fields;
    let is_load = access.encoding()[0].writes();
    let (mut written, mut read) = (Slots::default(), Slots::default());
    for item in before.iter_mut().rev().take(REACH) {
        let Item::Code(earlier) = item else { return };
        let [made, source, by] = earlier.fields;
        let is_shift = earlier.operation == O::ShiftLeftImmediate && by == shift;
        let is_changed = |slot: i32| written.contains(slot.cast_unsigned());
        if is_shift && b != c && (made == b || made == c) && !is_changed(made) && !is_changed(source) {
            if made == source {
                // What was shifted is gone, unless nobody but the access needs the shift.
                let is_needed = if is_load { a != made && live.contains(made.cast_unsigned()) } else { true };
                if is_needed || read.contains(made.cast_unsigned()) {
                    return;
                }
                earlier.operation = O::Move;
                earlier.fields = [made, made, 0];
            }
            access.operation = operation;
            access.fields = [a, if made == b { c } else { b }, source];
            return;
        }
        written = written.with(writes(earlier));
        read = read.with(reads(earlier));
    }
}
