// SPDX-License-Identifier: Apache-2.0
//! Operands: where they lie in a code word, and what must hold of them.
//!
//! A code word is the operation in its low byte, then the 8-bit fields A, B and C. An operand that needs
//! 16 bits takes B and C, one that needs 24 takes all three.

/// Field A of a code word.
#[must_use]
#[inline(always)]
pub const fn field_a(word: u32) -> u32 {
    word >> 8 & 0xff
}

/// Field B of a code word.
#[must_use]
#[inline(always)]
pub const fn field_b(word: u32) -> u32 {
    word >> 16 & 0xff
}

/// Field C of a code word.
#[must_use]
#[inline(always)]
pub const fn field_c(word: u32) -> u32 {
    word >> 24
}

/// Fields B and C as one unsigned number.
#[must_use]
#[inline(always)]
pub const fn field_bc(word: u32) -> u32 {
    word >> 16
}

/// Fields B and C as one signed number.
#[must_use]
#[inline(always)]
pub const fn signed_bc(word: u32) -> i32 {
    word.cast_signed() >> 16
}

/// Fields A, B and C as one unsigned number.
#[must_use]
#[inline(always)]
pub const fn decode_forward(word: u32) -> u32 {
    word >> 8
}

/// What one field of an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Not used, and zero; or part of the operand before.
    None,
    /// A slot that is read.
    Read,
    /// Two slots that are read.
    ReadPair,
    /// A slot that is written.
    Write,
    /// Two slots that are written.
    WritePair,
    /// A slot that is read and written.
    Change,
    /// Two slots that are read and written.
    ChangePair,
    /// Three slots that are read and written.
    ChangeTriple,
    /// Slots from this frame to the frame of what is called.
    Base,
    /// 8-bit signed number.
    Signed8,
    /// 8-bit unsigned number.
    Unsigned8,
    /// Type of a function.
    Type,
    /// Offset of a byte in memory.
    Offset1,
    /// Offset of 16 bits in memory, in units of 2 bytes.
    Offset2,
    /// Offset of 32 bits in memory, in units of 4 bytes.
    Offset4,
    /// Offset of 64 bits in memory, in units of 4 bytes.
    Offset8,
    /// A slot that is read, part of an address.
    Index,
    /// 8-bit signed number, part of an address.
    WrappedOffset,
    /// Words forward, 8 bits.
    Forward8,
    /// Words back, 8 bits.
    Back8,
    /// Words forward, 16 bits.
    Forward16,
    /// Words back, 16 bits.
    Back16,
    /// Words forward, 24 bits.
    Forward24,
    /// Words back, 24 bits.
    Back24,
    /// 16-bit signed number.
    Signed16,
    /// Words that follow and may be gone to, less one; 16 bits.
    TableWords,
    /// Function, 16 bits.
    Function,
    /// Import, 16 bits.
    Import,
    /// Constant, 16 bits.
    Constant,
    /// First of two constants, 16 bits.
    ConstantPair,
    /// Constant that holds a frame distance and a function, 16 bits.
    CallConstant,
    /// First of two constants: frame distance and type, then table; 16 bits.
    IndirectConstant,
    /// Constant that holds a frame distance and an import, 16 bits.
    HostConstant,
    /// First slot of a run set to zero.
    ZeroStart,
    /// Length of that run, 16 bits.
    ZeroCount,
    /// Constant that holds first slot and length of a run set to zero, 16 bits.
    ZeroConstant,
    /// Number of a slot, 16 bits.
    FarSlot,
    /// Global slot, 16 bits.
    Global,
    /// First of two global slots, 16 bits.
    GlobalPair,
    /// Data segment, 16 bits.
    Data,
    /// Element segment in C.
    Element,
    /// Element segment in B.
    ElementB,
    /// Table in C.
    Table,
    /// Table in B.
    TableB,
    /// Table in C that is written.
    WriteTable,
    /// Table in B that is written.
    WriteTableB,
}

impl Field {
    /// Slots of the frame that the operand names; 0 if it names none.
    #[must_use]
    pub const fn slots(self) -> u32 {
        match self {
            Self::Read | Self::Write | Self::Change | Self::Index => 1,
            Self::ReadPair | Self::WritePair | Self::ChangePair => 2,
            Self::ChangeTriple => 3,
            _ => 0,
        }
    }

    /// Whether slots are read.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(
            self,
            Self::Read | Self::ReadPair | Self::Index | Self::Change | Self::ChangePair | Self::ChangeTriple
        )
    }

    /// Whether slots are written.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::Write | Self::WritePair | Self::Change | Self::ChangePair | Self::ChangeTriple)
    }

    /// Bits of the operand; 0 if there is none.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Forward24 | Self::Back24 => 24,
            Self::Forward16
            | Self::Back16
            | Self::Signed16
            | Self::TableWords
            | Self::Function
            | Self::Import
            | Self::Constant
            | Self::ConstantPair
            | Self::CallConstant
            | Self::IndirectConstant
            | Self::HostConstant
            | Self::ZeroCount
            | Self::ZeroConstant
            | Self::FarSlot
            | Self::Global
            | Self::GlobalPair
            | Self::Data => 16,
            _ => 8,
        }
    }

    /// Whether the operand is signed.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Signed8 | Self::Signed16 | Self::WrappedOffset)
    }

    /// What must hold of the operand beside the range of its slots.
    const fn check(self) -> Check {
        match self {
            Self::Offset1 => Check::Offset1,
            Self::Offset2 => Check::Offset2,
            Self::Offset4 => Check::Offset4,
            Self::Offset8 => Check::Offset8,
            Self::Index | Self::WrappedOffset => Check::Index,
            Self::Forward8 => Check::Forward8,
            Self::Back8 => Check::Back8,
            Self::Forward16 | Self::TableWords => Check::Forward16,
            Self::Back16 => Check::Back16,
            Self::Forward24 => Check::Forward24,
            Self::Back24 => Check::Back24,
            Self::Function => Check::Function,
            Self::Import => Check::Import,
            Self::Constant => Check::Constant,
            Self::ConstantPair => Check::ConstantPair,
            Self::CallConstant => Check::CallConstant,
            Self::IndirectConstant => Check::IndirectConstant,
            Self::HostConstant => Check::HostConstant,
            Self::ZeroCount => Check::ZeroCount,
            Self::ZeroConstant => Check::ZeroConstant,
            Self::FarSlot => Check::FarSlot,
            Self::Global => Check::Global,
            Self::GlobalPair => Check::GlobalPair,
            Self::Data => Check::Data,
            Self::Element => Check::Element,
            Self::ElementB => Check::ElementB,
            Self::Table => Check::Table,
            Self::TableB => Check::TableB,
            Self::WriteTable => Check::WriteTable,
            Self::WriteTableB => Check::WriteTableB,
            _ => Check::None,
        }
    }
}

/// What the verifier compares beside the range of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the field of the same name, except where said")]
pub enum Check {
    None,
    Offset1,
    Offset2,
    Offset4,
    Offset8,
    /// `Index` and `WrappedOffset`.
    Index,
    Forward8,
    Back8,
    /// `Forward16` and `TableWords`.
    Forward16,
    Back16,
    Forward24,
    Back24,
    Function,
    Import,
    Constant,
    ConstantPair,
    CallConstant,
    IndirectConstant,
    HostConstant,
    /// `ZeroStart` and `ZeroCount`.
    ZeroCount,
    ZeroConstant,
    FarSlot,
    Global,
    GlobalPair,
    Data,
    Element,
    ElementB,
    Table,
    TableB,
    WriteTable,
    WriteTableB,
    /// `WriteTableB` and `Table`.
    TwoTables,
    /// `WriteTableB` and `Element`.
    TableAndElement,
}

impl Check {
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (only, Self::None) | (Self::None, only) => only,
            (Self::WriteTableB, Self::Table) => Self::TwoTables,
            (Self::WriteTableB, Self::Element) => Self::TableAndElement,
            (first, _) => first,
        }
    }
}

/// The fields of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Bits 8 to 15, or 8 to 31.
    pub a: Field,
    /// Bits 16 to 23, or 16 to 31.
    pub b: Field,
    /// Bits 24 to 31.
    pub c: Field,
}

impl Encoding {
    /// The three of them.
    #[must_use]
    pub const fn fields(self) -> [Field; 3] {
        [self.a, self.b, self.c]
    }
}

/// What the verifier checks of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    slots: u8,
    check: Check,
}

impl Rule {
    /// Nothing to check.
    pub const NONE: Self = Self { slots: 0, check: Check::None };

    const TERMINATOR: u8 = 0x40;

    pub(crate) const fn of(encoding: Encoding, terminator: bool) -> Self {
        let slots = encoding.a.slots() | encoding.b.slots() << 2 | encoding.c.slots() << 4;
        let check = encoding.a.check().and(encoding.b.check()).and(encoding.c.check());
        Self { slots: slots as u8 | if terminator { Self::TERMINATOR } else { 0 }, check }
    }

    /// Slots that field A names; 0 if it isn't a slot.
    #[must_use]
    #[inline(always)]
    pub const fn slots_a(self) -> u32 {
        (self.slots & 3) as u32
    }

    /// Slots that field B names; 0 if it isn't a slot.
    #[must_use]
    #[inline(always)]
    pub const fn slots_b(self) -> u32 {
        (self.slots >> 2 & 3) as u32
    }

    /// Slots that field C names; 0 if it isn't a slot.
    #[must_use]
    #[inline(always)]
    pub const fn slots_c(self) -> u32 {
        (self.slots >> 4 & 3) as u32
    }

    /// Whether control never goes on to the next word.
    #[must_use]
    #[inline(always)]
    pub const fn is_terminator(self) -> bool {
        self.slots & Self::TERMINATOR != 0
    }

    /// What else is compared.
    #[must_use]
    #[inline(always)]
    pub const fn check(self) -> Check {
        self.check
    }
}
