// SPDX-License-Identifier: Apache-2.0
//! Blocks, branches, calls and choices.
//!
//! At the start of a block nothing is kept as a local, since the block may set it; at every branch the
//! values that go along are moved to their homes at the target. So both ends of a branch agree.

use std::collections::BTreeMap;

use sampan_packed_format::{NEAR_SLOTS, Operation};
use wasmparser::{BlockType, Operator};

use super::{Lowering, Operand, Value};
use crate::code::{Item, Label, Relation};
use crate::error::PackError;
use crate::module::{Kind, Type, slots};

/// Most argument slots of a tail call: beyond lie the scratch slots of big frames.
const MOST_TAIL_CALL_SLOTS: u32 = 240;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Structure {
    Function,
    Block,
    Loop,
    If,
}

/// A block that is open.
#[derive(Debug)]
pub(super) struct Control {
    structure: Structure,
    /// Operands below it.
    height: usize,
    /// Home of the first value that a branch here brings, or that is there at the end.
    base: u32,
    params: Vec<Kind>,
    results: Vec<Kind>,
    label: Label,
    /// Where the other branch of an `if` begins, until it has begun.
    otherwise: Option<Label>,
}

impl Control {
    fn branch_kinds(&self) -> &[Kind] {
        if self.structure == Structure::Loop { &self.params } else { &self.results }
    }
}

/// What a conditional branch tests.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition {
    /// Whether a slot isn't 0.
    Slot(u32),
    /// A comparison: slot, and slot or immediate.
    Comparison { relation: Relation, immediate: bool, left: u32, right: u32 },
}

impl Lowering<'_, '_> {
    pub(super) fn begin_function(&mut self) {
        let results = self.module.signature(self.function).results.clone();
        let label = self.new_label();
        self.controls.push(Control {
            structure: Structure::Function,
            height: 0,
            base: self.homes,
            params: Vec::new(),
            results,
            label,
            otherwise: None,
        });
    }

    /// Keeps track of blocks in code that can't be reached.
    pub(super) fn skip(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.unreachable += 1,
            Operator::Else if self.unreachable == 1 => self.begin_else(),
            Operator::End => {
                self.unreachable -= 1;
                if self.unreachable == 0 {
                    self.end(false);
                }
            }
            _ => {}
        }
    }

    pub(super) fn control(&mut self, operator: &Operator<'_>) -> Result<bool, PackError> {
        match *operator {
            Operator::Unreachable => {
                self.emit(Operation::Unreachable, [0; 3]);
                self.leave();
            }
            Operator::Block { blockty } => self.begin_block(Structure::Block, blockty)?,
            Operator::Loop { blockty } => self.begin_block(Structure::Loop, blockty)?,
            Operator::If { blockty } => self.begin_block(Structure::If, blockty)?,
            Operator::Else => {
                self.result_moves();
                let label = self.controls[self.controls.len() - 1].label;
                self.emit_branch(Operation::Jump, [0; 3], label);
                self.begin_else();
            }
            Operator::End => self.end(true),
            Operator::Br { relative_depth } => {
                self.go(relative_depth);
                self.leave();
            }
            Operator::BrIf { relative_depth } => self.branch_if(relative_depth),
            Operator::BrTable { ref targets } => {
                let mut depths = Vec::with_capacity(targets.len() as usize + 1);
                for target in targets.targets() {
                    depths.push(target?);
                }
                depths.push(targets.default());
                self.branch_table(&depths)?;
            }
            Operator::Return => {
                self.emit_return();
                self.leave();
            }
            Operator::Call { function_index } => self.call(function_index),
            Operator::CallIndirect { type_index, table_index } => {
                self.call_indirect(type_index, table_index);
            }
            Operator::ReturnCall { function_index } => self.tail_call(function_index)?,
            Operator::ReturnCallIndirect { type_index, table_index } => {
                self.tail_call_indirect(type_index, table_index)?;
            }
            Operator::Select | Operator::TypedSelect { .. } => self.select(),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What follows can't be reached.
    fn leave(&mut self) {
        self.unreachable = 1;
        self.barrier = self.items.len();
    }

    fn block_type(&self, block: BlockType) -> Result<Type, PackError> {
        Ok(match block {
            BlockType::Empty => Type { params: Vec::new(), results: Vec::new() },
            BlockType::Type(result) => Type { params: Vec::new(), results: vec![Kind::of(result)?] },
            BlockType::FuncType(index) => self.module.types[index as usize].clone(),
        })
    }

    fn begin_block(&mut self, structure: Structure, block: BlockType) -> Result<(), PackError> {
        let Type { params, results } = self.block_type(block)?;
        let condition = (structure == Structure::If).then(|| self.pop_condition());
        self.flush_locals(None);
        let height = self.operands.len() - params.len();
        self.flush(height);
        let base = self.operands.get(height).map_or_else(|| self.next_home(), |first| first.home);
        let label = self.new_label();
        if structure == Structure::Loop {
            self.loop_depth += 1;
            self.place(label);
        }
        let otherwise = condition.map(|condition| {
            let otherwise = self.new_label();
            self.emit_condition(condition, false, otherwise, false);
            otherwise
        });
        self.barrier = self.items.len();
        self.controls.push(Control { structure, height, base, params, results, label, otherwise });
        Ok(())
    }

    fn begin_else(&mut self) {
        self.unreachable = 0;
        let idx = self.controls.len() - 1;
        if let Some(otherwise) = self.controls[idx].otherwise.take() {
            self.place(otherwise);
        }
        let params = self.controls[idx].params.clone();
        self.operands.truncate(self.controls[idx].height);
        for kind in params {
            self.push(kind);
        }
    }

    fn end(&mut self, reachable: bool) {
        if self.controls.len() == 1 {
            if reachable {
                self.emit_return();
            }
            self.controls.clear();
            return;
        }
        if reachable {
            self.result_moves();
        }
        let Some(control) = self.controls.pop() else { return };
        if let Some(otherwise) = control.otherwise {
            self.place(otherwise);
        }
        if control.structure == Structure::Loop {
            self.loop_depth -= 1;
        } else {
            self.place(control.label);
        }
        self.barrier = self.items.len();
        self.operands.truncate(control.height);
        for kind in control.results {
            self.push(kind);
        }
    }

    fn target(&self, depth: u32) -> &Control {
        &self.controls[self.controls.len() - 1 - depth as usize]
    }

    /// Values that go along to a target, each with its place there, if that isn't where it is.
    fn moves(&self, depth: u32) -> Vec<(u32, Operand)> {
        let target = self.target(depth);
        self.moves_to(target.base, target.branch_kinds().len())
    }

    /// The `count` values on top, each with its place from `base` on, if that isn't where it is.
    fn moves_to(&self, base: u32, count: usize) -> Vec<(u32, Operand)> {
        let mut place = base;
        let mut moves = Vec::new();
        for operand in &self.operands[self.operands.len() - count..] {
            if operand.value != Value::Home || operand.home != place {
                moves.push((place, *operand));
            }
            place += operand.slots();
        }
        moves
    }

    /// Moves what goes along to a target. Places ascend and none is above its value, so none is lost.
    fn branch_moves(&mut self, depth: u32) {
        for (place, operand) in self.moves(depth) {
            self.move_to(place, &operand);
        }
    }

    /// Moves the results of the innermost block to where they are at its end.
    fn result_moves(&mut self) {
        let innermost = self.target(0);
        for (place, operand) in self.moves_to(innermost.base, innermost.results.len()) {
            self.move_to(place, &operand);
        }
    }

    /// Goes to a target.
    fn go(&mut self, depth: u32) {
        if self.target(depth).structure == Structure::Function {
            self.emit_return();
            return;
        }
        self.branch_moves(depth);
        let (operation, label) = self.jump(depth);
        self.emit_branch(operation, [0; 3], label);
    }

    fn jump(&self, depth: u32) -> (Operation, Label) {
        let target = self.target(depth);
        let is_loop = target.structure == Structure::Loop;
        (if is_loop { Operation::Loop } else { Operation::Jump }, target.label)
    }

    /// Whether going to a target takes more than a branch.
    fn needs_moves(&self, depth: u32) -> bool {
        self.target(depth).structure == Structure::Function || !self.moves(depth).is_empty()
    }

    fn branch_if(&mut self, depth: u32) {
        let condition = self.pop_condition();
        if self.needs_moves(depth) {
            let over = self.new_label();
            self.emit_condition(condition, false, over, false);
            self.go(depth);
            self.place(over);
        } else {
            let (operation, label) = self.jump(depth);
            self.emit_condition(condition, true, label, operation == Operation::Loop);
        }
    }

    fn branch_table(&mut self, depths: &[u32]) -> Result<(), PackError> {
        if depths.len() > 0xffff {
            return Err(PackError::unsupported("a branch table of more than 65534 entries"));
        }
        let operand = self.pop();
        let slot = self.slot(&operand);
        self.emit(Operation::BranchTable, [slot, depths.len() as u32 - 1, 0]);
        let mut detours: BTreeMap<u32, Label> = BTreeMap::new();
        for &depth in depths {
            if self.needs_moves(depth) {
                let label = match detours.get(&depth) {
                    Some(&label) => label,
                    None => {
                        let label = self.new_label();
                        detours.insert(depth, label);
                        label
                    }
                };
                self.emit_branch(Operation::Jump, [0; 3], label);
            } else {
                let (operation, label) = self.jump(depth);
                self.emit_branch(operation, [0; 3], label);
            }
        }
        for (depth, label) in detours {
            self.place(label);
            self.go(depth);
        }
        self.leave();
        Ok(())
    }

    /// Pops a condition; a comparison made just now becomes part of what uses it.
    fn pop_condition(&mut self) -> Condition {
        let operand = self.pop();
        if let Some(last) = self.made(&operand)
            && let Some((relation, immediate)) = Relation::of(last.operation)
        {
            self.take_back();
            let [_, left, right] = last.fields.map(i32::cast_unsigned);
            return Condition::Comparison { relation, immediate, left, right };
        }
        Condition::Slot(self.slot(&operand))
    }

    /// Branches if a condition is `wanted`.
    fn emit_condition(&mut self, condition: Condition, wanted: bool, label: Label, back: bool) {
        match condition {
            Condition::Slot(slot) => self.emit_zero_test(slot, wanted, label, back),
            Condition::Comparison { relation, immediate, left, right } => {
                let relation = if wanted { relation } else { relation.inverse() };
                if immediate && right == 0 && relation.is_symmetric() {
                    self.emit_zero_test(left, relation == Relation::NotEqual, label, back);
                    return;
                }
                if back && !immediate && relation == Relation::NotEqual && self.takes_increment(left, right) {
                    self.take_back();
                    self.emit_branch(Operation::IncrementBranchIfNotEqualBack, [left, right, 0], label);
                    return;
                }
                self.emit_branch(relation.branch(immediate, back), [left, right, 0], label);
            }
        }
    }

    /// Whether the last instruction adds 1 to `slot`, and that may become part of a branch.
    fn takes_increment(&self, slot: u32, other: u32) -> bool {
        !self.big
            && other != slot
            && self.recent(1).is_some_and(|last| {
                last.operation == Operation::AddImmediate
                    && last.fields == [slot.cast_signed(), slot.cast_signed(), 1]
            })
    }

    fn emit_zero_test(&mut self, slot: u32, non_zero: bool, label: Label, back: bool) {
        if back
            && non_zero
            && !self.big
            && let Some(last) = self.recent(1)
            && last.operation == Operation::AddImmediate
            && last.fields[..2] == [slot.cast_signed(); 2]
        {
            self.take_back();
            let step = last.fields[2].cast_unsigned();
            self.emit_branch(Operation::AddBranchIfNonZeroBack, [slot, step, 0], label);
            return;
        }
        let operation = match (non_zero, back) {
            (true, false) => Operation::BranchIfNonZero,
            (true, true) => Operation::BranchIfNonZeroBack,
            (false, false) => Operation::BranchIfZero,
            (false, true) => Operation::BranchIfZeroBack,
        };
        self.emit_branch(operation, [slot, 0, 0], label);
    }

    /// Returns the values on top of the operand stack. What is known of operands stays true after it, for
    /// it may lie on one side of a branch.
    fn emit_return(&mut self) {
        let results = self.module.signature(self.function).results.clone();
        let first = self.operands.len() - results.len();
        self.touch(0, slots(&results).max(2));
        match *results {
            [] => self.emit(Operation::Return, [0; 3]),
            [kind] => {
                let operand = self.operands[first];
                let slot = self.slot(&operand);
                let operation = if kind.slots() == 1 { Operation::Return32 } else { Operation::Return64 };
                self.emit(operation, [slot, 0, 0]);
            }
            _ => {
                self.arguments_to_front(first);
                self.emit_passing(Operation::Return, [0; 3], 0, slots(&results));
            }
        }
        self.barrier = self.items.len();
    }

    /// Moves operands from index `first` on to the first slots of the frame, by way of their homes, since a
    /// local may be in the way.
    fn arguments_to_front(&mut self, first: usize) {
        let operands = self.operands[first..].to_vec();
        for operand in operands.iter().filter(|operand| operand.value != Value::Home) {
            self.move_to(operand.home, operand);
        }
        self.barrier = self.items.len();
        let mut place = 0;
        for operand in &operands {
            self.touch(place, operand.slots());
            self.copy(place, operand.home, operand.slots());
            place += operand.slots();
        }
    }

    /// Brings the arguments of a call home and takes them off; returns where they begin.
    fn arguments(&mut self, params: &[Kind]) -> u32 {
        let first = self.operands.len() - params.len();
        self.flush(first);
        let base = self.operands.get(first).map_or_else(|| self.next_home(), |operand| operand.home);
        self.operands.truncate(first);
        base
    }

    fn push_results(&mut self, results: &[Kind]) {
        self.barrier = self.items.len();
        for &kind in results {
            self.push(kind);
        }
    }

    fn call(&mut self, function: u32) {
        let Type { params, results } = self.module.signature(function).clone();
        let base = self.arguments(&params);
        let imports = self.module.imports.len() as u32;
        let (near, wide, number) = if function < imports {
            self.touch(base, slots(&params).max(slots(&results)));
            (Operation::CallHost, Operation::CallHostWide, function)
        } else {
            (Operation::Call, Operation::CallWide, function - imports)
        };
        let count = slots(&params);
        if base < NEAR_SLOTS {
            self.emit_passing(near, [base, number, 0], base, count);
        } else {
            let constant = self.constants.word(base << 16 | number);
            self.emit_passing(wide, [0, constant, 0], base, count);
        }
        self.push_results(&results);
    }

    fn call_indirect(&mut self, type_index: u32, table: u32) {
        let Type { params, results } = self.module.types[type_index as usize].clone();
        let id = self.module.type_ids[type_index as usize];
        let entry = self.pop();
        let entry = self.slot(&entry);
        let base = self.arguments(&params);
        let count = slots(&params);
        if table == 0 && id < 256 && base < NEAR_SLOTS {
            self.emit_passing(Operation::CallIndirect, [base, entry, id], base, count);
        } else {
            let number = self.constants.pair(base << 16 | id, table);
            self.emit_passing(Operation::CallIndirectWide, [entry, number, 0], base, count);
        }
        self.push_results(&results);
    }

    fn tail_arguments(&mut self, params: &[Kind]) -> Result<(), PackError> {
        if slots(params) > MOST_TAIL_CALL_SLOTS {
            return Err(PackError::unsupported("a tail call with more than 240 slots of arguments"));
        }
        self.arguments_to_front(self.operands.len() - params.len());
        Ok(())
    }

    fn tail_call(&mut self, function: u32) -> Result<(), PackError> {
        let imports = self.module.imports.len() as u32;
        if function < imports {
            self.call(function);
            self.emit_return();
        } else {
            let params = self.module.signature(function).params.clone();
            self.tail_arguments(&params)?;
            self.emit_passing(Operation::TailCall, [0, function - imports, 0], 0, slots(&params));
        }
        self.leave();
        Ok(())
    }

    fn tail_call_indirect(&mut self, type_index: u32, table: u32) -> Result<(), PackError> {
        let params = self.module.types[type_index as usize].params.clone();
        let id = self.module.type_ids[type_index as usize];
        // The entry's home lies above those of the arguments, so it outlives their move to the front.
        self.bring_home(self.operands.len() - 1);
        let entry = self.pop();
        self.tail_arguments(&params)?;
        let number = self.constants.pair(id, table);
        self.emit_passing(Operation::TailCallIndirect, [entry.home, number, 0], 0, slots(&params));
        self.leave();
        Ok(())
    }

    fn select(&mut self) {
        let condition = self.pop();
        let condition = self.slot(&condition);
        let (second, first) = (self.pop(), self.pop());
        let second_slot = self.slot(&second);
        let home = self.push(first.kind);
        if first.value != Value::Home {
            self.move_to(home, &first);
        }
        let operation = if first.slots() == 1 { Operation::MoveIfZero } else { Operation::MoveIfZero64 };
        self.emit(operation, [home, second_slot, condition]);
    }

    /// Makes a choice in the local that it's for, where it was made in its home just now.
    pub(super) fn choose_into(&mut self, operand: &Operand, local: u32) -> bool {
        let Some(last) = self.recent(1) else { return false };
        let opposite = match last.operation {
            Operation::MoveIfZero => Operation::MoveIfNonZero,
            Operation::MoveIfZero64 => Operation::MoveIfNonZero64,
            _ => return false,
        };
        let [made, second, condition] = last.fields.map(i32::cast_unsigned);
        if operand.value != Value::Home || made != operand.home {
            return false;
        }
        if second == local {
            self.take_back();
            self.emit(opposite, [local, made, condition]);
            return true;
        }
        let Some(first) = self.recent(2).filter(|first| first.destination() == Some(made)) else {
            return false;
        };
        let is_move = matches!(first.operation, Operation::Move | Operation::Move64);
        let is_own = is_move && first.fields[1].cast_unsigned() == local;
        if !is_own && (local..local + operand.slots()).contains(&condition) {
            return false;
        }
        self.take_back();
        if is_own {
            self.take_back();
        } else if let Some(Item::Code(first)) = self.items.last_mut() {
            first.fields[0] = local.cast_signed();
        }
        self.emit(last.operation, [local, second, condition]);
        true
    }
}
