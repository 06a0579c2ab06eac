// SPDX-License-Identifier: Apache-2.0
//! Code between lowering and encoding: operations with operands of any size, and labels.

use std::collections::BTreeMap;

use sampan_packed_format::{Field, Operation};

/// A place in a function's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Label(pub(crate) u32);

/// Slots whose values another function gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passed {
    /// The first of them; what a call reaches changes all from here on.
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) operation: Operation,
    /// Fields A, B and C; a 16-bit operand is B. Slots may be beyond what a field holds.
    pub(crate) fields: [i32; 3],
    /// Where a branch goes.
    pub(crate) target: Option<Label>,
    /// What it hands to the function that it calls, or that it returns to in the first slots of the frame.
    pub(crate) passed: Option<Passed>,
    /// Byte offset in the module of what it was made from.
    pub(crate) offset: u32,
}

impl Instruction {
    /// The three fields as the table describes them.
    pub(crate) const fn encoding(&self) -> [Field; 3] {
        self.operation.description().encoding.fields()
    }

    /// Whether it calls a function and goes on after it.
    pub(crate) const fn is_call(&self) -> bool {
        self.passed.is_some() && !self.operation.is_terminator()
    }

    /// Slots that it writes, other than those of what it calls.
    pub(crate) fn written(&self) -> std::ops::Range<u32> {
        let field = self.encoding()[0];
        let first = self.fields[0].cast_unsigned();
        if field.writes() { first..first + field.slots() } else { 0..0 }
    }

    /// First slot that it writes without reading it, if it does nothing else to the frame.
    pub(crate) fn destination(&self) -> Option<u32> {
        matches!(self.encoding()[0], Field::Write | Field::WritePair).then_some(self.fields[0] as u32)
    }
}

/// An instruction, or a label for the one that follows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    Label(Label),
    Code(Instruction),
}

/// Constants of the whole image.
#[derive(Debug, Default)]
pub(crate) struct Constants {
    words: Vec<u32>,
    single: BTreeMap<u32, u32>,
    pairs: BTreeMap<(u32, u32), u32>,
}

impl Constants {
    /// Number of a constant with this value.
    pub(crate) fn word(&mut self, value: u32) -> u32 {
        let next = self.words.len() as u32;
        let number = *self.single.entry(value).or_insert(next);
        if number == next {
            self.words.push(value);
        }
        number
    }

    /// Number of the first of two constants with these values.
    pub(crate) fn pair(&mut self, low: u32, high: u32) -> u32 {
        let next = self.words.len() as u32;
        let number = *self.pairs.entry((low, high)).or_insert(next);
        if number == next {
            self.words.extend([low, high]);
            self.single.entry(low).or_insert(next);
            self.single.entry(high).or_insert(next + 1);
        }
        number
    }

    /// All of them.
    pub(crate) fn words(&self) -> &[u32] {
        &self.words
    }
}

/// How two 32-bit integers compare. The order is that of the six operations of every comparing family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    LessSigned,
    NotLessSigned,
    Less,
    NotLess,
}

impl Relation {
    pub(crate) const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::LessSigned, Self::NotLessSigned, Self::Less, Self::NotLess];

    fn family(self, first: Operation) -> Operation {
        Operation::ALL[first as usize + self as usize]
    }

    /// The relation that an operation computes, and whether with an immediate.
    pub(crate) fn of(operation: Operation) -> Option<(Self, bool)> {
        for (first, immediate) in [(Operation::Equal, false), (Operation::EqualImmediate, true)] {
            let distance = (operation as usize).wrapping_sub(first as usize);
            if let Some(&relation) = Self::ALL.get(distance) {
                return Some((relation, immediate));
            }
        }
        None
    }

    /// The operation that computes it.
    pub(crate) fn compare(self, immediate: bool) -> Operation {
        self.family(if immediate { Operation::EqualImmediate } else { Operation::Equal })
    }

    /// The operation that branches on it.
    pub(crate) fn branch(self, immediate: bool, back: bool) -> Operation {
        self.family(match (immediate, back) {
            (false, false) => Operation::BranchIfEqual,
            (false, true) => Operation::BranchIfEqualBack,
            (true, false) => Operation::BranchIfEqualImmediate,
            (true, true) => Operation::BranchIfEqualImmediateBack,
        })
    }

    /// What holds when this doesn't.
    pub(crate) const fn inverse(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::LessSigned => Self::NotLessSigned,
            Self::NotLessSigned => Self::LessSigned,
            Self::Less => Self::NotLess,
            Self::NotLess => Self::Less,
        }
    }

    /// Whether operands may change places.
    pub(crate) const fn is_symmetric(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether an immediate is unsigned.
    pub(crate) const fn is_unsigned(self) -> bool {
        matches!(self, Self::Less | Self::NotLess)
    }
}
