// SPDX-License-Identifier: Apache-2.0
//! What the code of one function reads, writes and still needs, slot by slot.
//!
//! Blocks end at branches and before labels; every word of a branch table is one of its own. A slot is *live*
//! where its value may yet be read.

use sampan_packed_format::{Field, NEAR_SLOTS, Operation};

use crate::code::{Instruction, Item};

/// Most items and blocks of a function that is looked into: time and memory stay in bounds.
const MOST_ITEMS: usize = 50_000;
const MOST_BLOCKS: usize = 4000;
/// Rounds after which a function whose loops are too deep is left as it is.
const ROUNDS: usize = 64;

/// A set of the slots that a field can name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slots([u64; NEAR_SLOTS as usize / 64]);

impl Slots {
    /// Slots from `first` to before `end`; those that no field can name are left out.
    pub(super) fn range(first: u32, end: u32) -> Self {
        let mut set = Self::default();
        for slot in first..end.min(NEAR_SLOTS) {
            set.insert(slot);
        }
        set
    }

    pub(super) const fn insert(&mut self, slot: u32) {
        self.0[(slot / 64) as usize] |= 1 << (slot % 64);
    }

    pub(super) const fn contains(self, slot: u32) -> bool {
        self.0[(slot / 64) as usize] >> (slot % 64) & 1 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(std::array::from_fn(|idx| self.0[idx] | other.0[idx]))
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|idx| self.0[idx] & !other.0[idx]))
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The slots, in ascending order.
    pub(super) fn iter(self) -> impl Iterator<Item = u32> {
        self.0.into_iter().enumerate().flat_map(|(idx, mut bits)| {
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros())?;
                bits &= bits - 1;
                Some(idx as u32 * 64 + bit)
            })
        })
    }
}

/// Slots that an instruction reads.
pub(super) fn reads(code: &Instruction) -> Slots {
    let passed = code
        .passed
        .map_or_else(Slots::default, |passed| Slots::range(passed.first, passed.first + passed.count));
    named(code, Field::reads).with(passed)
}

/// Slots that an instruction writes, all that a call may change among them.
pub(super) fn writes(code: &Instruction) -> Slots {
    let mut set = named(code, Field::writes);
    if code.encoding()[0] == Field::ZeroStart {
        let [first, count, _] = code.fields.map(i32::cast_unsigned);
        set = set.with(Slots::range(first, first + count));
    }
    match code.passed {
        Some(passed) if code.is_call() => set.with(Slots::range(passed.first, NEAR_SLOTS)),
        _ => set,
    }
}

fn named(code: &Instruction, is_wanted: impl Fn(Field) -> bool) -> Slots {
    let mut set = Slots::default();
    for (field, first) in code.encoding().into_iter().zip(code.fields.map(i32::cast_unsigned)) {
        if is_wanted(field) {
            set = set.with(Slots::range(first, first + field.slots()));
        }
    }
    set
}

/// Whether an instruction does no more than write slots: it can't trap, branch or be seen elsewhere.
pub(super) fn is_pure(code: &Instruction) -> bool {
    use Operation as O;
    let makes =
        matches!(code.encoding()[0], Field::Write | Field::WritePair | Field::Change | Field::ChangePair);
    let is_load = (O::Load8..=O::Load8Increment).contains(&code.operation);
    let may_trap = matches!(
        code.operation,
        O::DivideSigned
            | O::Divide
            | O::RemainderSigned
            | O::Remainder
            | O::DivideSigned64
            | O::Divide64
            | O::RemainderSigned64
            | O::Remainder64
            | O::FloatTruncate
            | O::FloatTruncate64
            | O::DoubleTruncate
            | O::DoubleTruncate64
            | O::TableGet
    );
    let is_seen = matches!(code.operation, O::MemoryGrow | O::TableGrow);
    makes && !is_load && !may_trap && !is_seen && code.target.is_none()
}

/// A run of items that is entered at its first and left at its last.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) next: Vec<usize>,
    /// Slots that are live at its start.
    pub(super) live: Slots,
}

/// Blocks of a function, and what is live in them.
pub(super) struct Flow {
    pub(super) blocks: Vec<Block>,
    /// Slots that are live after each item.
    pub(super) live_after: Vec<Slots>,
}

impl Flow {
    /// Looks into a function; `None` if it's too large.
    pub(super) fn of(items: &[Item], labels: u32) -> Option<Self> {
        let blocks = blocks(items, labels)?;
        let mut flow = Self { blocks, live_after: vec![Slots::default(); items.len()] };
        for _ in 0..ROUNDS {
            if !flow.round(items) {
                return Some(flow);
            }
        }
        None
    }

    /// Looks at every block once, from the last to the first; returns whether anything is new.
    fn round(&mut self, items: &[Item]) -> bool {
        let mut is_new = false;
        for idx in (0..self.blocks.len()).rev() {
            let block = &self.blocks[idx];
            let mut live =
                block.next.iter().fold(Slots::default(), |live, &next| live.with(self.blocks[next].live));
            for at in (block.start..block.end).rev() {
                self.live_after[at] = live;
                if let Item::Code(code) = &items[at] {
                    live = live.without(writes(code)).with(reads(code));
                }
            }
            is_new |= live != self.blocks[idx].live;
            self.blocks[idx].live = live;
        }
        is_new
    }
}

fn blocks(items: &[Item], labels: u32) -> Option<Vec<Block>> {
    if items.len() > MOST_ITEMS {
        return None;
    }
    let mut blocks = vec![Block::default()];
    let mut places = vec![None; labels as usize];
    for (idx, item) in items.iter().enumerate() {
        let starts = match (item, idx.checked_sub(1).map(|before| &items[before])) {
            (Item::Label(_), Some(Item::Code(_))) => true,
            (_, Some(Item::Code(before))) => ends_block(before),
            _ => false,
        };
        if starts {
            blocks.push(Block { start: idx, ..Block::default() });
        }
        let current = blocks.len() - 1;
        blocks[current].end = idx + 1;
        if let Item::Label(label) = item {
            places[label.0 as usize] = Some(current);
        }
    }
    let count = blocks.len();
    if count > MOST_BLOCKS {
        return None;
    }
    for (idx, block) in blocks.iter_mut().enumerate() {
        match items.get(block.end.checked_sub(1)?)? {
            Item::Code(last) if last.operation == Operation::BranchTable => {
                block.next.extend(idx + 1..=idx + 1 + last.fields[1] as usize);
            }
            Item::Code(last) => {
                if let Some(target) = last.target {
                    block.next.push(places[target.0 as usize]?);
                }
                if !last.operation.is_terminator() {
                    block.next.push(idx + 1);
                }
            }
            Item::Label(_) => block.next.push(idx + 1),
        }
        if block.next.iter().any(|&next| next >= count) {
            return None;
        }
    }
    Some(blocks)
}

fn ends_block(code: &Instruction) -> bool {
    code.target.is_some() || code.operation.is_terminator() || code.operation == Operation::BranchTable
}
