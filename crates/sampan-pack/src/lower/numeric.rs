// SPDX-License-Identifier: Apache-2.0
//! Arithmetic, comparisons and conversions.

use sampan_packed_format::Operation;
use wasmparser::Operator;

use super::{Lowering, Operand, Value};
use crate::code::Relation;
use crate::module::Kind;

/// How `C` of an immediate form is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    Signed,
    Unsigned,
    /// A shift count, taken modulo the width.
    Count(u32),
}

impl Range {
    fn field(self, value: u64, slots: u32) -> Option<u32> {
        let signed = if slots == 1 { i64::from(value as u32 as i32) } else { value as i64 };
        match self {
            Self::Signed => i8::try_from(signed).ok().map(|small| i32::from(small).cast_unsigned()),
            Self::Unsigned => u8::try_from(signed).ok().map(u32::from),
            Self::Count(width) => Some((value % u64::from(width)) as u32),
        }
    }
}

/// The immediate form of an operation.
const fn immediate_form(operation: Operation) -> Option<(Operation, Range)> {
    use Operation as O;
    Some(match operation {
        O::Add => (O::AddImmediate, Range::Signed),
        O::And => (O::AndImmediate, Range::Unsigned),
        O::Or => (O::OrImmediate, Range::Unsigned),
        O::ExclusiveOr => (O::ExclusiveOrImmediate, Range::Signed),
        O::Multiply => (O::MultiplyImmediate, Range::Signed),
        O::ShiftLeft => (O::ShiftLeftImmediate, Range::Count(32)),
        O::ShiftRightSigned => (O::ShiftRightSignedImmediate, Range::Count(32)),
        O::ShiftRight => (O::ShiftRightImmediate, Range::Count(32)),
        O::RotateLeft => (O::RotateLeftImmediate, Range::Count(32)),
        O::Add64 => (O::AddImmediate64, Range::Signed),
        O::ShiftLeft64 => (O::ShiftLeftImmediate64, Range::Count(64)),
        O::ShiftRightSigned64 => (O::ShiftRightSignedImmediate64, Range::Count(64)),
        O::ShiftRight64 => (O::ShiftRightImmediate64, Range::Count(64)),
        O::RotateLeft64 => (O::RotateLeftImmediate64, Range::Count(64)),
        _ => return None,
    })
}

const fn is_commutative(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::Add
            | O::Multiply
            | O::And
            | O::Or
            | O::ExclusiveOr
            | O::Add64
            | O::Multiply64
            | O::And64
            | O::Or64
            | O::ExclusiveOr64
    )
}

impl Lowering<'_, '_> {
    /// Lowers an operator that takes numbers and gives one.
    pub(super) fn numeric(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::I32Const { value } => self.push_constant(u64::from(value as u32), Kind::I32),
            Operator::I64Const { value } => self.push_constant(value as u64, Kind::I64),
            Operator::F32Const { value } => self.push_constant(u64::from(value.bits()), Kind::F32),
            Operator::F64Const { value } => self.push_constant(value.bits(), Kind::F64),
            Operator::I32Eqz | Operator::RefIsNull => self.is_zero(),
            Operator::I32ReinterpretF32 => self.reinterpret(Kind::I32),
            Operator::I64ReinterpretF64 => self.reinterpret(Kind::I64),
            Operator::F32ReinterpretI32 => self.reinterpret(Kind::F32),
            Operator::F64ReinterpretI64 => self.reinterpret(Kind::F64),
            Operator::I32WrapI64 => self.wrap(),
            Operator::I64Extend8S => self.extend_low(Operation::Extend8),
            Operator::I64Extend16S => self.extend_low(Operation::Extend16),
            _ => {
                if let Some((operation, kind)) = binary(operator) {
                    self.binary(operation, kind);
                } else if let Some((relation, swapped)) = comparison(operator) {
                    self.compare(relation, swapped);
                } else if let Some((operation, swapped, inverted)) = other_comparison(operator) {
                    self.binary_slots(operation, swapped, Kind::I32);
                    if inverted {
                        self.is_zero();
                    }
                } else if let Some((operation, mode, kind)) = unary(operator) {
                    let operand = self.pop();
                    let slot = self.slot(&operand);
                    let home = self.push(kind);
                    self.emit(operation, [home, slot, mode]);
                } else {
                    return false;
                }
            }
        }
        true
    }

    fn reinterpret(&mut self, kind: Kind) {
        if let Some(top) = self.operands.last_mut() {
            top.kind = kind;
        }
    }

    /// The low half of a pair lies where the pair does.
    fn wrap(&mut self) {
        let operand = self.pop();
        let value = match operand.value {
            Value::Constant(value) => Value::Constant(u64::from(value as u32)),
            other => other,
        };
        self.touch(operand.home, 1);
        self.operands.push(Operand { value, kind: Kind::I32, ..operand });
        // What made the pair writes two slots, which a use of one must not redirect; and a local that is
        // held must be found by its slot, which is the pair's.
        self.barrier = self.items.len();
    }

    /// Extends the low bits of a pair, whose low half lies where the pair does.
    fn extend_low(&mut self, operation: Operation) {
        let operand = self.pop();
        let slot = self.slot(&operand);
        let home = self.push(Kind::I64);
        self.emit(operation, [home, slot, 0]);
        self.emit(Operation::ExtendSigned, [home, home, 0]);
    }

    fn is_zero(&mut self) {
        let operand = self.pop();
        if let Some(last) = self.made(&operand)
            && let Some((relation, immediate)) = Relation::of(last.operation)
        {
            self.take_back();
            let [_, left, right] = last.fields.map(i32::cast_unsigned);
            let home = self.push(Kind::I32);
            self.emit(relation.inverse().compare(immediate), [home, left, right]);
            return;
        }
        let slot = self.slot(&operand);
        let home = self.push(Kind::I32);
        self.emit(Operation::EqualImmediate, [home, slot, 0]);
    }

    fn binary_slots(&mut self, operation: Operation, swapped: bool, kind: Kind) {
        let (right, left) = (self.pop(), self.pop());
        let (left, right) = (self.slot(&left), self.slot(&right));
        let home = self.push(kind);
        let (b, c) = if swapped { (right, left) } else { (left, right) };
        self.emit(operation, [home, b, c]);
    }

    fn binary(&mut self, operation: Operation, kind: Kind) {
        let (mut right, mut left) = (self.pop(), self.pop());
        let mut operation = operation;
        if is_commutative(operation) && matches!(left.value, Value::Constant(_)) {
            (left.value, right.value) = (right.value, left.value);
            if left.value == Value::Home {
                // It stays where it was made.
                (left.home, right.home) = (right.home, left.home);
            }
        }
        if let Value::Constant(value) = right.value {
            let negated = match operation {
                Operation::Subtract => Some((Operation::Add, u64::from((value as u32).wrapping_neg()))),
                Operation::Subtract64 => Some((Operation::Add64, value.wrapping_neg())),
                Operation::RotateRight => {
                    Some((Operation::RotateLeft, u64::from((value as u32).wrapping_neg())))
                }
                Operation::RotateRight64 => Some((Operation::RotateLeft64, value.wrapping_neg())),
                _ => None,
            };
            if let Some((other, value)) = negated {
                operation = other;
                right.value = Value::Constant(value);
            }
            if self.binary_immediate(operation, &left, &right, kind) {
                return;
            }
        }
        let (left_slot, right_slot) = (self.slot(&left), self.slot(&right));
        let is_fused = match operation {
            Operation::Add => self.fuse_add(left_slot, right_slot),
            Operation::ExclusiveOr => self.fuse_exclusive_or(left_slot, right_slot),
            _ => false,
        };
        if is_fused {
            return;
        }
        let home = self.push(kind);
        self.emit(operation, [home, left_slot, right_slot]);
    }

    fn binary_immediate(
        &mut self,
        operation: Operation,
        left: &Operand,
        right: &Operand,
        kind: Kind,
    ) -> bool {
        let Value::Constant(value) = right.value else { return false };
        let Some((operation, range)) = immediate_form(operation) else { return false };
        let Some(field) = range.field(value, kind.slots()) else { return false };
        let slot = self.slot(left);
        if operation == Operation::AndImmediate
            && let Some(shift) = self.recent(1)
            && shift.operation == Operation::ShiftRightImmediate
            && shift.destination() == Some(slot)
            && slot >= self.homes
            && (field + 1).is_power_of_two()
            && field != 0
        {
            self.take_back();
            let home = self.push(kind);
            let bits = field.count_ones() - 1;
            let [_, from, count] = shift.fields.map(i32::cast_unsigned);
            self.emit(Operation::ExtractBits, [home, from, count & 31 | bits << 5]);
            return true;
        }
        let home = self.push(kind);
        self.emit(operation, [home, slot, field]);
        true
    }

    /// Takes a shift or a product made just now into an addition.
    fn fuse_add(&mut self, left: u32, right: u32) -> bool {
        let Some(last) = self.recent(1) else { return false };
        let Some(made) = last.destination().filter(|&made| made >= self.homes) else { return false };
        if left == right || (made != left && made != right) {
            return false;
        }
        let other = if made == left { right } else { left };
        let [_, b, c] = last.fields.map(i32::cast_unsigned);
        match (last.operation, c) {
            (Operation::ShiftLeftImmediate, 1 | 2) => {
                self.take_back();
                let home = self.push(Kind::I32);
                let operation = if c == 1 { Operation::AddShifted1 } else { Operation::AddShifted2 };
                self.emit(operation, [home, other, b]);
                true
            }
            (Operation::Multiply, _) if other == self.next_home() => {
                self.take_back();
                let home = self.push(Kind::I32);
                self.emit(Operation::MultiplyAdd, [home, b, c]);
                true
            }
            _ => false,
        }
    }

    /// Takes a shift made just now into the exclusive or of it and what was shifted, as hashes do.
    fn fuse_exclusive_or(&mut self, left: u32, right: u32) -> bool {
        let Some(last) = self.recent(1) else { return false };
        let Some(made) = last.destination().filter(|&made| made >= self.homes) else { return false };
        let [_, source, count] = last.fields.map(i32::cast_unsigned);
        let operation = match last.operation {
            Operation::ShiftLeftImmediate => Operation::ExclusiveOrShiftLeft,
            Operation::ShiftRightImmediate => Operation::ExclusiveOrShiftRight,
            _ => return false,
        };
        if source == made || ((made, source) != (left, right) && (made, source) != (right, left)) {
            return false;
        }
        self.take_back();
        let home = self.push(Kind::I32);
        self.emit(operation, [home, source, count]);
        true
    }

    /// Turns `local = local + product` into one operation. The sum was made just now, in its home.
    pub(super) fn fuse_multiply_add(&mut self, sum: &Operand, local: u32) -> bool {
        let Some(last) = self.made(sum).filter(|last| last.operation == Operation::Add) else { return false };
        let [_, left, right] = last.fields.map(i32::cast_unsigned);
        let product = if left == local { right } else { left };
        if left == right || (left != local && right != local) {
            return false;
        }
        let Some(before) = self.made_before(product, Operation::Multiply) else { return false };
        self.take_back();
        self.take_back();
        let [_, b, c] = before.fields.map(i32::cast_unsigned);
        self.emit(Operation::MultiplyAdd, [local, b, c]);
        true
    }

    /// A comparison of 32-bit integers. `relation` with operands swapped if `swapped`.
    fn compare(&mut self, relation: Relation, swapped: bool) {
        let (mut right, mut left) = (self.pop(), self.pop());
        if swapped {
            (left, right) = (right, left);
        }
        if relation.is_symmetric() && matches!(left.value, Value::Constant(_)) {
            (left, right) = (right, left);
        }
        if let Some((operation, operand, field)) = immediate_comparison(relation, &left, &right) {
            let slot = self.slot(&operand);
            let home = self.push(Kind::I32);
            self.emit(operation, [home, slot, field]);
            return;
        }
        let (left, right) = (self.slot(&left), self.slot(&right));
        let home = self.push(Kind::I32);
        self.emit(relation.compare(false), [home, left, right]);
    }
}

/// The comparison with an immediate: operation, its operand, field C.
fn immediate_comparison(
    relation: Relation,
    left: &Operand,
    right: &Operand,
) -> Option<(Operation, Operand, u32)> {
    let (relation, operand, value) = match (left.value, right.value) {
        (_, Value::Constant(value)) => (relation, left, i64::from(value as u32)),
        // c < x is x >= c + 1, and c >= x is x < c + 1: unless c is the greatest, where both are constant.
        (Value::Constant(value), _) => (relation.inverse(), right, i64::from(value as u32) + 1),
        _ => return None,
    };
    let field = if relation.is_unsigned() {
        u32::from(u8::try_from(value).ok()?)
    } else {
        let is_swapped =
            matches!(left.value, Value::Constant(_)) && !matches!(right.value, Value::Constant(_));
        let signed = if is_swapped {
            i64::from((value - 1) as u32 as i32) + 1
        } else {
            i64::from(value as u32 as i32)
        };
        i32::from(i8::try_from(signed).ok()?).cast_unsigned()
    };
    Some((relation.compare(true), *operand, field))
}

/// Operations on two numbers of one type that give a third.
const fn binary(operator: &Operator<'_>) -> Option<(Operation, Kind)> {
    use Operation as O;
    Some(match operator {
        Operator::I32Add => (O::Add, Kind::I32),
        Operator::I32Sub => (O::Subtract, Kind::I32),
        Operator::I32Mul => (O::Multiply, Kind::I32),
        Operator::I32DivS => (O::DivideSigned, Kind::I32),
        Operator::I32DivU => (O::Divide, Kind::I32),
        Operator::I32RemS => (O::RemainderSigned, Kind::I32),
        Operator::I32RemU => (O::Remainder, Kind::I32),
        Operator::I32And => (O::And, Kind::I32),
        Operator::I32Or => (O::Or, Kind::I32),
        Operator::I32Xor => (O::ExclusiveOr, Kind::I32),
        Operator::I32Shl => (O::ShiftLeft, Kind::I32),
        Operator::I32ShrS => (O::ShiftRightSigned, Kind::I32),
        Operator::I32ShrU => (O::ShiftRight, Kind::I32),
        Operator::I32Rotl => (O::RotateLeft, Kind::I32),
        Operator::I32Rotr => (O::RotateRight, Kind::I32),
        Operator::I64Add => (O::Add64, Kind::I64),
        Operator::I64Sub => (O::Subtract64, Kind::I64),
        Operator::I64Mul => (O::Multiply64, Kind::I64),
        Operator::I64DivS => (O::DivideSigned64, Kind::I64),
        Operator::I64DivU => (O::Divide64, Kind::I64),
        Operator::I64RemS => (O::RemainderSigned64, Kind::I64),
        Operator::I64RemU => (O::Remainder64, Kind::I64),
        Operator::I64And => (O::And64, Kind::I64),
        Operator::I64Or => (O::Or64, Kind::I64),
        Operator::I64Xor => (O::ExclusiveOr64, Kind::I64),
        Operator::I64Shl => (O::ShiftLeft64, Kind::I64),
        Operator::I64ShrS => (O::ShiftRightSigned64, Kind::I64),
        Operator::I64ShrU => (O::ShiftRight64, Kind::I64),
        Operator::I64Rotl => (O::RotateLeft64, Kind::I64),
        Operator::I64Rotr => (O::RotateRight64, Kind::I64),
        Operator::F32Add => (O::FloatAdd, Kind::F32),
        Operator::F32Sub => (O::FloatSubtract, Kind::F32),
        Operator::F32Mul => (O::FloatMultiply, Kind::F32),
        Operator::F32Div => (O::FloatDivide, Kind::F32),
        Operator::F32Min => (O::FloatMinimum, Kind::F32),
        Operator::F32Max => (O::FloatMaximum, Kind::F32),
        Operator::F32Copysign => (O::FloatCopySign, Kind::F32),
        Operator::F64Add => (O::DoubleAdd, Kind::F64),
        Operator::F64Sub => (O::DoubleSubtract, Kind::F64),
        Operator::F64Mul => (O::DoubleMultiply, Kind::F64),
        Operator::F64Div => (O::DoubleDivide, Kind::F64),
        Operator::F64Min => (O::DoubleMinimum, Kind::F64),
        Operator::F64Max => (O::DoubleMaximum, Kind::F64),
        Operator::F64Copysign => (O::DoubleCopySign, Kind::F64),
        _ => return None,
    })
}

/// Comparisons of 32-bit integers; `true` where the operands change places.
const fn comparison(operator: &Operator<'_>) -> Option<(Relation, bool)> {
    Some(match operator {
        Operator::I32Eq => (Relation::Equal, false),
        Operator::I32Ne => (Relation::NotEqual, false),
        Operator::I32LtS => (Relation::LessSigned, false),
        Operator::I32LtU => (Relation::Less, false),
        Operator::I32GtS => (Relation::LessSigned, true),
        Operator::I32GtU => (Relation::Less, true),
        Operator::I32LeS => (Relation::NotLessSigned, true),
        Operator::I32LeU => (Relation::NotLess, true),
        Operator::I32GeS => (Relation::NotLessSigned, false),
        Operator::I32GeU => (Relation::NotLess, false),
        _ => return None,
    })
}

/// Comparisons of all else: operation, whether the operands change places, and whether the result is inverted.
/// An inverted one costs nothing where it's branched on.
const fn other_comparison(operator: &Operator<'_>) -> Option<(Operation, bool, bool)> {
    use Operation as O;
    Some(match operator {
        Operator::I64Eq => (O::Equal64, false, false),
        Operator::I64Ne => (O::Equal64, false, true),
        Operator::I64LtS => (O::LessSigned64, false, false),
        Operator::I64LtU => (O::Less64, false, false),
        Operator::I64GtS => (O::LessSigned64, true, false),
        Operator::I64GtU => (O::Less64, true, false),
        Operator::I64LeS => (O::LessSigned64, true, true),
        Operator::I64LeU => (O::Less64, true, true),
        Operator::I64GeS => (O::LessSigned64, false, true),
        Operator::I64GeU => (O::Less64, false, true),
        Operator::F32Eq => (O::FloatEqual, false, false),
        Operator::F32Ne => (O::FloatEqual, false, true),
        Operator::F32Lt => (O::FloatLess, false, false),
        Operator::F32Gt => (O::FloatLess, true, false),
        Operator::F32Le => (O::FloatLessOrEqual, false, false),
        Operator::F32Ge => (O::FloatLessOrEqual, true, false),
        Operator::F64Eq => (O::DoubleEqual, false, false),
        Operator::F64Ne => (O::DoubleEqual, false, true),
        Operator::F64Lt => (O::DoubleLess, false, false),
        Operator::F64Gt => (O::DoubleLess, true, false),
        Operator::F64Le => (O::DoubleLessOrEqual, false, false),
        Operator::F64Ge => (O::DoubleLessOrEqual, true, false),
        _ => return None,
    })
}

/// Operations on one number: operation, field C, type of the result.
const fn unary(operator: &Operator<'_>) -> Option<(Operation, u32, Kind)> {
    use Operation as O;
    const UNSIGNED: u32 = 1;
    const SATURATING: u32 = 2;
    Some(match operator {
        Operator::I32Clz => (O::CountLeadingZeros, 0, Kind::I32),
        Operator::I32Ctz => (O::CountTrailingZeros, 0, Kind::I32),
        Operator::I32Popcnt => (O::CountOnes, 0, Kind::I32),
        Operator::I32Extend8S => (O::Extend8, 0, Kind::I32),
        Operator::I32Extend16S => (O::Extend16, 0, Kind::I32),
        Operator::I64Eqz => (O::EqualZero64, 0, Kind::I32),
        Operator::I64Clz => (O::CountLeadingZeros64, 0, Kind::I64),
        Operator::I64Ctz => (O::CountTrailingZeros64, 0, Kind::I64),
        Operator::I64Popcnt => (O::CountOnes64, 0, Kind::I64),
        Operator::I64Extend32S | Operator::I64ExtendI32S => (O::ExtendSigned, 0, Kind::I64),
        Operator::I64ExtendI32U => (O::ExtendUnsigned, 0, Kind::I64),
        Operator::F32Abs => (O::FloatAbsolute, 0, Kind::F32),
        Operator::F32Neg => (O::FloatNegate, 0, Kind::F32),
        Operator::F32Sqrt => (O::FloatSquareRoot, 0, Kind::F32),
        Operator::F32Ceil => (O::FloatRound, 0, Kind::F32),
        Operator::F32Floor => (O::FloatRound, 1, Kind::F32),
        Operator::F32Trunc => (O::FloatRound, 2, Kind::F32),
        Operator::F32Nearest => (O::FloatRound, 3, Kind::F32),
        Operator::F64Abs => (O::DoubleAbsolute, 0, Kind::F64),
        Operator::F64Neg => (O::DoubleNegate, 0, Kind::F64),
        Operator::F64Sqrt => (O::DoubleSquareRoot, 0, Kind::F64),
        Operator::F64Ceil => (O::DoubleRound, 0, Kind::F64),
        Operator::F64Floor => (O::DoubleRound, 1, Kind::F64),
        Operator::F64Trunc => (O::DoubleRound, 2, Kind::F64),
        Operator::F64Nearest => (O::DoubleRound, 3, Kind::F64),
        Operator::F32ConvertI32S => (O::FloatFromSigned, 0, Kind::F32),
        Operator::F32ConvertI32U => (O::FloatFromUnsigned, 0, Kind::F32),
        Operator::F32ConvertI64S => (O::FloatFromSigned64, 0, Kind::F32),
        Operator::F32ConvertI64U => (O::FloatFromUnsigned64, 0, Kind::F32),
        Operator::F64ConvertI32S => (O::DoubleFromSigned, 0, Kind::F64),
        Operator::F64ConvertI32U => (O::DoubleFromUnsigned, 0, Kind::F64),
        Operator::F64ConvertI64S => (O::DoubleFromSigned64, 0, Kind::F64),
        Operator::F64ConvertI64U => (O::DoubleFromUnsigned64, 0, Kind::F64),
        Operator::F32DemoteF64 => (O::FloatDemote, 0, Kind::F32),
        Operator::F64PromoteF32 => (O::DoublePromote, 0, Kind::F64),
        Operator::I32TruncF32S => (O::FloatTruncate, 0, Kind::I32),
        Operator::I32TruncF32U => (O::FloatTruncate, UNSIGNED, Kind::I32),
        Operator::I32TruncF64S => (O::DoubleTruncate, 0, Kind::I32),
        Operator::I32TruncF64U => (O::DoubleTruncate, UNSIGNED, Kind::I32),
        Operator::I64TruncF32S => (O::FloatTruncate64, 0, Kind::I64),
        Operator::I64TruncF32U => (O::FloatTruncate64, UNSIGNED, Kind::I64),
        Operator::I64TruncF64S => (O::DoubleTruncate64, 0, Kind::I64),
        Operator::I64TruncF64U => (O::DoubleTruncate64, UNSIGNED, Kind::I64),
        Operator::I32TruncSatF32S => (O::FloatTruncate, SATURATING, Kind::I32),
        Operator::I32TruncSatF32U => (O::FloatTruncate, SATURATING | UNSIGNED, Kind::I32),
        Operator::I32TruncSatF64S => (O::DoubleTruncate, SATURATING, Kind::I32),
        Operator::I32TruncSatF64U => (O::DoubleTruncate, SATURATING | UNSIGNED, Kind::I32),
        Operator::I64TruncSatF32S => (O::FloatTruncate64, SATURATING, Kind::I64),
        Operator::I64TruncSatF32U => (O::FloatTruncate64, SATURATING | UNSIGNED, Kind::I64),
        Operator::I64TruncSatF64S => (O::DoubleTruncate64, SATURATING, Kind::I64),
        Operator::I64TruncSatF64U => (O::DoubleTruncate64, SATURATING | UNSIGNED, Kind::I64),
        _ => return None,
    })
}
