// SPDX-License-Identifier: Apache-2.0
//! Copy coalescing: values that a move only hands on share a slot, and the move goes.
//!
//! A *web* is all writes of a slot that may reach a common read, with those reads: what a register allocator
//! calls a live range. Two webs *interfere* where one is written while the other is live. Webs of a
//! move that don't interfere are joined, if one of their slots is free wherever either is live. A web that
//! is part of a pair, an argument or a parameter stays where it is.

use std::collections::BTreeSet;

use sampan_packed_format::{Field, NEAR_SLOTS, Operation};

use super::flow::{Flow, Slots, writes};
use crate::code::{Instruction, Item};

/// Most webs and interferences of a function that is looked into.
const MOST_WEBS: usize = 100_000;
const MOST_EDGES: usize = 400_000;
/// Interferences that are looked at in one function before the moves that are left stay.
const MOST_STEPS: usize = 2_000_000;
/// Instead of a web, where there is none.
const NONE: u32 = u32::MAX;

/// Web of every slot, at one place.
type Current = [u32; NEAR_SLOTS as usize];

/// One web; after joining, what holds of all that were joined is with the one that stands for them.
struct Web {
    slot: u32,
    stays: bool,
    /// Slots that something overwrites while the web is live.
    lost: Slots,
    /// Webs that it interferes with.
    others: BTreeSet<u32>,
}

#[derive(Default)]
struct Webs {
    webs: Vec<Web>,
    /// Towards the one that stands for it.
    parents: Vec<u32>,
    edges: usize,
    steps: usize,
}

impl Webs {
    fn add(&mut self, slot: u32, stays: bool) -> u32 {
        let idx = self.webs.len() as u32;
        self.webs.push(Web { slot, stays, lost: Slots::default(), others: BTreeSet::new() });
        self.parents.push(idx);
        idx
    }

    fn root(&mut self, web: u32) -> u32 {
        let mut root = web;
        while self.parents[root as usize] != root {
            let above = self.parents[root as usize];
            self.parents[root as usize] = self.parents[above as usize];
            root = self.parents[root as usize];
        }
        root
    }

    fn get(&mut self, web: u32) -> &mut Web {
        let root = self.root(web);
        &mut self.webs[root as usize]
    }

    /// Joins two webs; returns the one that stands for both.
    fn join(&mut self, one: u32, other: u32) -> u32 {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return one;
        }
        self.parents[other as usize] = one;
        let gone = &mut self.webs[other as usize];
        let (stays, lost, others) = (gone.stays, gone.lost, std::mem::take(&mut gone.others));
        let kept = &mut self.webs[one as usize];
        kept.stays |= stays;
        kept.lost = kept.lost.with(lost);
        kept.others.extend(others);
        one
    }

    fn interfere(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other && self.webs[one as usize].others.insert(other) {
            self.webs[other as usize].others.insert(one);
            self.edges += 1;
        }
    }

    /// Roots of what a web interferes with.
    fn others(&mut self, root: u32) -> BTreeSet<u32> {
        let others = std::mem::take(&mut self.webs[root as usize].others);
        self.steps += others.len();
        others.into_iter().map(|other| self.root(other)).collect()
    }

    /// Lets both webs of a move share a slot, if they can.
    fn coalesce(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, second) = (&self.webs[one as usize], &self.webs[other as usize]);
        if one == other || (first.stays && second.stays) || self.steps > MOST_STEPS {
            return;
        }
        let places = match (first.stays, second.stays) {
            (true, _) => [first.slot; 2],
            (_, true) => [second.slot; 2],
            _ => [first.slot, second.slot],
        };
        let mut taken = first.lost.with(second.lost);
        let sets = [self.others(one), self.others(other)];
        let do_interfere = sets[0].contains(&other);
        for &third in sets.iter().flatten() {
            taken.insert(self.webs[third as usize].slot);
        }
        for (web, set) in [one, other].into_iter().zip(sets) {
            self.webs[web as usize].others = set;
        }
        let free = places.into_iter().find(|&place| !taken.contains(place));
        if let Some(slot) = free.filter(|_| !do_interfere) {
            let joined = self.join(one, other);
            self.webs[joined as usize].slot = slot;
        }
    }
}

/// The webs of one function, and where they are.
struct Finder<'f> {
    flow: &'f Flow,
    webs: Webs,
    /// Web of every slot at the start of every block, as far as it's live.
    starts: Vec<Current>,
    /// Webs of the fields of every item that name one slot.
    fields: Vec<[u32; 3]>,
}

impl<'f> Finder<'f> {
    fn find(items: &[Item], flow: &'f Flow) -> Option<(Webs, Vec<[u32; 3]>)> {
        let mut finder =
            Self { flow, webs: Webs::default(), starts: Vec::new(), fields: vec![[NONE; 3]; items.len()] };
        for (idx, block) in flow.blocks.iter().enumerate() {
            let mut start = [NONE; NEAR_SLOTS as usize];
            for slot in block.live.iter() {
                // What is live where the function begins are its parameters.
                start[slot as usize] = finder.webs.add(slot, idx == 0);
            }
            finder.starts.push(start);
            if finder.webs.webs.len() > MOST_WEBS {
                return None;
            }
        }
        for (idx, block) in flow.blocks.iter().enumerate() {
            let mut current = finder.starts[idx];
            for (at, item) in (block.start..).zip(&items[block.start..block.end]) {
                if let Item::Code(code) = item {
                    finder.look_at(&mut current, at, code);
                }
            }
            finder.leave(&mut current, &block.next);
            if finder.webs.webs.len() > MOST_WEBS || finder.webs.edges > MOST_EDGES {
                return None;
            }
        }
        Some((finder.webs, finder.fields))
    }

    /// Joins what is live at the end of a block with what it is in the blocks that follow.
    fn leave(&mut self, current: &mut Current, next: &[usize]) {
        for &next in next {
            for slot in self.flow.blocks[next].live.iter() {
                let (here, there) = (self.read(current, slot), self.starts[next][slot as usize]);
                self.webs.join(there, here);
            }
        }
    }

    /// The web of a slot that is read. There is one, unless the slot was never written.
    fn read(&mut self, current: &mut Current, slot: u32) -> u32 {
        if current[slot as usize] == NONE {
            current[slot as usize] = self.webs.add(slot, true);
        }
        current[slot as usize]
    }

    /// Slots of a pair, or that are handed over, stay where they are.
    fn keep(&mut self, current: &mut Current, first: u32, count: u32) {
        for slot in first..first + count {
            let web = self.read(current, slot);
            self.webs.get(web).stays = true;
        }
    }

    /// Finds the webs of an instruction's operands, and begins those that it writes.
    fn look_at(&mut self, current: &mut Current, at: usize, code: &Instruction) {
        let named = code.encoding().into_iter().zip(code.fields.map(i32::cast_unsigned));
        for (idx, (field, slot)) in named.enumerate() {
            match field {
                Field::Read | Field::Index | Field::Change => {
                    self.fields[at][idx] = self.read(current, slot);
                }
                _ if field.reads() => self.keep(current, slot, field.slots()),
                _ => {}
            }
        }
        if let Some(passed) = code.passed {
            self.keep(current, passed.first, passed.count);
        }
        match code.encoding()[0] {
            Field::Write => {
                let web = self.webs.add(code.fields[0].cast_unsigned(), false);
                self.fields[at][0] = web;
                self.set(current, at, code, web);
            }
            Field::Change => self.set(current, at, code, self.fields[at][0]),
            _ => self.overwrite(current, at, writes(code)),
        }
    }

    /// Writes a web. It interferes with whatever else is live now, but for what it's a copy of.
    fn set(&mut self, current: &mut Current, at: usize, code: &Instruction, web: u32) {
        let own = code.fields[0].cast_unsigned();
        let copied = (code.operation == Operation::Move).then(|| code.fields[1].cast_unsigned());
        for slot in self.flow.live_after[at].iter().filter(|&slot| slot != own && Some(slot) != copied) {
            let other = self.read(current, slot);
            self.webs.interfere(web, other);
        }
        current[own as usize] = web;
    }

    /// Notes slots that are written and stay where they are.
    fn overwrite(&mut self, current: &mut Current, at: usize, written: Slots) {
        if written.is_empty() {
            return;
        }
        let live = self.flow.live_after[at];
        for slot in live.without(written).iter() {
            let web = self.read(current, slot);
            let web = self.webs.get(web);
            web.lost = web.lost.with(written);
        }
        for slot in written.iter() {
            current[slot as usize] = if live.contains(slot) { self.webs.add(slot, true) } else { NONE };
        }
    }
}

/// Lets values share slots, and leaves out the moves between them.
pub(super) fn coalesce(items: &mut Vec<Item>, flow: &Flow) {
    let Some((mut webs, fields)) = Finder::find(items, flow) else { return };
    for (from, to) in moves(items, flow, &fields) {
        webs.coalesce(to, from);
    }
    for (item, webs_here) in items.iter_mut().zip(&fields) {
        let Item::Code(code) = item else { continue };
        for (field, &web) in code.fields.iter_mut().zip(webs_here) {
            if web != NONE {
                *field = webs.get(web).slot.cast_signed();
            }
        }
    }
    items.retain(|item| {
        !matches!(item, Item::Code(code) if code.operation == Operation::Move && code.fields[0] == code.fields[1])
    });
}

/// Webs of every move, those of the innermost loops first.
fn moves(items: &[Item], flow: &Flow, fields: &[[u32; 3]]) -> Vec<(u32, u32)> {
    let depths = loop_depths(flow);
    let mut moves = Vec::new();
    for (block, depth) in flow.blocks.iter().zip(depths) {
        for idx in block.start..block.end {
            if matches!(&items[idx], Item::Code(code) if code.operation == Operation::Move) {
                let [to, from, _] = fields[idx];
                moves.push((std::cmp::Reverse(depth), idx, from, to));
            }
        }
    }
    moves.sort_unstable();
    moves.into_iter().map(|(_, _, from, to)| (from, to)).collect()
}

/// How many loops every block lies in: branches back go to the start of one from its end.
fn loop_depths(flow: &Flow) -> Vec<i32> {
    let mut changes = vec![0; flow.blocks.len() + 1];
    for (idx, block) in flow.blocks.iter().enumerate() {
        for &next in block.next.iter().filter(|&&next| next <= idx) {
            changes[next] += 1;
            changes[idx + 1] -= 1;
        }
    }
    let mut depth = 0;
    changes
        .iter()
        .map(|change| {
            depth += change;
            depth
        })
        .collect()
}
