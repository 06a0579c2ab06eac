// SPDX-License-Identifier: Apache-2.0
//! Memory, tables and segments.
//!
//! A load or store has four forms. With an immediate offset it needs a memory that is never smaller than
//! offset and size, so that the engine's check can't wrap. With an index, or an offset that wraps, it takes
//! the program's address arithmetic in; that needs a memory of at least 8 bytes. The far form is for all else.

use sampan_packed_format::Operation;
use wasmparser::{MemArg, Operator};

use super::{Lowering, Operand, Value};
use crate::code::{Instruction, Item};
use crate::error::PackError;
use crate::module::Kind;

/// The forms of a load or store.
struct Access {
    immediate: Operation,
    far: Operation,
    /// With a signed offset that wraps.
    wrapped: Operation,
    index: Option<Operation>,
    /// With the index shifted left by this.
    scaled: Option<(Operation, u32)>,
    bytes: u32,
    /// Unit of the immediate offset.
    unit: u32,
}

const fn access(operation: Operation) -> Access {
    use Operation as O;
    let (far, wrapped, index, scaled, bytes, unit) = match operation {
        O::Load8 => (O::Load8Far, O::Load8Wrapped, Some(O::Load8Index), None, 1, 1),
        O::Load8Signed => (O::Load8SignedFar, O::Load8SignedWrapped, Some(O::Load8SignedIndex), None, 1, 1),
        O::Load16 => {
            let scaled = Some((O::Load16Index2, 1));
            (O::Load16Far, O::Load16Wrapped, Some(O::Load16Index), scaled, 2, 2)
        }
        O::Load16Signed => {
            let scaled = Some((O::Load16SignedIndex2, 1));
            (O::Load16SignedFar, O::Load16SignedWrapped, Some(O::Load16SignedIndex), scaled, 2, 2)
        }
        O::Load32 => {
            let scaled = Some((O::Load32Index4, 2));
            (O::Load32Far, O::Load32Wrapped, Some(O::Load32Index), scaled, 4, 4)
        }
        O::Load64 => (O::Load64Far, O::Load64Wrapped, None, None, 8, 4),
        O::Store8 => (O::Store8Far, O::Store8Wrapped, Some(O::Store8Index), None, 1, 1),
        O::Store16 => {
            let scaled = Some((O::Store16Index2, 1));
            (O::Store16Far, O::Store16Wrapped, Some(O::Store16Index), scaled, 2, 2)
        }
        O::Store32 => {
            let scaled = Some((O::Store32Index4, 2));
            (O::Store32Far, O::Store32Wrapped, Some(O::Store32Index), scaled, 4, 4)
        }
        _ => (O::Store64Far, O::Store64Wrapped, None, None, 8, 4),
    };
    Access { immediate: operation, far, wrapped, index, scaled, bytes, unit }
}

impl Access {
    /// The form that takes the addition in which made the address.
    fn fuse(&self, sum: &Instruction) -> Option<(Operation, u32, u32)> {
        let [_, base, part] = sum.fields.map(i32::cast_unsigned);
        let operation = match (sum.operation, self.scaled) {
            (Operation::AddImmediate, _) => self.wrapped,
            (Operation::Add, _) => self.index?,
            (Operation::AddShifted1, Some((scaled, 1))) | (Operation::AddShifted2, Some((scaled, 2))) => {
                scaled
            }
            _ => return None,
        };
        Some((operation, base, part))
    }
}

/// Extension of a 32-bit load to 64 bits.
#[derive(Clone, Copy)]
enum Extension {
    Signed,
    Unsigned,
}

impl Lowering<'_, '_> {
    pub(super) fn memory_operator(&mut self, operator: &Operator<'_>) -> Result<bool, PackError> {
        use Extension::{Signed, Unsigned};
        use Operation as O;
        match *operator {
            Operator::I32Load { memarg } => self.load(O::Load32, memarg, Kind::I32, None),
            Operator::I64Load { memarg } => self.load(O::Load64, memarg, Kind::I64, None),
            Operator::F32Load { memarg } => self.load(O::Load32, memarg, Kind::F32, None),
            Operator::F64Load { memarg } => self.load(O::Load64, memarg, Kind::F64, None),
            Operator::I32Load8S { memarg } => self.load(O::Load8Signed, memarg, Kind::I32, None),
            Operator::I32Load8U { memarg } => self.load(O::Load8, memarg, Kind::I32, None),
            Operator::I32Load16S { memarg } => self.load(O::Load16Signed, memarg, Kind::I32, None),
            Operator::I32Load16U { memarg } => self.load(O::Load16, memarg, Kind::I32, None),
            Operator::I64Load8S { memarg } => self.load(O::Load8Signed, memarg, Kind::I64, Some(Signed)),
            Operator::I64Load8U { memarg } => self.load(O::Load8, memarg, Kind::I64, Some(Unsigned)),
            Operator::I64Load16S { memarg } => self.load(O::Load16Signed, memarg, Kind::I64, Some(Signed)),
            Operator::I64Load16U { memarg } => self.load(O::Load16, memarg, Kind::I64, Some(Unsigned)),
            Operator::I64Load32S { memarg } => self.load(O::Load32, memarg, Kind::I64, Some(Signed)),
            Operator::I64Load32U { memarg } => self.load(O::Load32, memarg, Kind::I64, Some(Unsigned)),
            Operator::I32Store { memarg }
            | Operator::F32Store { memarg }
            | Operator::I64Store32 { memarg } => self.store(O::Store32, memarg),
            Operator::I64Store { memarg } | Operator::F64Store { memarg } => self.store(O::Store64, memarg),
            Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => self.store(O::Store8, memarg),
            Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => {
                self.store(O::Store16, memarg);
            }
            Operator::MemorySize { .. } => {
                let home = self.push(Kind::I32);
                self.emit(O::MemorySize, [home, 0, 0]);
            }
            Operator::MemoryGrow { .. } => {
                let pages = self.pop();
                let pages = self.slot(&pages);
                let home = self.push(Kind::I32);
                self.emit(O::MemoryGrow, [home, pages, 0]);
            }
            Operator::MemoryFill { .. } => self.bulk(O::MemoryFill, 0, 0),
            Operator::MemoryCopy { .. } => self.bulk(O::MemoryCopy, 0, 0),
            Operator::MemoryInit { data_index, .. } => self.bulk(O::MemoryInit, data_index, 0),
            Operator::DataDrop { data_index } => self.emit(O::DataDrop, [0, data_index, 0]),
            _ => return self.table_operator(operator),
        }
        Ok(true)
    }

    fn table_operator(&mut self, operator: &Operator<'_>) -> Result<bool, PackError> {
        use Operation as O;
        match *operator {
            Operator::TableGet { table } => {
                let entry = self.pop();
                let entry = self.slot(&entry);
                let home = self.push(Kind::Function);
                self.emit(O::TableGet, [home, entry, table]);
            }
            Operator::TableSet { table } => {
                let (value, entry) = (self.pop(), self.pop());
                let (entry, value) = (self.slot(&entry), self.slot(&value));
                self.emit(O::TableSet, [value, entry, table]);
            }
            Operator::TableSize { table } => {
                let home = self.push(Kind::I32);
                self.emit(O::TableSize, [home, table, 0]);
            }
            Operator::TableGrow { table } => {
                self.flush(self.operands.len() - 2);
                self.pop();
                self.pop();
                let home = self.push(Kind::I32);
                self.emit(O::TableGrow, [home, table, 0]);
                self.barrier = self.items.len();
            }
            Operator::TableFill { table } => self.bulk(O::TableFill, table, 0),
            Operator::TableCopy { dst_table, src_table } => self.bulk(O::TableCopy, dst_table, src_table),
            Operator::TableInit { elem_index, table } => self.bulk(O::TableInit, table, elem_index),
            Operator::ElemDrop { elem_index } => self.emit(O::ElementDrop, [0, elem_index, 0]),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// An operation that uses up three operands in their homes.
    fn bulk(&mut self, operation: Operation, b: u32, c: u32) {
        let first = self.operands.len() - 3;
        self.flush(first);
        let home = self.operands[first].home;
        self.operands.truncate(first);
        self.emit(operation, [home, b, c]);
        self.barrier = self.items.len();
    }

    fn memory_bytes(&self) -> u32 {
        self.module.memory.map_or(0, |memory| memory.bytes)
    }

    /// A constant address takes the offset in.
    fn fold(&self, mut address: Operand, offset: u32) -> (Operand, u32) {
        if let Value::Constant(base) = address.value
            && let Some(sum) = (base as u32).checked_add(offset)
        {
            address.value = Value::Constant(u64::from(sum));
            return (address, 0);
        }
        (address, offset)
    }

    fn load(&mut self, operation: Operation, memarg: MemArg, kind: Kind, extension: Option<Extension>) {
        let access = access(operation);
        let (address, offset) = (self.pop(), memarg.offset as u32);
        let fields = self.fused_address(&access, &address, offset);
        let (operation, b, c) = match fields {
            Some(fields) => fields,
            None => self.address(&access, address, offset, address.home + 1),
        };
        let home = self.push(kind);
        self.emit(operation, [home, b, c]);
        if let Some(extension) = extension {
            let extend = match extension {
                Extension::Signed => Operation::ExtendSigned,
                Extension::Unsigned => Operation::ExtendUnsigned,
            };
            self.emit(extend, [home, home, 0]);
        }
    }

    fn store(&mut self, operation: Operation, memarg: MemArg) {
        let access = access(operation);
        let (value, address) = (self.pop(), self.pop());
        let offset = memarg.offset as u32;
        if value.value == Value::Home {
            if let Some((operation, b, c)) = self.sunk_address(&access, &address, offset) {
                self.emit(operation, [value.home, b, c]);
                return;
            }
        } else if let Some((operation, b, c)) = self.fused_address(&access, &address, offset) {
            // The parts of the address may lie in this home and the next.
            let value = self.slot_at(&value, address.home + 2);
            self.emit(operation, [value, b, c]);
            return;
        }
        let (operation, b, c) = self.address(&access, address, offset, value.home + value.slots());
        let value = self.slot(&value);
        self.emit(operation, [value, b, c]);
    }

    /// Takes the addition that made an address into the access.
    fn fused_address(
        &mut self,
        access: &Access,
        address: &Operand,
        offset: u32,
    ) -> Option<(Operation, u32, u32)> {
        if offset != 0 || self.memory_bytes() < 8 {
            return None;
        }
        let sum = self.made(address)?;
        let fused = access.fuse(&sum)?;
        self.take_back();
        let (_, base, part) = fused;
        if sum.operation == Operation::Add
            && let Some((scaled, shift)) = access.scaled
        {
            for (base, part) in [(base, part), (part, base)] {
                if base != part && self.takes_shift(part, shift) {
                    let shifted = self.recent(1)?.fields[1].cast_unsigned();
                    self.take_back();
                    return Some((scaled, base, shifted));
                }
            }
        }
        Some(fused)
    }

    /// As [`Self::fused_address`], for an address that was made before the value that is to be stored: its
    /// addition moves down to the store, if nothing between changes what it adds.
    fn sunk_address(
        &mut self,
        access: &Access,
        address: &Operand,
        offset: u32,
    ) -> Option<(Operation, u32, u32)> {
        if offset != 0 || self.memory_bytes() < 8 || address.value != Value::Home {
            return None;
        }
        let mut idx = self.items.len();
        let sum = loop {
            idx = idx.checked_sub(1).filter(|&idx| idx >= self.barrier)?;
            let Item::Code(code) = self.items[idx] else { return None };
            if code.destination() == Some(address.home) {
                break code;
            }
            if code.written().contains(&address.home) {
                return None;
            }
        };
        let fused = access.fuse(&sum)?;
        for item in &self.items[idx + 1..] {
            let Item::Code(code) = item else { return None };
            let written = code.written();
            let added = &sum.fields[1..];
            let mut reads = sum.encoding().into_iter().skip(1).zip(added);
            if reads.any(|(field, &slot)| field.reads() && written.contains(&slot.cast_unsigned())) {
                return None;
            }
        }
        self.items.remove(idx);
        Some(fused)
    }

    /// Whether the last instruction shifts something left by `shift` into slot `slot` of the operand stack.
    fn takes_shift(&self, slot: u32, shift: u32) -> bool {
        self.recent(1).is_some_and(|last| {
            last.operation == Operation::ShiftLeftImmediate
                && slot >= self.homes
                && last.destination() == Some(slot)
                && last.fields[2] == shift.cast_signed()
        })
    }

    /// Operation and fields B and C for an address; `place` is a free slot.
    fn address(
        &mut self,
        access: &Access,
        address: Operand,
        offset: u32,
        place: u32,
    ) -> (Operation, u32, u32) {
        let (address, offset) = self.fold(address, offset);
        let base = self.slot(&address);
        let units = offset / access.unit;
        let is_near = offset.is_multiple_of(access.unit)
            && units < 256
            && u64::from(offset) + u64::from(access.bytes) <= u64::from(self.memory_bytes());
        if is_near {
            return (access.immediate, base, units);
        }
        let offset = Operand { value: Value::Constant(u64::from(offset)), home: place, kind: Kind::I32 };
        let part = self.slot(&offset);
        (access.far, base, part)
    }
}
