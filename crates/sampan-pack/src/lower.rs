// SPDX-License-Identifier: Apache-2.0
//! Lowering of one function: stack code to operations on the slots of a frame.
//!
//! A frame is the locals (parameters first), then hoisted constants, then one home slot for every place
//! of the operand stack. A value on the operand stack is kept symbolic, as a local or a constant, for as long
//! as that is possible, so that most operations read locals where they lie. Patterns are recognised by
//! looking back at the operation that made an operand: [`Lowering::made`] finds it, and never looks across a
//! label or a branch.
//!
//! Frames of more than 256 slots are *big*: see `far.rs`.

mod control;
mod memory;
mod numeric;

use std::collections::BTreeMap;

use sampan_packed_format::image::MAX_FRAME;
use sampan_packed_format::{NEAR_SLOTS, Operation};
use wasmparser::{FunctionBody, Operator};

use crate::code::{Constants, Instruction, Item, Label, Passed};
use crate::error::PackError;
use crate::far::{FIRST_SCRATCH, SCRATCH_END};
use crate::module::{Kind, Module, slots};
use control::Control;

/// Most constants that are kept in slots.
const MOST_HOISTED: usize = 60;
/// Weight from which a constant is kept in a slot: one use in one loop.
const HOIST_WEIGHT: u64 = 8;

/// Where an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// In its home slot.
    Home,
    /// In the slots of a local.
    Local(u32),
    /// Nowhere yet.
    Constant(u64),
}

/// One place of the operand stack.
#[derive(Clone, Copy, Debug)]
struct Operand {
    value: Value,
    /// First slot of this place.
    home: u32,
    kind: Kind,
}

impl Operand {
    const fn slots(&self) -> u32 {
        self.kind.slots()
    }
}

/// What one pass over the body is told by the one before.
#[derive(Clone, Debug, Default)]
struct Plan {
    /// Constants that are kept in slots.
    hoisted: Vec<u32>,
    /// Whether the frame has more slots than a field reaches.
    big: bool,
}

/// A lowered function.
pub(crate) struct Lowered {
    pub(crate) items: Vec<Item>,
    /// Slots of its frame, as far as instructions name them.
    pub(crate) slots: u32,
    pub(crate) labels: u32,
    pub(crate) big: bool,
}

/// Lowers the function with this index.
pub(crate) fn lower(
    module: &mut Module<'_>,
    constants: &mut Constants,
    function: u32,
) -> Result<Lowered, PackError> {
    let body = module.bodies[function as usize - module.imports.len()].clone();
    let mut plan = Plan::default();
    let mut trial = Constants::default();
    let first = Lowering::run(module, &mut trial, function, &body, &plan)?;
    let mut wanted: Vec<(u32, u64)> = first.wanted.iter().map(|(&value, &weight)| (value, weight)).collect();
    wanted.retain(|&(_, weight)| weight >= HOIST_WEIGHT);
    wanted.sort_by_key(|&(value, weight)| (std::cmp::Reverse(weight), value));
    plan.hoisted = wanted.into_iter().map(|(value, _)| value).take(MOST_HOISTED).collect();
    plan.big = first.slots + plan.hoisted.len() as u32 > NEAR_SLOTS;
    if plan.big {
        plan.hoisted.clear();
    }
    Lowering::run(module, constants, function, &body, &plan).map(Lowering::finish)
}

/// One pass over one body.
struct Lowering<'m, 'a> {
    module: &'m mut Module<'a>,
    constants: &'m mut Constants,
    function: u32,
    big: bool,
    items: Vec<Item>,
    /// Items before this one aren't looked back at.
    barrier: usize,
    labels: u32,
    /// First slot and kind of each local.
    locals: Vec<(u32, Kind)>,
    hoisted: BTreeMap<u32, u32>,
    /// Constants that were needed in a slot, with a weight for how often.
    wanted: BTreeMap<u32, u64>,
    /// First slot of the operand stack's homes.
    homes: u32,
    slots: u32,
    operands: Vec<Operand>,
    controls: Vec<Control>,
    /// Blocks begun in code that can't be reached; 0 in code that can.
    unreachable: u32,
    loop_depth: u32,
    offset: u32,
}

impl<'m, 'a> Lowering<'m, 'a> {
    fn run(
        module: &'m mut Module<'a>,
        constants: &'m mut Constants,
        function: u32,
        body: &FunctionBody<'a>,
        plan: &Plan,
    ) -> Result<Self, PackError> {
        let mut lowering = Self {
            module,
            constants,
            function,
            big: plan.big,
            items: Vec::new(),
            barrier: 0,
            labels: 0,
            locals: Vec::new(),
            hoisted: BTreeMap::new(),
            wanted: BTreeMap::new(),
            homes: 0,
            slots: 0,
            operands: Vec::new(),
            controls: Vec::new(),
            unreachable: 0,
            loop_depth: 0,
            offset: body.range().start as u32,
        };
        lowering.prologue(body, plan)?;
        lowering.begin_function();
        for pair in body.get_operators_reader()?.into_iter_with_offsets() {
            let (operator, offset) = pair?;
            lowering.offset = offset as u32;
            lowering.operator(&operator).map_err(|error| error.at(function, offset))?;
            if lowering.next_home() > MAX_FRAME {
                let message = format!("a frame of more than {MAX_FRAME} slots");
                return Err(PackError::unsupported(message).at(function, offset));
            }
        }
        Ok(lowering)
    }

    fn finish(self) -> Lowered {
        Lowered { items: self.items, slots: self.slots, labels: self.labels, big: self.big }
    }

    /// Places locals and constants, and sets them.
    fn prologue(&mut self, body: &FunctionBody<'a>, plan: &Plan) -> Result<(), PackError> {
        let params = self.module.signature(self.function).params.clone();
        let param_slots = slots(&params);
        if slots(&self.module.signature(self.function).results) > FIRST_SCRATCH {
            return Err(PackError::unsupported("a function whose results take more than 244 slots"));
        }
        let mut next = 0;
        for kind in params {
            self.locals.push((next, kind));
            next += kind.slots();
        }
        let mut zero_from = param_slots;
        if self.big {
            next = next.max(SCRATCH_END);
            zero_from = next;
            next = self.move_params(next);
            zero_from = zero_from.max(next);
        }
        for declared in body.get_locals_reader()? {
            let (count, ty) = declared?;
            let kind = Kind::of(ty)?;
            for _ in 0..count {
                self.locals.push((next, kind));
                next += kind.slots();
            }
        }
        if next > zero_from {
            self.touch(zero_from, next - zero_from);
            self.zero(zero_from, next - zero_from);
        }
        for &value in &plan.hoisted {
            self.hoisted.insert(value, next);
            self.constant(next, u64::from(value), 1);
            next += 1;
        }
        self.touch(0, next.max(param_slots));
        self.homes = next;
        self.barrier = self.items.len();
        Ok(())
    }

    fn zero(&mut self, first: u32, count: u32) {
        if first < NEAR_SLOTS {
            self.emit(Operation::Zero, [first, count, 0]);
        } else {
            let constant = self.constants.word(first << 16 | count & 0xffff);
            self.emit(Operation::ZeroWide, [0, constant, 0]);
        }
    }

    /// Makes way for the scratch slots of a big frame; returns the next free slot.
    fn move_params(&mut self, mut next: u32) -> u32 {
        for idx in 0..self.locals.len() {
            let (slot, kind) = self.locals[idx];
            let end = slot + kind.slots();
            if end <= FIRST_SCRATCH || slot >= SCRATCH_END {
                continue;
            }
            for from in slot..end {
                self.touch(next, 1);
                self.emit(Operation::Move, [next + from - slot, from, 0]);
            }
            self.touch(next, kind.slots());
            self.locals[idx].0 = next;
            next += kind.slots();
        }
        next
    }

    fn touch(&mut self, slot: u32, count: u32) {
        self.slots = self.slots.max(slot + count);
    }

    fn emit(&mut self, operation: Operation, fields: [u32; 3]) {
        self.push_item(operation, fields, None);
    }

    /// Emits a call or return, which hands over `count` slots from `first` on.
    fn emit_passing(&mut self, operation: Operation, fields: [u32; 3], first: u32, count: u32) {
        self.emit(operation, fields);
        if let Some(Item::Code(last)) = self.items.last_mut() {
            last.passed = Some(Passed { first, count });
        }
    }

    fn emit_branch(&mut self, operation: Operation, fields: [u32; 3], target: Label) {
        self.push_item(operation, fields, Some(target));
        self.barrier = self.items.len();
    }

    fn push_item(&mut self, operation: Operation, fields: [u32; 3], target: Option<Label>) {
        let fields = fields.map(u32::cast_signed);
        self.items.push(Item::Code(Instruction {
            operation,
            fields,
            target,
            passed: None,
            offset: self.offset,
        }));
    }

    fn new_label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    fn place(&mut self, label: Label) {
        self.items.push(Item::Label(label));
        self.barrier = self.items.len();
    }

    /// The instruction `back` before the next one, if it may be looked at.
    fn recent(&self, back: usize) -> Option<Instruction> {
        let idx = self.items.len().checked_sub(back)?;
        match self.items.get(idx) {
            Some(Item::Code(instruction)) if idx >= self.barrier => Some(*instruction),
            _ => None,
        }
    }

    /// The instruction that made this operand just now, and did nothing else.
    fn made(&self, operand: &Operand) -> Option<Instruction> {
        let last = self.recent(1)?;
        (operand.value == Value::Home && last.destination() == Some(operand.home)).then_some(last)
    }

    /// The instruction before the last, if it made slot `slot` of the operand stack.
    fn made_before(&self, slot: u32, operation: Operation) -> Option<Instruction> {
        let before = self.recent(2)?;
        (before.operation == operation && slot >= self.homes && before.destination() == Some(slot))
            .then_some(before)
    }

    fn take_back(&mut self) {
        self.items.pop();
    }

    fn next_home(&self) -> u32 {
        self.operands.last().map_or(self.homes, |top| top.home + top.slots())
    }

    /// Pushes a value that the next instruction makes in its home, and returns the home.
    fn push(&mut self, kind: Kind) -> u32 {
        let home = self.next_home();
        self.touch(home, kind.slots());
        self.operands.push(Operand { value: Value::Home, home, kind });
        home
    }

    fn push_constant(&mut self, value: u64, kind: Kind) {
        let home = self.next_home();
        self.operands.push(Operand { value: Value::Constant(value), home, kind });
    }

    fn push_local(&mut self, local: u32) {
        let (slot, kind) = self.locals[local as usize];
        let home = self.next_home();
        self.operands.push(Operand { value: Value::Local(slot), home, kind });
    }

    fn pop(&mut self) -> Operand {
        // Validation has shown that the stack isn't empty here.
        self.operands.pop().unwrap_or(Operand { value: Value::Home, home: self.homes, kind: Kind::I32 })
    }

    /// Sets slots to a constant.
    fn constant(&mut self, slot: u32, value: u64, count: u32) {
        self.touch(slot, count);
        let signed = if count == 1 { i64::from(value as u32 as i32) } else { value as i64 };
        if let Ok(small) = i16::try_from(signed) {
            let operation = if count == 1 { Operation::Immediate } else { Operation::Immediate64 };
            self.emit(operation, [slot, i32::from(small) as u32, 0]);
        } else if count == 1 {
            let number = self.constants.word(value as u32);
            self.emit(Operation::Constant, [slot, number, 0]);
        } else {
            let number = self.constants.pair(value as u32, (value >> 32) as u32);
            self.emit(Operation::Constant64, [slot, number, 0]);
        }
    }

    /// The slot where an operand can be read; a constant is put into its home if it's in no slot.
    fn slot(&mut self, operand: &Operand) -> u32 {
        self.slot_at(operand, operand.home)
    }

    /// As [`Self::slot`], but a constant is put into `place`.
    fn slot_at(&mut self, operand: &Operand, place: u32) -> u32 {
        match operand.value {
            Value::Home => operand.home,
            Value::Local(slot) => slot,
            Value::Constant(value) => {
                if operand.slots() == 1 {
                    let weight = HOIST_WEIGHT.saturating_pow(self.loop_depth);
                    let wanted = self.wanted.entry(value as u32).or_insert(0);
                    *wanted = wanted.saturating_add(weight);
                    if let Some(&slot) = self.hoisted.get(&(value as u32)) {
                        return slot;
                    }
                }
                self.constant(place, value, operand.slots());
                place
            }
        }
    }

    /// Moves an operand to `slot`. Where it was only just made, it's made there instead.
    fn move_to(&mut self, slot: u32, operand: &Operand) {
        self.touch(slot, operand.slots());
        match operand.value {
            Value::Constant(value) => {
                let hoisted = self.hoisted.get(&(value as u32)).copied();
                let is_small = i16::try_from(value as u32 as i32).is_ok();
                match hoisted {
                    Some(from) if operand.slots() == 1 && !is_small => {
                        self.emit(Operation::Move, [slot, from, 0]);
                    }
                    _ => self.constant(slot, value, operand.slots()),
                }
            }
            Value::Local(from) => self.copy(slot, from, operand.slots()),
            Value::Home => {
                if self.made(operand).is_some()
                    && slot != operand.home
                    && let Some(Item::Code(last)) = self.items.last_mut()
                {
                    last.fields[0] = slot.cast_signed();
                } else {
                    self.copy(slot, operand.home, operand.slots());
                }
            }
        }
    }

    fn copy(&mut self, to: u32, from: u32, count: u32) {
        if to != from {
            let operation = if count == 1 { Operation::Move } else { Operation::Move64 };
            self.emit(operation, [to, from, 0]);
        }
    }

    /// Brings all operands from index `first` on home.
    fn flush(&mut self, first: usize) {
        for idx in first..self.operands.len() {
            self.bring_home(idx);
        }
    }

    fn bring_home(&mut self, idx: usize) {
        let operand = self.operands[idx];
        if operand.value != Value::Home {
            self.move_to(operand.home, &operand);
            self.operands[idx].value = Value::Home;
        }
    }

    /// Brings home what is kept as a local: all of them, or one that is about to change.
    fn flush_locals(&mut self, slot: Option<u32>) {
        for idx in 0..self.operands.len() {
            if let Value::Local(local) = self.operands[idx].value
                && slot.is_none_or(|slot| slot == local)
            {
                self.bring_home(idx);
            }
        }
    }

    fn local_set(&mut self, local: u32) {
        let operand = self.pop();
        let (slot, _) = self.locals[local as usize];
        if operand.value == Value::Local(slot) {
            return;
        }
        let is_held = self.operands.iter().any(|other| other.value == Value::Local(slot));
        if is_held {
            self.flush_locals(Some(slot));
            self.barrier = self.items.len();
        } else if self.fuse_multiply_add(&operand, slot) || self.choose_into(&operand, slot) {
            return;
        }
        self.move_to(slot, &operand);
    }

    fn operator(&mut self, operator: &Operator<'_>) -> Result<(), PackError> {
        if self.unreachable > 0 {
            self.skip(operator);
            return Ok(());
        }
        if self.control(operator)? || self.memory_operator(operator)? || self.numeric(operator) {
            return Ok(());
        }
        match *operator {
            Operator::Nop => {}
            Operator::Drop => {
                self.pop();
            }
            Operator::LocalGet { local_index } => self.push_local(local_index),
            Operator::LocalSet { local_index } => self.local_set(local_index),
            Operator::LocalTee { local_index } => {
                self.local_set(local_index);
                self.push_local(local_index);
            }
            Operator::GlobalGet { global_index } => self.global_get(global_index),
            Operator::GlobalSet { global_index } => self.global_set(global_index),
            Operator::RefNull { .. } => self.push_constant(0, Kind::Function),
            Operator::RefFunc { function_index } => {
                let reference = self.module.reference(function_index);
                self.push_constant(u64::from(reference), Kind::Function);
            }
            ref other => return Err(PackError::unsupported(format!("operator {other:?}"))),
        }
        Ok(())
    }

    fn global_get(&mut self, index: u32) {
        let global = &self.module.globals[index as usize];
        let (kind, slot, value) = (global.kind, global.slot, global.value);
        if !global.mutable {
            self.push_constant(value, kind);
            return;
        }
        let operation = if kind.slots() == 1 { Operation::GlobalGet } else { Operation::GlobalGet64 };
        let home = self.push(kind);
        self.emit(operation, [home, slot, 0]);
    }

    fn global_set(&mut self, index: u32) {
        let operand = self.pop();
        let global_slot = self.module.globals[index as usize].slot;
        let slot = self.slot(&operand);
        let operation = if operand.slots() == 1 { Operation::GlobalSet } else { Operation::GlobalSet64 };
        self.emit(operation, [slot, global_slot, 0]);
    }
}
