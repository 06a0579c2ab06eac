// SPDX-License-Identifier: Apache-2.0
//! The table of operations.
//!
//! Numbers follow the order of the table: a change of it is a new format version. Slots are 32 bits wide
//! and hold no type; `:64` marks a pair of them, the low half first. Every operation reads all that it
//! reads before it writes.

use crate::encoding::{Encoding, Field, Rule};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// Name in a disassembly.
    pub mnemonic: &'static str,
    /// Operands.
    pub encoding: Encoding,
    /// What it does.
    pub semantics: &'static str,
}

/// Makes the enumeration and what belongs to it of one row an operation.
macro_rules! operations {
    ($($name:ident $mnemonic:literal $a:ident $b:ident $c:ident $semantics:literal;)*) => {
        /// Operations of the packed bytecode. The number is the low byte of a code word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Operation {
            $(#[doc = $semantics] $name,)*
        }

        impl Operation {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// What is said of it.
            #[must_use]
            pub const fn description(self) -> Description {
                match self {
                    $(Self::$name => Description {
                        mnemonic: $mnemonic,
                        encoding: Encoding { a: Field::$a, b: Field::$b, c: Field::$c },
                        semantics: $semantics,
                    },)*
                }
            }
        }
    };
}

operations! {
    // Control.
    Unreachable "unreachable" None None None "Traps.";
    Jump "jump" Forward24 None None "Goes on `A` words further.";
    Loop "loop" Back24 None None "Goes on `A` words back; charges `A`.";
    BranchTable "branch.table" Read TableWords None "Goes on at the word with number `min(A, B)` after this one.";
    BranchIfNonZero "bnz" Read Forward16 None "If A ≠ 0, goes on `B` words further.";
    BranchIfZero "bz" Read Forward16 None "If A = 0, goes on `B` words further.";
    BranchIfNonZeroBack "bnz.back" Read Back16 None "If A ≠ 0, goes on `B` words back; charges `B`.";
    BranchIfZeroBack "bz.back" Read Back16 None "If A = 0, goes on `B` words back; charges `B`.";
    BranchIfEqual "beq" Read Read Forward8 "If A = B, goes on `C` words further.";
    BranchIfNotEqual "bne" Read Read Forward8 "If A ≠ B, goes on `C` words further.";
    BranchIfLessSigned "blt.s" Read Read Forward8 "If A < B, signed, goes on `C` words further.";
    BranchIfNotLessSigned "bge.s" Read Read Forward8 "If A ≥ B, signed, goes on `C` words further.";
    BranchIfLess "blt.u" Read Read Forward8 "If A < B, unsigned, goes on `C` words further.";
    BranchIfNotLess "bge.u" Read Read Forward8 "If A ≥ B, unsigned, goes on `C` words further.";
    BranchIfEqualBack "beq.back" Read Read Back8 "If A = B, goes on `C` words back; charges `C`.";
    BranchIfNotEqualBack "bne.back" Read Read Back8 "If A ≠ B, goes on `C` words back; charges `C`.";
    BranchIfLessSignedBack "blt.s.back" Read Read Back8 "If A < B, signed, goes on `C` words back; charges `C`.";
    BranchIfNotLessSignedBack "bge.s.back" Read Read Back8 "If A ≥ B, signed, goes on `C` words back; charges `C`.";
    BranchIfLessBack "blt.u.back" Read Read Back8 "If A < B, unsigned, goes on `C` words back; charges `C`.";
    BranchIfNotLessBack "bge.u.back" Read Read Back8 "If A ≥ B, unsigned, goes on `C` words back; charges `C`.";
    BranchIfEqualImmediate "beqi" Read Signed8 Forward8 "If A = `B`, goes on `C` words further.";
    BranchIfNotEqualImmediate "bnei" Read Signed8 Forward8 "If A ≠ `B`, goes on `C` words further.";
    BranchIfLessSignedImmediate "blti.s" Read Signed8 Forward8 "If A < `B`, signed, goes on `C` words further.";
    BranchIfNotLessSignedImmediate "bgei.s" Read Signed8 Forward8 "If A ≥ `B`, signed, goes on `C` words further.";
    BranchIfLessImmediate "blti.u" Read Unsigned8 Forward8 "If A < `B`, unsigned, goes on `C` words further.";
    BranchIfNotLessImmediate "bgei.u" Read Unsigned8 Forward8 "If A ≥ `B`, unsigned, goes on `C` words further.";
    BranchIfEqualImmediateBack "beqi.back" Read Signed8 Back8 "If A = `B`, goes on `C` words back; charges `C`.";
    BranchIfNotEqualImmediateBack "bnei.back" Read Signed8 Back8 "If A ≠ `B`, goes on `C` words back; charges `C`.";
    BranchIfLessSignedImmediateBack "blti.s.back" Read Signed8 Back8 "If A < `B`, signed, goes on `C` words back; charges `C`.";
    BranchIfNotLessSignedImmediateBack "bgei.s.back" Read Signed8 Back8 "If A ≥ `B`, signed, goes on `C` words back; charges `C`.";
    BranchIfLessImmediateBack "blti.u.back" Read Unsigned8 Back8 "If A < `B`, unsigned, goes on `C` words back; charges `C`.";
    BranchIfNotLessImmediateBack "bgei.u.back" Read Unsigned8 Back8 "If A ≥ `B`, unsigned, goes on `C` words back; charges `C`.";
    AddBranchIfNonZeroBack "addi.bnz.back" Change Signed8 Back8 "A = A + `B`; if A ≠ 0, goes on `C` words back; charges `C`.";
    IncrementBranchIfNotEqualBack "inc.bne.back" Change Read Back8 "A = A + 1; if A ≠ B, goes on `C` words back; charges `C`.";
    Call "call" Base Function None "Calls function `B` with its frame `A` slots above this one.";
    CallWide "call.wide" None CallConstant None "Calls the function in the low half of constant `B`, its frame as many slots up as the high half says.";
    CallIndirect "call.indirect" Base Read Type "Calls through entry B of table 0 if its type is `C`, its frame `A` slots up.";
    CallIndirectWide "call.indirect.wide" Read IndirectConstant None "Calls through entry A: constant `B` has the type in its low half, frame slots in its high half; constant `B`+1 the table.";
    CallHost "call.host" Base Import None "Calls import `B`; arguments and result `A` slots up.";
    CallHostWide "call.host.wide" None HostConstant None "Calls the import in the low half of constant `B`; arguments and result as many slots up as the high half says.";
    TailCall "tail.call" None Function None "Goes to function `B` in this frame, whose first slots hold the arguments.";
    TailCallIndirect "tail.call.indirect" Read IndirectConstant None "As `call.indirect.wide`, but in this frame.";
    Return "return" None None None "Returns; results lie in the first slots.";
    Return32 "return.32" Read None None "Slot 0 = A; returns.";
    Return64 "return.64" ReadPair None None "Slot 0:64 = A:64; returns.";
    // Moves and constants.
    Move "move" Write Read None "A = B.";
    Move64 "move.64" WritePair ReadPair None "A:64 = B:64.";
    MovePair "move.pair" WritePair Read Read "A = B, A+1 = C.";
    MoveChain "move.chain" Write Change Read "A = B, B = C.";
    Immediate "imm" Write Signed16 None "A = `B`.";
    Immediate64 "imm.64" WritePair Signed16 None "A:64 = `B`.";
    Constant "const" Write Constant None "A = constant `B`.";
    Constant64 "const.64" WritePair ConstantPair None "A:64 = constants `B` and `B`+1.";
    Zero "zero" ZeroStart ZeroCount None "Sets `B` slots from A on to 0; charges `B` / 8.";
    ZeroWide "zero.wide" None ZeroConstant None "As `zero`: constant `B` has the count in its low half, the first slot in its high half.";
    FarGet "far.get" Write FarSlot None "A = slot number `B`.";
    FarSet "far.set" Read FarSlot None "Slot number `B` = A.";
    MoveIfZero "move.z" Change Read Read "If C = 0, A = B.";
    MoveIfNonZero "move.nz" Change Read Read "If C ≠ 0, A = B.";
    MoveIfZero64 "move.z.64" ChangePair ReadPair Read "If C = 0, A:64 = B:64.";
    MoveIfNonZero64 "move.nz.64" ChangePair ReadPair Read "If C ≠ 0, A:64 = B:64.";
    GlobalGet "global.get" Write Global None "A = global slot `B`.";
    GlobalSet "global.set" Read Global None "Global slot `B` = A.";
    GlobalGet64 "global.get.64" WritePair GlobalPair None "A:64 = global slots `B` and `B`+1.";
    GlobalSet64 "global.set.64" ReadPair GlobalPair None "Global slots `B` and `B`+1 = A:64.";
    // Memory: slot and scaled offset.
    Load8 "load8.u" Write Read Offset1 "A = byte at B + `C`.";
    Load8Signed "load8.s" Write Read Offset1 "A = byte at B + `C`, sign-extended.";
    Load16 "load16.u" Write Read Offset2 "A = 16 bits at B + 2 `C`.";
    Load16Signed "load16.s" Write Read Offset2 "A = 16 bits at B + 2 `C`, sign-extended.";
    Load32 "load32" Write Read Offset4 "A = 32 bits at B + 4 `C`.";
    Load64 "load64" WritePair Read Offset8 "A:64 = 64 bits at B + 4 `C`.";
    Store8 "store8" Read Read Offset1 "Byte at B + `C` = A.";
    Store16 "store16" Read Read Offset2 "16 bits at B + 2 `C` = A.";
    Store32 "store32" Read Read Offset4 "32 bits at B + 4 `C` = A.";
    Store64 "store64" ReadPair Read Offset8 "64 bits at B + 4 `C` = A:64.";
    // Memory: slot and offset in a slot, added without wrapping.
    Load8Far "load8.u.far" Write Read Read "A = byte at B + C, not wrapped.";
    Load8SignedFar "load8.s.far" Write Read Read "A = byte at B + C, not wrapped, sign-extended.";
    Load16Far "load16.u.far" Write Read Read "A = 16 bits at B + C, not wrapped.";
    Load16SignedFar "load16.s.far" Write Read Read "A = 16 bits at B + C, not wrapped, sign-extended.";
    Load32Far "load32.far" Write Read Read "A = 32 bits at B + C, not wrapped.";
    Load64Far "load64.far" WritePair Read Read "A:64 = 64 bits at B + C, not wrapped.";
    Store8Far "store8.far" Read Read Read "Byte at B + C, not wrapped, = A.";
    Store16Far "store16.far" Read Read Read "16 bits at B + C, not wrapped, = A.";
    Store32Far "store32.far" Read Read Read "32 bits at B + C, not wrapped, = A.";
    Store64Far "store64.far" ReadPair Read Read "64 bits at B + C, not wrapped, = A:64.";
    // Memory: sum of two slots, one scaled, wrapped as address arithmetic of the program.
    Load8Index "load8.u.index" Write Read Index "A = byte at B + C.";
    Load8SignedIndex "load8.s.index" Write Read Index "A = byte at B + C, sign-extended.";
    Load16Index "load16.u.index" Write Read Index "A = 16 bits at B + C.";
    Load16SignedIndex "load16.s.index" Write Read Index "A = 16 bits at B + C, sign-extended.";
    Load32Index "load32.index" Write Read Index "A = 32 bits at B + C.";
    Load16Index2 "load16.u.index2" Write Read Index "A = 16 bits at B + 2 C.";
    Load16SignedIndex2 "load16.s.index2" Write Read Index "A = 16 bits at B + 2 C, sign-extended.";
    Load32Index4 "load32.index4" Write Read Index "A = 32 bits at B + 4 C.";
    Store8Index "store8.index" Read Read Index "Byte at B + C = A.";
    Store16Index "store16.index" Read Read Index "16 bits at B + C = A.";
    Store32Index "store32.index" Read Read Index "32 bits at B + C = A.";
    Store16Index2 "store16.index2" Read Read Index "16 bits at B + 2 C = A.";
    Store32Index4 "store32.index4" Read Read Index "32 bits at B + 4 C = A.";
    // Memory: slot and signed offset, wrapped as address arithmetic of the program.
    Load8Wrapped "load8.u.wrap" Write Read WrappedOffset "A = byte at B + `C`, wrapped.";
    Load8SignedWrapped "load8.s.wrap" Write Read WrappedOffset "A = byte at B + `C`, wrapped, sign-extended.";
    Load16Wrapped "load16.u.wrap" Write Read WrappedOffset "A = 16 bits at B + `C`, wrapped.";
    Load16SignedWrapped "load16.s.wrap" Write Read WrappedOffset "A = 16 bits at B + `C`, wrapped, sign-extended.";
    Load32Wrapped "load32.wrap" Write Read WrappedOffset "A = 32 bits at B + `C`, wrapped.";
    Load64Wrapped "load64.wrap" WritePair Read WrappedOffset "A:64 = 64 bits at B + `C`, wrapped.";
    Store8Wrapped "store8.wrap" Read Read WrappedOffset "Byte at B + `C`, wrapped, = A.";
    Store16Wrapped "store16.wrap" Read Read WrappedOffset "16 bits at B + `C`, wrapped, = A.";
    Store32Wrapped "store32.wrap" Read Read WrappedOffset "32 bits at B + `C`, wrapped, = A.";
    Store64Wrapped "store64.wrap" ReadPair Read WrappedOffset "64 bits at B + `C`, wrapped, = A:64.";
    Load8Increment "load8.u.inc" Write Change WrappedOffset "A = byte at B; then B = B + `C`.";
    // Memory as a whole, tables, segments. Triples are destination (or index), source (or value), length.
    MemorySize "memory.size" Write None None "A = size of the memory in pages.";
    MemoryGrow "memory.grow" Write Read None "Grows the memory by B pages; A = its size before in pages, or -1 if it can't.";
    MemoryFill "memory.fill" ChangeTriple None None "Sets A+2 bytes at A to A+1, in steps; charges 1 for every 8 bytes. The triple is used up.";
    MemoryCopy "memory.copy" ChangeTriple None None "Copies A+2 bytes from A+1 to A, in steps; charges 1 for every 8 bytes. The triple is used up.";
    MemoryInit "memory.init" ChangeTriple Data None "Copies A+2 bytes from A+1 in data segment `B` to A, in steps; charges 1 for every 8 bytes. The triple is used up.";
    DataDrop "data.drop" None Data None "Drops data segment `B`.";
    TableGet "table.get" Write Read Table "A = entry B of table `C`.";
    TableSet "table.set" Read Read WriteTable "Entry B of table `C` = A.";
    TableSize "table.size" Write TableB None "A = entries of table `B`.";
    TableGrow "table.grow" ChangePair WriteTableB None "Grows table `B` by A+1 entries of value A; A = its size before, or -1 if it can't.";
    TableFill "table.fill" ChangeTriple WriteTableB None "Sets A+2 entries from A on of table `B` to A+1, in steps.";
    TableCopy "table.copy" ChangeTriple WriteTableB Table "Copies A+2 entries from A+1 in table `C` to A in table `B`, in steps.";
    TableInit "table.init" ChangeTriple WriteTableB Element "Copies A+2 entries from A+1 in element segment `C` to A in table `B`, in steps.";
    ElementDrop "element.drop" None ElementB None "Drops element segment `B`.";
    // 32-bit integers.
    Add "add" Write Read Read "A = B + C.";
    Subtract "sub" Write Read Read "A = B - C.";
    Multiply "mul" Write Read Read "A = B × C.";
    And "and" Write Read Read "A = B and C.";
    Or "or" Write Read Read "A = B or C.";
    ExclusiveOr "xor" Write Read Read "A = B xor C.";
    ShiftLeft "shl" Write Read Read "A = B shifted left by C modulo 32.";
    ShiftRightSigned "shr.s" Write Read Read "A = B shifted right by C modulo 32, signed.";
    ShiftRight "shr.u" Write Read Read "A = B shifted right by C modulo 32, unsigned.";
    RotateLeft "rotl" Write Read Read "A = B rotated left by C.";
    RotateRight "rotr" Write Read Read "A = B rotated right by C.";
    DivideSigned "div.s" Write Read Read "A = B / C, signed. Traps if C = 0 or the quotient is 2³¹.";
    Divide "div.u" Write Read Read "A = B / C, unsigned. Traps if C = 0.";
    RemainderSigned "rem.s" Write Read Read "A = remainder of B / C, signed. Traps if C = 0.";
    Remainder "rem.u" Write Read Read "A = remainder of B / C, unsigned. Traps if C = 0.";
    AddImmediate "addi" Write Read Signed8 "A = B + `C`.";
    AddByte "add8" Write Read Signed8 "A = low 8 bits of B + `C`.";
    AndImmediate "andi" Write Read Unsigned8 "A = B and `C`.";
    OrImmediate "ori" Write Read Unsigned8 "A = B or `C`.";
    ExclusiveOrImmediate "xori" Write Read Signed8 "A = B xor `C`.";
    MultiplyImmediate "muli" Write Read Signed8 "A = B × `C`.";
    ShiftLeftImmediate "shli" Write Read Unsigned8 "A = B shifted left by `C` modulo 32.";
    ShiftRightSignedImmediate "shri.s" Write Read Unsigned8 "A = B shifted right by `C` modulo 32, signed.";
    ShiftRightImmediate "shri.u" Write Read Unsigned8 "A = B shifted right by `C` modulo 32, unsigned.";
    RotateLeftImmediate "rotli" Write Read Unsigned8 "A = B rotated left by `C`.";
    MultiplyAdd "mla" Change Read Read "A = A + B × C.";
    ExtractBits "bits" Write Read Unsigned8 "A = B shifted right by the low 5 bits of `C`, and its low n + 1 bits of that, n being the high 3 bits of `C`.";
    AddShifted1 "add.shl1" Write Read Read "A = B + 2 C.";
    AddShifted2 "add.shl2" Write Read Read "A = B + 4 C.";
    ExclusiveOrShiftLeft "xor.shli" Write Read Unsigned8 "A = B xor B shifted left by `C` modulo 32.";
    ExclusiveOrShiftRight "xor.shri.u" Write Read Unsigned8 "A = B xor B shifted right by `C` modulo 32, unsigned.";
    ExclusiveOrRotated "xor.rotli" Change Read Unsigned8 "A = A xor B rotated left by `C`.";
    ShiftRightExclusiveOr "shri.u.xor" Change Read Unsigned8 "A = B xor A shifted right by `C` modulo 32, unsigned.";
    ShiftLeftOr "shli.or" Change Read Unsigned8 "A = B or A shifted left by `C` modulo 32.";
    MinimumSigned "min.s" Write Read Read "A = lesser of B and C, signed.";
    MaximumSigned "max.s" Write Read Read "A = greater of B and C, signed.";
    Minimum "min.u" Write Read Read "A = lesser of B and C, unsigned.";
    Maximum "max.u" Write Read Read "A = greater of B and C, unsigned.";
    Equal "eq" Write Read Read "A = 1 if B = C, else 0.";
    NotEqual "ne" Write Read Read "A = 1 if B ≠ C, else 0.";
    LessSigned "lt.s" Write Read Read "A = 1 if B < C, signed, else 0.";
    NotLessSigned "ge.s" Write Read Read "A = 1 if B ≥ C, signed, else 0.";
    Less "lt.u" Write Read Read "A = 1 if B < C, unsigned, else 0.";
    NotLess "ge.u" Write Read Read "A = 1 if B ≥ C, unsigned, else 0.";
    EqualImmediate "eqi" Write Read Signed8 "A = 1 if B = `C`, else 0.";
    NotEqualImmediate "nei" Write Read Signed8 "A = 1 if B ≠ `C`, else 0.";
    LessSignedImmediate "lti.s" Write Read Signed8 "A = 1 if B < `C`, signed, else 0.";
    NotLessSignedImmediate "gei.s" Write Read Signed8 "A = 1 if B ≥ `C`, signed, else 0.";
    LessImmediate "lti.u" Write Read Unsigned8 "A = 1 if B < `C`, unsigned, else 0.";
    NotLessImmediate "gei.u" Write Read Unsigned8 "A = 1 if B ≥ `C`, unsigned, else 0.";
    CountLeadingZeros "clz" Write Read None "A = leading zero bits of B.";
    CountTrailingZeros "ctz" Write Read None "A = trailing zero bits of B.";
    CountOnes "popcnt" Write Read None "A = one bits of B.";
    Extend8 "ext8" Write Read None "A = low 8 bits of B, sign-extended.";
    Extend16 "ext16" Write Read None "A = low 16 bits of B, sign-extended.";
    // 64-bit integers.
    Add64 "add.64" WritePair ReadPair ReadPair "A:64 = B:64 + C:64.";
    Subtract64 "sub.64" WritePair ReadPair ReadPair "A:64 = B:64 - C:64.";
    Multiply64 "mul.64" WritePair ReadPair ReadPair "A:64 = B:64 × C:64.";
    MultiplyWide "mul.s.wide" WritePair Read Read "A:64 = B × C, both signed.";
    And64 "and.64" WritePair ReadPair ReadPair "A:64 = B:64 and C:64.";
    Or64 "or.64" WritePair ReadPair ReadPair "A:64 = B:64 or C:64.";
    ExclusiveOr64 "xor.64" WritePair ReadPair ReadPair "A:64 = B:64 xor C:64.";
    ShiftLeft64 "shl.64" WritePair ReadPair ReadPair "A:64 = B:64 shifted left by C:64 modulo 64.";
    ShiftRightSigned64 "shr.s.64" WritePair ReadPair ReadPair "A:64 = B:64 shifted right by C:64 modulo 64, signed.";
    ShiftRight64 "shr.u.64" WritePair ReadPair ReadPair "A:64 = B:64 shifted right by C:64 modulo 64, unsigned.";
    RotateLeft64 "rotl.64" WritePair ReadPair ReadPair "A:64 = B:64 rotated left by C:64.";
    RotateRight64 "rotr.64" WritePair ReadPair ReadPair "A:64 = B:64 rotated right by C:64.";
    DivideSigned64 "div.s.64" WritePair ReadPair ReadPair "A:64 = B:64 / C:64, signed. Traps if C = 0 or the quotient is 2⁶³.";
    Divide64 "div.u.64" WritePair ReadPair ReadPair "A:64 = B:64 / C:64, unsigned. Traps if C = 0.";
    RemainderSigned64 "rem.s.64" WritePair ReadPair ReadPair "A:64 = remainder of B:64 / C:64, signed. Traps if C = 0.";
    Remainder64 "rem.u.64" WritePair ReadPair ReadPair "A:64 = remainder of B:64 / C:64, unsigned. Traps if C = 0.";
    AddImmediate64 "addi.64" WritePair ReadPair Signed8 "A:64 = B:64 + `C`.";
    ShiftLeftImmediate64 "shli.64" WritePair ReadPair Unsigned8 "A:64 = B:64 shifted left by `C` modulo 64.";
    ShiftRightSignedImmediate64 "shri.s.64" WritePair ReadPair Unsigned8 "A:64 = B:64 shifted right by `C` modulo 64, signed.";
    ShiftRightImmediate64 "shri.u.64" WritePair ReadPair Unsigned8 "A:64 = B:64 shifted right by `C` modulo 64, unsigned.";
    RotateLeftImmediate64 "rotli.64" WritePair ReadPair Unsigned8 "A:64 = B:64 rotated left by `C`.";
    Equal64 "eq.64" Write ReadPair ReadPair "A = 1 if B:64 = C:64, else 0.";
    LessSigned64 "lt.s.64" Write ReadPair ReadPair "A = 1 if B:64 < C:64, signed, else 0.";
    Less64 "lt.u.64" Write ReadPair ReadPair "A = 1 if B:64 < C:64, unsigned, else 0.";
    EqualZero64 "eqz.64" Write ReadPair None "A = 1 if B:64 = 0, else 0.";
    CountLeadingZeros64 "clz.64" WritePair ReadPair None "A:64 = leading zero bits of B:64.";
    CountTrailingZeros64 "ctz.64" WritePair ReadPair None "A:64 = trailing zero bits of B:64.";
    CountOnes64 "popcnt.64" WritePair ReadPair None "A:64 = one bits of B:64.";
    ExtendSigned "ext.s" WritePair Read None "A:64 = B, sign-extended.";
    ExtendUnsigned "ext.u" WritePair Read None "A:64 = B, zero-extended.";
    // 32-bit floats.
    FloatAdd "f.add" Write Read Read "A = B + C, floats.";
    FloatSubtract "f.sub" Write Read Read "A = B - C, floats.";
    FloatMultiply "f.mul" Write Read Read "A = B × C, floats.";
    FloatDivide "f.div" Write Read Read "A = B / C, floats.";
    FloatMultiplyAdd "f.mla" Change Read Read "A = A + B × C, floats, the product rounded before it is added.";
    FloatMinimum "f.min" Write Read Read "A = lesser of B and C, floats; -0 is less than 0, a NaN wins.";
    FloatMaximum "f.max" Write Read Read "A = greater of B and C, floats; 0 is greater than -0, a NaN wins.";
    FloatCopySign "f.copysign" Write Read Read "A = magnitude of B with the sign of C.";
    FloatAbsolute "f.abs" Write Read None "A = B without its sign bit.";
    FloatNegate "f.neg" Write Read None "A = B with its sign bit inverted.";
    FloatSquareRoot "f.sqrt" Write Read None "A = square root of B, float.";
    FloatRound "f.round" Write Read Unsigned8 "A = B rounded to an integer: `C` modulo 4 = 0 up, 1 down, 2 to zero, 3 to nearest even.";
    FloatEqual "f.eq" Write Read Read "A = 1 if B = C, floats, else 0.";
    FloatLess "f.lt" Write Read Read "A = 1 if B < C, floats, else 0.";
    FloatLessOrEqual "f.le" Write Read Read "A = 1 if B ≤ C, floats, else 0.";
    // 64-bit floats.
    DoubleAdd "d.add" WritePair ReadPair ReadPair "A:64 = B:64 + C:64, doubles.";
    DoubleSubtract "d.sub" WritePair ReadPair ReadPair "A:64 = B:64 - C:64, doubles.";
    DoubleMultiply "d.mul" WritePair ReadPair ReadPair "A:64 = B:64 × C:64, doubles.";
    DoubleDivide "d.div" WritePair ReadPair ReadPair "A:64 = B:64 / C:64, doubles.";
    DoubleMinimum "d.min" WritePair ReadPair ReadPair "A:64 = lesser of B:64 and C:64, doubles, as `f.min`.";
    DoubleMaximum "d.max" WritePair ReadPair ReadPair "A:64 = greater of B:64 and C:64, doubles, as `f.max`.";
    DoubleCopySign "d.copysign" WritePair ReadPair ReadPair "A:64 = magnitude of B:64 with the sign of C:64.";
    DoubleAbsolute "d.abs" WritePair ReadPair None "A:64 = B:64 without its sign bit.";
    DoubleNegate "d.neg" WritePair ReadPair None "A:64 = B:64 with its sign bit inverted.";
    DoubleSquareRoot "d.sqrt" WritePair ReadPair None "A:64 = square root of B:64, double.";
    DoubleRound "d.round" WritePair ReadPair Unsigned8 "A:64 = B:64 rounded to an integer, as `f.round`.";
    DoubleEqual "d.eq" Write ReadPair ReadPair "A = 1 if B:64 = C:64, doubles, else 0.";
    DoubleLess "d.lt" Write ReadPair ReadPair "A = 1 if B:64 < C:64, doubles, else 0.";
    DoubleLessOrEqual "d.le" Write ReadPair ReadPair "A = 1 if B:64 ≤ C:64, doubles, else 0.";
    // Conversions.
    FloatFromSigned "f.from.s" Write Read None "A = B, signed, as a float.";
    FloatFromUnsigned "f.from.u" Write Read None "A = B, unsigned, as a float.";
    FloatFromSigned64 "f.from.s64" Write ReadPair None "A = B:64, signed, as a float.";
    FloatFromUnsigned64 "f.from.u64" Write ReadPair None "A = B:64, unsigned, as a float.";
    DoubleFromSigned "d.from.s" WritePair Read None "A:64 = B, signed, as a double.";
    DoubleFromUnsigned "d.from.u" WritePair Read None "A:64 = B, unsigned, as a double.";
    DoubleFromSigned64 "d.from.s64" WritePair ReadPair None "A:64 = B:64, signed, as a double.";
    DoubleFromUnsigned64 "d.from.u64" WritePair ReadPair None "A:64 = B:64, unsigned, as a double.";
    FloatDemote "f.demote" Write ReadPair None "A = B:64, a double, as a float.";
    DoublePromote "d.promote" WritePair Read None "A:64 = B, a float, as a double.";
    FloatTruncate "f.trunc" Write Read Unsigned8 "A = integer part of B: bit 0 of `C` unsigned, bit 1 saturating. Otherwise traps if there is none.";
    FloatTruncate64 "f.trunc.64" WritePair Read Unsigned8 "A:64 = integer part of B, as `f.trunc`.";
    DoubleTruncate "d.trunc" Write ReadPair Unsigned8 "A = integer part of B:64, as `f.trunc`.";
    DoubleTruncate64 "d.trunc.64" WritePair ReadPair Unsigned8 "A:64 = integer part of B:64, as `f.trunc`.";
}

impl Operation {
    /// Number of operations.
    pub const COUNT: usize = Self::ALL.len();

    /// What the verifier checks, by operation number.
    pub const RULES: [Rule; Self::COUNT] = {
        let mut rules = [Rule::NONE; Self::COUNT];
        let mut idx = 0;
        while idx < Self::COUNT {
            let operation = Self::ALL[idx];
            rules[idx] = Rule::of(operation.description().encoding, operation.is_terminator());
            idx += 1;
        }
        rules
    };

    /// The operation with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether what follows in the code is never reached through it.
    #[must_use]
    pub const fn is_terminator(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Jump
                | Self::Loop
                | Self::TailCall
                | Self::TailCallIndirect
                | Self::Return
                | Self::Return32
                | Self::Return64
        )
    }
}
