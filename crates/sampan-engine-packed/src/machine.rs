// SPDX-License-Identifier: Apache-2.0
//! The machine: state of one instance, and the loop that runs its code.
//!
//! State to yield and resume is the place in the code, the frame, and the links of the calls that are
//! open. Frames grow up from the bottom of the stack, links down from its top; a call checks that they
//! don't meet. Whatever isn't for the inner loop is in `bulk.rs`.

use sampan_engine::TrapKind;
use sampan_packed_format::{
    CALL_CHARGE, LINK_BYTES, Operation, decode_forward, field_a, field_b, field_bc, field_c, signed_bc,
};

use crate::access::{Bytes, Cursor, Frame};
use crate::float::{demote, extreme32, extreme64, promote, round, square_root, truncate};
use crate::image::Image;

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The function that was entered returned.
    Finished,
    /// The fuel is used up.
    OutOfFuel,
    /// The last word is to be executed again.
    Again,
    /// A host function is called: `host_import` at `host_base`.
    Host,
    /// The code trapped.
    Trap(TrapKind),
}

/// What the place in the code means to whoever asks where an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Nowhere,
    /// The word before is what was executed last.
    After,
    /// The word there is the next.
    Next,
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableState {
    pub(crate) entries: *mut u16,
    pub(crate) len: u32,
}

/// State of one instance. All pointers lead into its image or its region.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) pc: Cursor,
    pub(crate) frame: Frame,
    pub(crate) fuel: i32,
    /// The newest link; two words each.
    pub(crate) links: *mut u32,
    pub(crate) links_end: *mut u32,
    pub(crate) code: Cursor,
    pub(crate) functions: *const u32,
    pub(crate) constants: *const u32,
    pub(crate) globals: *mut u32,
    pub(crate) memory: Bytes,
    pub(crate) memory_len: u32,
    /// Table 0 as indirect calls see it.
    pub(crate) table: TableState,
    pub(crate) stack: *mut u32,
    pub(crate) tables: *mut TableState,
    /// A byte for each data segment, then one for each element segment: whether it's dropped.
    pub(crate) dropped: *mut u8,
    pub(crate) memory_capacity: u32,
    pub(crate) host_import: u32,
    pub(crate) host_base: Frame,
    pub(crate) place: Place,
    pub(crate) image: Image<'static>,
}

/// Sign bit of a double.
const SIGN: u64 = 1 << 63;

/// The 8-bit field B, signed.
#[inline(always)]
const fn signed_b(word: u32) -> i32 {
    (word >> 16) as i8 as i32
}

/// The 8-bit field C, signed.
#[inline(always)]
const fn signed_c(word: u32) -> i32 {
    word.cast_signed() >> 24
}

impl Machine {
    /// Start of a function, and slots of its frame.
    #[inline(always)]
    fn function(&self, record: u32) -> (Cursor, u32) {
        let record = self.functions.wrapping_add(record as usize * 2);
        // SAFETY: verified calls and table entries name functions; a record has two words.
        let start = unsafe { record.read() };
        let frame = record.wrapping_add(1).cast::<u16>();
        // SAFETY: as above; the low half of the second word are the slots of the frame.
        let frame_slots = unsafe { frame.read() };
        (self.code.forward(start), u32::from(frame_slots))
    }

    /// What a call of a function is charged: its words as well, since no more of them are executed without a branch
    /// back, which charges again.
    #[inline(always)]
    fn call_charge(&self, record: u32, start: Cursor) -> u32 {
        // Functions lie one after the other, and so do their records, the code, and the constants.
        let next = self.functions.wrapping_add(record as usize * 2 + 2);
        let end = if next.addr() < self.code.0.addr() {
            // SAFETY: it's before the code, so it's another record.
            self.code.forward(unsafe { next.read() })
        } else {
            Cursor(self.constants)
        };
        CALL_CHARGE + end.offset_from(start) / 4
    }

    /// Type of a function.
    #[inline(always)]
    fn function_type(&self, record: u32) -> u32 {
        let place = self.functions.wrapping_add(record as usize * 2 + 1).cast::<u16>().wrapping_add(1);
        // SAFETY: as in `function`; the high half of the second word is the type.
        u32::from(unsafe { place.read() })
    }

    #[inline(always)]
    fn constant(&self, idx: u32) -> u32 {
        // SAFETY: verified words name constants of the image.
        unsafe { self.constants.wrapping_add(idx as usize).read() }
    }

    #[inline(always)]
    fn global(&self, idx: u32) -> *mut u32 {
        self.globals.wrapping_add(idx as usize)
    }

    #[inline(always)]
    fn global_get(&self, idx: u32) -> u32 {
        // SAFETY: verified words name global slots.
        unsafe { self.global(idx).read() }
    }

    #[inline(always)]
    fn global_set(&self, idx: u32, value: u32) {
        // SAFETY: as in `global_get`.
        unsafe { self.global(idx).write(value) }
    }

    /// Where a function with so many slots would have its frame; `None` if that leaves no room for a
    /// link of `link_bytes`.
    #[inline(always)]
    fn room(&self, frame: Frame, base: u32, frame_slots: u32, link_bytes: u32) -> Option<Frame> {
        let new = Frame(frame.0.wrapping_add(base as usize));
        let end = new.0.wrapping_add(frame_slots as usize).addr();
        (end <= self.links.addr().wrapping_sub(link_bytes as usize)).then_some(new)
    }

    /// Records a call.
    #[inline(always)]
    fn push_link(&mut self, pc: Cursor, base: u32) {
        self.links = self.links.wrapping_sub(LINK_BYTES as usize / 4);
        // SAFETY: `room` has shown that there is room for a link.
        unsafe { self.links.write(pc.offset_from(self.code)) };
        let second = self.links.wrapping_add(1);
        // SAFETY: as above.
        unsafe { second.write(base) };
    }

    /// Takes the newest link off: where its call returns to, and how far its frame is from the caller's.
    #[inline(always)]
    fn pop_link(&mut self) -> (Cursor, u32) {
        // SAFETY: the loop has compared `links` with `links_end`: there is one.
        let offset = unsafe { self.links.read() };
        let second = self.links.wrapping_add(1);
        // SAFETY: as above.
        let base = unsafe { second.read() };
        self.links = self.links.wrapping_add(LINK_BYTES as usize / 4);
        (Cursor(self.code.0.wrapping_byte_add(offset as usize)), base)
    }

    /// Makes a function the one to run, on an empty stack; `None` if its frame doesn't fit.
    pub(crate) fn enter(&mut self, record: u32) -> Option<()> {
        self.links = self.links_end;
        let (start, frame_slots) = self.function(record);
        self.frame = self.room(Frame(self.stack), 0, frame_slots, 0)?;
        self.pc = start;
        Some(())
    }

    /// Byte offsets in the code of the calls that are open, the newest first.
    pub(crate) fn calls(&self) -> impl Iterator<Item = u32> + '_ {
        let count = self.links_end.addr().wrapping_sub(self.links.addr()) / LINK_BYTES as usize;
        (0..count).map(|idx| {
            let link = self.links.wrapping_add(idx * (LINK_BYTES as usize / 4));
            // SAFETY: there are `count` links from `links` on.
            unsafe { link.read() }.saturating_sub(4)
        })
    }

    /// The function behind a table entry.
    #[inline(always)]
    fn indirect(&self, table: TableState, idx: u32, type_id: u32) -> Result<u32, TrapKind> {
        if idx >= table.len {
            return Err(TrapKind::TableOutOfBounds);
        }
        // SAFETY: `idx` is less than the length of the table.
        let entry = unsafe { table.entries.wrapping_add(idx as usize).read() };
        let Some(record) = u32::from(entry).checked_sub(1) else { return Err(TrapKind::IndirectCallToNull) };
        if self.function_type(record) != type_id {
            return Err(TrapKind::IndirectCallType);
        }
        Ok(record)
    }

    /// Runs until something needs the engine.
    #[inline(never)]
    #[expect(clippy::too_many_lines, reason = "one arm an operation")]
    pub(crate) fn run(&mut self) -> Exit {
        let mut pc = self.pc;
        let mut frame = self.frame;
        let mut fuel = self.fuel;
        let memory = self.memory;
        let mut len = self.memory_len;
        let exit = 'run: {
            'fuel: {
                loop {
                    let word = pc.word();
                    pc = pc.forward(1);

                    macro_rules! trap {
                        ($kind:ident) => {
                            break 'run Exit::Trap(TrapKind::$kind)
                        };
                    }
                    macro_rules! charge {
                        ($amount:expr) => {
                            fuel -= ($amount) as i32;
                            if fuel < 0 {
                                break 'fuel;
                            }
                        };
                    }
                    macro_rules! forward_if {
                        ($condition:expr, $distance:expr) => {
                            if $condition {
                                pc = pc.forward($distance);
                            }
                        };
                    }
                    macro_rules! back_if {
                        ($condition:expr, $distance:expr) => {
                            if $condition {
                                let distance = $distance;
                                pc = pc.back(distance);
                                charge!(distance);
                            }
                        };
                    }
                    macro_rules! call {
                        ($record:expr, $base:expr) => {{
                            let base = $base;
                            let (start, frame_slots) = self.function($record);
                            let Some(new) = self.room(frame, base, frame_slots, LINK_BYTES) else {
                                trap!(StackOverflow)
                            };
                            self.push_link(pc, base);
                            frame = new;
                            pc = start;
                            charge!(self.call_charge($record, start));
                        }};
                    }
                    macro_rules! tail_call {
                        ($record:expr) => {{
                            let (start, frame_slots) = self.function($record);
                            if self.room(frame, 0, frame_slots, 0).is_none() {
                                trap!(StackOverflow)
                            }
                            pc = start;
                            charge!(self.call_charge($record, start));
                        }};
                    }
                    macro_rules! return_ {
                        () => {{
                            if self.links == self.links_end {
                                break 'run Exit::Finished;
                            }
                            let (place, base) = self.pop_link();
                            pc = place;
                            frame = Frame(frame.0.wrapping_sub(base as usize));
                            charge!(1);
                        }};
                    }
                    macro_rules! host {
                        ($import:expr, $base:expr) => {{
                            self.host_import = $import;
                            self.host_base = Frame(frame.0.wrapping_add($base as usize));
                            break 'run Exit::Host;
                        }};
                    }
                    // The memory is never smaller than offset and size: the verifier has compared.
                    macro_rules! near {
                        ($offset:expr, $bytes:expr) => {{
                            let (at, offset): (u32, u32) = (frame.b(word), $offset);
                            if at > len.wrapping_sub(offset + $bytes) {
                                trap!(MemoryOutOfBounds)
                            }
                            (at, offset)
                        }};
                    }
                    macro_rules! far {
                        ($bytes:expr) => {{
                            let (at, wrapped) = frame.b(word).overflowing_add(frame.c(word));
                            if wrapped || at >= len.saturating_sub($bytes - 1) {
                                trap!(MemoryOutOfBounds)
                            }
                            (at, 0)
                        }};
                    }
                    // The memory has 8 bytes or more: the verifier has compared.
                    macro_rules! index {
                        ($shift:expr, $bytes:expr) => {{
                            let at: u32 = frame.b(word).wrapping_add(frame.c(word) << $shift);
                            if at > len.wrapping_sub($bytes) {
                                trap!(MemoryOutOfBounds)
                            }
                            (at, 0)
                        }};
                    }
                    macro_rules! wrapped {
                        ($bytes:expr) => {{
                            let at: u32 = frame.b(word).wrapping_add(signed_c(word).cast_unsigned());
                            if at > len.wrapping_sub($bytes) {
                                trap!(MemoryOutOfBounds)
                            }
                            (at, 0)
                        }};
                    }
                    macro_rules! load {
                        ($place:expr, $ty:ty, |$value:ident| $extended:expr) => {{
                            let (at, offset) = $place;
                            let $value: $ty = memory.read(at, offset);
                            frame.put(word, $extended);
                        }};
                    }
                    macro_rules! load64 {
                        ($place:expr) => {{
                            let (at, offset) = $place;
                            frame.put64(word, memory.read(at, offset));
                        }};
                    }
                    macro_rules! store {
                        ($place:expr, $value:expr) => {{
                            let (at, offset) = $place;
                            memory.write(at, offset, $value);
                        }};
                    }
                    macro_rules! float_truncate {
                        ($value:expr, $wide:literal, $put:ident) => {
                            match truncate($value, field_c(word), $wide) {
                                Ok(value) => frame.$put(word, value as _),
                                Err(kind) => break 'run Exit::Trap(kind),
                            }
                        };
                    }
                    // What a bulk operation charges. While a length is left it's to be done again: not from here, since
                    // then the loop would have to keep the place of every word beside that of the next.
                    macro_rules! bulk {
                        ($charge:expr) => {{
                            match $charge {
                                Ok(amount) => {
                                    if frame.get(field_a(word) + 2) != 0 {
                                        fuel -= amount.cast_signed();
                                        break 'run Exit::Again;
                                    }
                                    charge!(amount);
                                }
                                Err(kind) => break 'run Exit::Trap(kind),
                            }
                        }};
                    }

                    // SAFETY: the verifier has shown that every word's low byte is the number of an operation.
                    let operation = unsafe { core::mem::transmute::<u8, Operation>(word as u8) };
                    match operation {
                        Operation::Unreachable => {
                            // Said here too, for the reason given at the end of the loop.
                            self.place = Place::After;
                            trap!(Unreachable)
                        }
                        Operation::Jump => pc = pc.forward(decode_forward(word)),
                        Operation::Loop => back_if!(true, decode_forward(word)),
                        Operation::BranchTable => pc = pc.forward(frame.a(word).min(field_bc(word))),
                        Operation::BranchIfNonZero => forward_if!(frame.a(word) != 0, field_bc(word)),
                        Operation::BranchIfZero => forward_if!(frame.a(word) == 0, field_bc(word)),
                        Operation::BranchIfNonZeroBack => back_if!(frame.a(word) != 0, field_bc(word)),
                        Operation::BranchIfZeroBack => back_if!(frame.a(word) == 0, field_bc(word)),
                        Operation::BranchIfEqual => {
                            forward_if!(frame.a(word) == frame.b(word), field_c(word))
                        }
                        Operation::BranchIfNotEqual => {
                            forward_if!(frame.a(word) != frame.b(word), field_c(word))
                        }
                        Operation::BranchIfLessSigned => {
                            forward_if!(frame.a_signed(word) < frame.b_signed(word), field_c(word))
                        }
                        Operation::BranchIfNotLessSigned => {
                            forward_if!(frame.a_signed(word) >= frame.b_signed(word), field_c(word))
                        }
                        Operation::BranchIfLess => forward_if!(frame.a(word) < frame.b(word), field_c(word)),
                        Operation::BranchIfNotLess => {
                            forward_if!(frame.a(word) >= frame.b(word), field_c(word))
                        }
                        Operation::BranchIfEqualBack => {
                            back_if!(frame.a(word) == frame.b(word), field_c(word))
                        }
                        Operation::BranchIfNotEqualBack => {
                            back_if!(frame.a(word) != frame.b(word), field_c(word))
                        }
                        Operation::BranchIfLessSignedBack => {
                            back_if!(frame.a_signed(word) < frame.b_signed(word), field_c(word))
                        }
                        Operation::BranchIfNotLessSignedBack => {
                            back_if!(frame.a_signed(word) >= frame.b_signed(word), field_c(word))
                        }
                        Operation::BranchIfLessBack => back_if!(frame.a(word) < frame.b(word), field_c(word)),
                        Operation::BranchIfNotLessBack => {
                            back_if!(frame.a(word) >= frame.b(word), field_c(word))
                        }
                        Operation::BranchIfEqualImmediate => {
                            forward_if!(frame.a_signed(word) == signed_b(word), field_c(word))
                        }
                        Operation::BranchIfNotEqualImmediate => {
                            forward_if!(frame.a_signed(word) != signed_b(word), field_c(word))
                        }
                        Operation::BranchIfLessSignedImmediate => {
                            forward_if!(frame.a_signed(word) < signed_b(word), field_c(word))
                        }
                        Operation::BranchIfNotLessSignedImmediate => {
                            forward_if!(frame.a_signed(word) >= signed_b(word), field_c(word))
                        }
                        Operation::BranchIfLessImmediate => {
                            forward_if!(frame.a(word) < field_b(word), field_c(word))
                        }
                        Operation::BranchIfNotLessImmediate => {
                            forward_if!(frame.a(word) >= field_b(word), field_c(word))
                        }
                        Operation::BranchIfEqualImmediateBack => {
                            back_if!(frame.a_signed(word) == signed_b(word), field_c(word))
                        }
                        Operation::BranchIfNotEqualImmediateBack => {
                            back_if!(frame.a_signed(word) != signed_b(word), field_c(word))
                        }
                        Operation::BranchIfLessSignedImmediateBack => {
                            back_if!(frame.a_signed(word) < signed_b(word), field_c(word))
                        }
                        Operation::BranchIfNotLessSignedImmediateBack => {
                            back_if!(frame.a_signed(word) >= signed_b(word), field_c(word))
                        }
                        Operation::BranchIfLessImmediateBack => {
                            back_if!(frame.a(word) < field_b(word), field_c(word))
                        }
                        Operation::BranchIfNotLessImmediateBack => {
                            back_if!(frame.a(word) >= field_b(word), field_c(word))
                        }
                        Operation::AddBranchIfNonZeroBack => {
                            let sum = frame.a(word).wrapping_add(signed_b(word).cast_unsigned());
                            frame.put(word, sum);
                            back_if!(sum != 0, field_c(word));
                        }
                        Operation::IncrementBranchIfNotEqualBack => {
                            let bound = frame.b(word);
                            let sum = frame.a(word).wrapping_add(1);
                            frame.put(word, sum);
                            back_if!(sum != bound, field_c(word));
                        }
                        Operation::Call => call!(field_bc(word), field_a(word)),
                        Operation::CallWide => {
                            let constant = self.constant(field_bc(word));
                            call!(constant & 0xffff, constant >> 16);
                        }
                        Operation::CallIndirect => {
                            match self.indirect(self.table, frame.b(word), field_c(word)) {
                                Ok(record) => call!(record, field_a(word)),
                                Err(kind) => break 'run Exit::Trap(kind),
                            }
                        }
                        Operation::CallIndirectWide => {
                            let constant = self.constant(field_bc(word));
                            let table = self.table_state(self.constant(field_bc(word) + 1));
                            match self.indirect(table, frame.a(word), constant & 0xffff) {
                                Ok(record) => call!(record, constant >> 16),
                                Err(kind) => break 'run Exit::Trap(kind),
                            }
                        }
                        Operation::CallHost => host!(field_bc(word), field_a(word)),
                        Operation::CallHostWide => {
                            let constant = self.constant(field_bc(word));
                            host!(constant & 0xffff, constant >> 16);
                        }
                        Operation::TailCall => tail_call!(field_bc(word)),
                        Operation::TailCallIndirect => {
                            let constant = self.constant(field_bc(word));
                            let table = self.table_state(self.constant(field_bc(word) + 1));
                            match self.indirect(table, frame.a(word), constant & 0xffff) {
                                Ok(record) => tail_call!(record),
                                Err(kind) => break 'run Exit::Trap(kind),
                            }
                        }
                        Operation::Return => return_!(),
                        Operation::Return32 => {
                            frame.set(0, frame.a(word));
                            return_!();
                        }
                        Operation::Return64 => {
                            frame.set64(0, frame.a64(word));
                            return_!();
                        }
                        Operation::Move => frame.put(word, frame.b(word)),
                        Operation::Move64 => frame.put64(word, frame.b64(word)),
                        Operation::MovePair => {
                            let (first, second) = (frame.b(word), frame.c(word));
                            frame.put(word, first);
                            frame.set(field_a(word) + 1, second);
                        }
                        Operation::MoveChain => {
                            let (first, second) = (frame.b(word), frame.c(word));
                            frame.put(word, first);
                            frame.set(field_b(word), second);
                        }
                        Operation::Immediate => frame.put(word, signed_bc(word).cast_unsigned()),
                        Operation::Immediate64 => {
                            frame.put64(word, i64::from(signed_bc(word)).cast_unsigned());
                        }
                        Operation::Constant => frame.put(word, self.constant(field_bc(word))),
                        Operation::Constant64 => {
                            let low = u64::from(self.constant(field_bc(word)));
                            frame.put64(word, low | u64::from(self.constant(field_bc(word) + 1)) << 32);
                        }
                        Operation::Zero => {
                            charge!(zero(frame, field_a(word), field_bc(word)));
                        }
                        Operation::ZeroWide => {
                            let constant = self.constant(field_bc(word));
                            charge!(zero(frame, constant >> 16, constant & 0xffff));
                        }
                        Operation::FarGet => frame.put(word, frame.get(field_bc(word))),
                        Operation::FarSet => frame.set(field_bc(word), frame.a(word)),
                        Operation::MoveIfZero => {
                            if frame.c(word) == 0 {
                                frame.put(word, frame.b(word));
                            }
                        }
                        Operation::MoveIfNonZero => {
                            if frame.c(word) != 0 {
                                frame.put(word, frame.b(word));
                            }
                        }
                        Operation::MoveIfZero64 => {
                            if frame.c(word) == 0 {
                                frame.put64(word, frame.b64(word));
                            }
                        }
                        Operation::MoveIfNonZero64 => {
                            if frame.c(word) != 0 {
                                frame.put64(word, frame.b64(word));
                            }
                        }
                        Operation::GlobalGet => frame.put(word, self.global_get(field_bc(word))),
                        Operation::GlobalSet => self.global_set(field_bc(word), frame.a(word)),
                        Operation::GlobalGet64 => {
                            let low = u64::from(self.global_get(field_bc(word)));
                            frame.put64(word, low | u64::from(self.global_get(field_bc(word) + 1)) << 32);
                        }
                        Operation::GlobalSet64 => {
                            let value = frame.a64(word);
                            self.global_set(field_bc(word), value as u32);
                            self.global_set(field_bc(word) + 1, (value >> 32) as u32);
                        }
                        Operation::Load8 => load!(near!(field_c(word), 1), u8, |value| u32::from(value)),
                        Operation::Load8Signed => {
                            load!(near!(field_c(word), 1), i8, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load16 => {
                            load!(near!(field_c(word) * 2, 2), u16, |value| u32::from(value))
                        }
                        Operation::Load16Signed => {
                            load!(near!(field_c(word) * 2, 2), i16, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load32 => load!(near!(field_c(word) * 4, 4), u32, |value| value),
                        Operation::Load64 => load64!(near!(field_c(word) * 4, 8)),
                        Operation::Store8 => store!(near!(field_c(word), 1), frame.a(word) as u8),
                        Operation::Store16 => store!(near!(field_c(word) * 2, 2), frame.a(word) as u16),
                        Operation::Store32 => store!(near!(field_c(word) * 4, 4), frame.a(word)),
                        Operation::Store64 => store!(near!(field_c(word) * 4, 8), frame.a64(word)),
                        Operation::Load8Far => load!(far!(1), u8, |value| u32::from(value)),
                        Operation::Load8SignedFar => {
                            load!(far!(1), i8, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load16Far => load!(far!(2), u16, |value| u32::from(value)),
                        Operation::Load16SignedFar => {
                            load!(far!(2), i16, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load32Far => load!(far!(4), u32, |value| value),
                        Operation::Load64Far => load64!(far!(8)),
                        Operation::Store8Far => store!(far!(1), frame.a(word) as u8),
                        Operation::Store16Far => store!(far!(2), frame.a(word) as u16),
                        Operation::Store32Far => store!(far!(4), frame.a(word)),
                        Operation::Store64Far => store!(far!(8), frame.a64(word)),
                        Operation::Load8Index => load!(index!(0, 1), u8, |value| u32::from(value)),
                        Operation::Load8SignedIndex => {
                            load!(index!(0, 1), i8, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load16Index => load!(index!(0, 2), u16, |value| u32::from(value)),
                        Operation::Load16SignedIndex => {
                            load!(index!(0, 2), i16, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load32Index => load!(index!(0, 4), u32, |value| value),
                        Operation::Load16Index2 => load!(index!(1, 2), u16, |value| u32::from(value)),
                        Operation::Load16SignedIndex2 => {
                            load!(index!(1, 2), i16, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load32Index4 => load!(index!(2, 4), u32, |value| value),
                        Operation::Store8Index => store!(index!(0, 1), frame.a(word) as u8),
                        Operation::Store16Index => store!(index!(0, 2), frame.a(word) as u16),
                        Operation::Store32Index => store!(index!(0, 4), frame.a(word)),
                        Operation::Store16Index2 => store!(index!(1, 2), frame.a(word) as u16),
                        Operation::Store32Index4 => store!(index!(2, 4), frame.a(word)),
                        Operation::Load8Wrapped => load!(wrapped!(1), u8, |value| u32::from(value)),
                        Operation::Load8SignedWrapped => {
                            load!(wrapped!(1), i8, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load16Wrapped => load!(wrapped!(2), u16, |value| u32::from(value)),
                        Operation::Load16SignedWrapped => {
                            load!(wrapped!(2), i16, |value| i32::from(value).cast_unsigned())
                        }
                        Operation::Load32Wrapped => load!(wrapped!(4), u32, |value| value),
                        Operation::Load64Wrapped => load64!(wrapped!(8)),
                        Operation::Store8Wrapped => store!(wrapped!(1), frame.a(word) as u8),
                        Operation::Store16Wrapped => store!(wrapped!(2), frame.a(word) as u16),
                        Operation::Store32Wrapped => store!(wrapped!(4), frame.a(word)),
                        Operation::Store64Wrapped => store!(wrapped!(8), frame.a64(word)),
                        Operation::Load8Increment => {
                            let at = frame.b(word);
                            if at >= len {
                                trap!(MemoryOutOfBounds)
                            }
                            frame.put(word, u32::from(memory.read::<u8>(at, 0)));
                            frame.set(field_b(word), at.wrapping_add(signed_c(word).cast_unsigned()));
                        }
                        Operation::MemorySize => frame.put(word, self.memory_size()),
                        Operation::MemoryGrow => {
                            let size = self.memory_grow(frame.b(word));
                            frame.put(word, size);
                            len = self.memory_len;
                        }
                        Operation::MemoryFill => bulk!(self.memory_fill(frame, field_a(word))),
                        Operation::MemoryCopy => bulk!(self.memory_copy(frame, field_a(word))),
                        Operation::MemoryInit => {
                            bulk!(self.memory_init(frame, field_a(word), field_bc(word)))
                        }
                        Operation::DataDrop => self.drop_segment(field_bc(word)),
                        Operation::TableGet => match self.table_get(field_c(word), frame.b(word)) {
                            Ok(entry) => frame.put(word, entry),
                            Err(kind) => break 'run Exit::Trap(kind),
                        },
                        Operation::TableSet => {
                            if let Err(kind) = self.table_set(field_c(word), frame.b(word), frame.a(word)) {
                                break 'run Exit::Trap(kind);
                            }
                        }
                        Operation::TableSize => frame.put(word, self.table_state(field_b(word)).len),
                        Operation::TableGrow => {
                            let size = self.table_grow(field_b(word), frame, field_a(word));
                            frame.put(word, size);
                        }
                        Operation::TableFill => bulk!(self.table_fill(frame, field_a(word), field_b(word))),
                        Operation::TableCopy => {
                            bulk!(self.table_copy(frame, field_a(word), field_b(word), field_c(word)));
                        }
                        Operation::TableInit => {
                            bulk!(self.table_init(frame, field_a(word), field_b(word), field_c(word)));
                        }
                        Operation::ElementDrop => self.drop_segment(self.image.header.data + field_b(word)),
                        Operation::Add => frame.put(word, frame.b(word).wrapping_add(frame.c(word))),
                        Operation::Subtract => frame.put(word, frame.b(word).wrapping_sub(frame.c(word))),
                        Operation::Multiply => frame.put(word, frame.b(word).wrapping_mul(frame.c(word))),
                        Operation::And => frame.put(word, frame.b(word) & frame.c(word)),
                        Operation::Or => frame.put(word, frame.b(word) | frame.c(word)),
                        Operation::ExclusiveOr => frame.put(word, frame.b(word) ^ frame.c(word)),
                        Operation::ShiftLeft => frame.put(word, frame.b(word).wrapping_shl(frame.c(word))),
                        Operation::ShiftRightSigned => {
                            frame.put(word, frame.b_signed(word).wrapping_shr(frame.c(word)).cast_unsigned())
                        }
                        Operation::ShiftRight => frame.put(word, frame.b(word).wrapping_shr(frame.c(word))),
                        Operation::RotateLeft => {
                            frame.put(word, frame.b(word).rotate_left(frame.c(word) & 31))
                        }
                        Operation::RotateRight => {
                            frame.put(word, frame.b(word).rotate_right(frame.c(word) & 31))
                        }
                        Operation::DivideSigned => {
                            let (x, y) = (frame.b_signed(word), frame.c_signed(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            if y == -1 && x == i32::MIN {
                                trap!(IntegerOverflow)
                            }
                            frame.put(word, x.wrapping_div(y).cast_unsigned());
                        }
                        Operation::Divide => {
                            let (x, y) = (frame.b(word), frame.c(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            frame.put(word, x / y);
                        }
                        Operation::RemainderSigned => {
                            let (x, y) = (frame.b_signed(word), frame.c_signed(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            frame.put(word, x.wrapping_rem(y).cast_unsigned());
                        }
                        Operation::Remainder => {
                            let (x, y) = (frame.b(word), frame.c(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            frame.put(word, x % y);
                        }
                        Operation::AddImmediate => {
                            frame.put(word, frame.b(word).wrapping_add(signed_c(word).cast_unsigned()))
                        }
                        Operation::AddByte => {
                            frame.put(word, frame.b(word).wrapping_add(field_c(word)) & 0xff);
                        }
                        Operation::AndImmediate => frame.put(word, frame.b(word) & field_c(word)),
                        Operation::OrImmediate => frame.put(word, frame.b(word) | field_c(word)),
                        Operation::ExclusiveOrImmediate => {
                            frame.put(word, frame.b(word) ^ signed_c(word).cast_unsigned())
                        }
                        Operation::MultiplyImmediate => {
                            frame.put(word, frame.b(word).wrapping_mul(signed_c(word).cast_unsigned()))
                        }
                        Operation::ShiftLeftImmediate => {
                            frame.put(word, frame.b(word).wrapping_shl(field_c(word)))
                        }
                        Operation::ShiftRightSignedImmediate => {
                            frame.put(word, frame.b_signed(word).wrapping_shr(field_c(word)).cast_unsigned())
                        }
                        Operation::ShiftRightImmediate => {
                            frame.put(word, frame.b(word).wrapping_shr(field_c(word)))
                        }
                        Operation::RotateLeftImmediate => {
                            frame.put(word, frame.b(word).rotate_left(field_c(word) & 31))
                        }
                        Operation::MultiplyAdd => frame
                            .put(word, frame.a(word).wrapping_add(frame.b(word).wrapping_mul(frame.c(word)))),
                        Operation::ExtractBits => frame.put(
                            word,
                            frame.b(word).wrapping_shr(field_c(word)) & ((2_u32 << (field_c(word) >> 5)) - 1),
                        ),
                        Operation::AddShifted1 => {
                            frame.put(word, frame.b(word).wrapping_add(frame.c(word) << 1))
                        }
                        Operation::AddShifted2 => {
                            frame.put(word, frame.b(word).wrapping_add(frame.c(word) << 2))
                        }
                        Operation::ExclusiveOrShiftLeft => {
                            frame.put(word, frame.b(word) ^ frame.b(word).wrapping_shl(field_c(word)))
                        }
                        Operation::ExclusiveOrShiftRight => {
                            frame.put(word, frame.b(word) ^ frame.b(word).wrapping_shr(field_c(word)))
                        }
                        Operation::ExclusiveOrRotated => {
                            frame.put(word, frame.a(word) ^ frame.b(word).rotate_left(field_c(word) & 31))
                        }
                        Operation::ShiftRightExclusiveOr => {
                            frame.put(word, frame.b(word) ^ frame.a(word).wrapping_shr(field_c(word)))
                        }
                        Operation::ShiftLeftOr => {
                            frame.put(word, frame.b(word) | frame.a(word).wrapping_shl(field_c(word)))
                        }
                        Operation::MinimumSigned => {
                            frame.put(word, frame.b_signed(word).min(frame.c_signed(word)).cast_unsigned())
                        }
                        Operation::MaximumSigned => {
                            frame.put(word, frame.b_signed(word).max(frame.c_signed(word)).cast_unsigned())
                        }
                        Operation::Minimum => frame.put(word, frame.b(word).min(frame.c(word))),
                        Operation::Maximum => frame.put(word, frame.b(word).max(frame.c(word))),
                        Operation::Equal => frame.put_flag(word, frame.b(word) == frame.c(word)),
                        Operation::NotEqual => frame.put_flag(word, frame.b(word) != frame.c(word)),
                        Operation::LessSigned => {
                            frame.put_flag(word, frame.b_signed(word) < frame.c_signed(word))
                        }
                        Operation::NotLessSigned => {
                            frame.put_flag(word, frame.b_signed(word) >= frame.c_signed(word))
                        }
                        Operation::Less => frame.put_flag(word, frame.b(word) < frame.c(word)),
                        Operation::NotLess => frame.put_flag(word, frame.b(word) >= frame.c(word)),
                        Operation::EqualImmediate => {
                            frame.put_flag(word, frame.b_signed(word) == signed_c(word))
                        }
                        Operation::NotEqualImmediate => {
                            frame.put_flag(word, frame.b_signed(word) != signed_c(word))
                        }
                        Operation::LessSignedImmediate => {
                            frame.put_flag(word, frame.b_signed(word) < signed_c(word))
                        }
                        Operation::NotLessSignedImmediate => {
                            frame.put_flag(word, frame.b_signed(word) >= signed_c(word))
                        }
                        Operation::LessImmediate => frame.put_flag(word, frame.b(word) < field_c(word)),
                        Operation::NotLessImmediate => frame.put_flag(word, frame.b(word) >= field_c(word)),
                        Operation::CountLeadingZeros => frame.put(word, frame.b(word).leading_zeros()),
                        Operation::CountTrailingZeros => frame.put(word, frame.b(word).trailing_zeros()),
                        Operation::CountOnes => frame.put(word, frame.b(word).count_ones()),
                        Operation::Extend8 => frame.put(word, i32::from(frame.b(word) as i8).cast_unsigned()),
                        Operation::Extend16 => {
                            frame.put(word, i32::from(frame.b(word) as i16).cast_unsigned())
                        }
                        Operation::Add64 => frame.put64(word, frame.b64(word).wrapping_add(frame.c64(word))),
                        Operation::Subtract64 => {
                            frame.put64(word, frame.b64(word).wrapping_sub(frame.c64(word)))
                        }
                        Operation::Multiply64 => {
                            frame.put64(word, frame.b64(word).wrapping_mul(frame.c64(word)))
                        }
                        Operation::MultiplyWide => {
                            let product = i64::from(frame.b_signed(word)) * i64::from(frame.c_signed(word));
                            frame.put64(word, product.cast_unsigned());
                        }
                        Operation::And64 => frame.put64(word, frame.b64(word) & frame.c64(word)),
                        Operation::Or64 => frame.put64(word, frame.b64(word) | frame.c64(word)),
                        Operation::ExclusiveOr64 => frame.put64(word, frame.b64(word) ^ frame.c64(word)),
                        Operation::ShiftLeft64 => {
                            frame.put64(word, frame.b64(word).wrapping_shl(frame.c(word)))
                        }
                        Operation::ShiftRightSigned64 => frame
                            .put64(word, frame.b64_signed(word).wrapping_shr(frame.c(word)).cast_unsigned()),
                        Operation::ShiftRight64 => {
                            frame.put64(word, frame.b64(word).wrapping_shr(frame.c(word)))
                        }
                        Operation::RotateLeft64 => {
                            frame.put64(word, frame.b64(word).rotate_left(frame.c(word) & 63))
                        }
                        Operation::RotateRight64 => {
                            frame.put64(word, frame.b64(word).rotate_right(frame.c(word) & 63))
                        }
                        Operation::DivideSigned64 => {
                            let (x, y) = (frame.b64_signed(word), frame.c64_signed(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            if y == -1 && x == i64::MIN {
                                trap!(IntegerOverflow)
                            }
                            frame.put64(word, x.wrapping_div(y).cast_unsigned());
                        }
                        Operation::Divide64 => {
                            let (x, y) = (frame.b64(word), frame.c64(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            frame.put64(word, x / y);
                        }
                        Operation::RemainderSigned64 => {
                            let (x, y) = (frame.b64_signed(word), frame.c64_signed(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            frame.put64(word, x.wrapping_rem(y).cast_unsigned());
                        }
                        Operation::Remainder64 => {
                            let (x, y) = (frame.b64(word), frame.c64(word));
                            if y == 0 {
                                trap!(DivisionByZero)
                            }
                            frame.put64(word, x % y);
                        }
                        Operation::AddImmediate64 => frame.put64(
                            word,
                            frame.b64(word).wrapping_add(i64::from(signed_c(word)).cast_unsigned()),
                        ),
                        Operation::ShiftLeftImmediate64 => {
                            frame.put64(word, frame.b64(word).wrapping_shl(field_c(word)))
                        }
                        Operation::ShiftRightSignedImmediate64 => frame
                            .put64(word, frame.b64_signed(word).wrapping_shr(field_c(word)).cast_unsigned()),
                        Operation::ShiftRightImmediate64 => {
                            frame.put64(word, frame.b64(word).wrapping_shr(field_c(word)))
                        }
                        Operation::RotateLeftImmediate64 => {
                            frame.put64(word, frame.b64(word).rotate_left(field_c(word) & 63))
                        }
                        Operation::Equal64 => frame.put_flag(word, frame.b64(word) == frame.c64(word)),
                        Operation::LessSigned64 => {
                            frame.put_flag(word, frame.b64_signed(word) < frame.c64_signed(word))
                        }
                        Operation::Less64 => frame.put_flag(word, frame.b64(word) < frame.c64(word)),
                        Operation::EqualZero64 => frame.put_flag(word, frame.b64(word) == 0),
                        Operation::CountLeadingZeros64 => {
                            frame.put64(word, u64::from(frame.b64(word).leading_zeros()))
                        }
                        Operation::CountTrailingZeros64 => {
                            frame.put64(word, u64::from(frame.b64(word).trailing_zeros()))
                        }
                        Operation::CountOnes64 => frame.put64(word, u64::from(frame.b64(word).count_ones())),
                        Operation::ExtendSigned => {
                            frame.put64(word, i64::from(frame.b_signed(word)).cast_unsigned())
                        }
                        Operation::ExtendUnsigned => frame.put64(word, u64::from(frame.b(word))),
                        Operation::FloatAdd => {
                            frame.put_float(word, frame.b_float(word) + frame.c_float(word))
                        }
                        Operation::FloatSubtract => {
                            frame.put_float(word, frame.b_float(word) - frame.c_float(word))
                        }
                        Operation::FloatMultiply => {
                            frame.put_float(word, frame.b_float(word) * frame.c_float(word))
                        }
                        Operation::FloatDivide => {
                            frame.put_float(word, frame.b_float(word) / frame.c_float(word))
                        }
                        Operation::FloatMultiplyAdd => {
                            let product = frame.b_float(word) * frame.c_float(word);
                            frame.put_float(word, frame.a_float(word) + product);
                        }
                        Operation::FloatMinimum => {
                            frame.put_float(word, extreme32(frame.b_float(word), frame.c_float(word), false))
                        }
                        Operation::FloatMaximum => {
                            frame.put_float(word, extreme32(frame.b_float(word), frame.c_float(word), true))
                        }
                        Operation::FloatCopySign => {
                            frame.put(word, frame.b(word) & 0x7fff_ffff | frame.c(word) & 0x8000_0000)
                        }
                        Operation::FloatAbsolute => frame.put(word, frame.b(word) & 0x7fff_ffff),
                        Operation::FloatNegate => frame.put(word, frame.b(word) ^ 0x8000_0000),
                        Operation::FloatSquareRoot => {
                            frame.put_float(word, square_root(f64::from(frame.b_float(word))) as f32)
                        }
                        Operation::FloatRound => {
                            frame.put_float(word, round(f64::from(frame.b_float(word)), field_c(word)) as f32)
                        }
                        Operation::FloatEqual => {
                            frame.put_flag(word, frame.b_float(word) == frame.c_float(word))
                        }
                        Operation::FloatLess => {
                            frame.put_flag(word, frame.b_float(word) < frame.c_float(word))
                        }
                        Operation::FloatLessOrEqual => {
                            frame.put_flag(word, frame.b_float(word) <= frame.c_float(word))
                        }
                        Operation::DoubleAdd => {
                            frame.put_double(word, frame.b_double(word) + frame.c_double(word))
                        }
                        Operation::DoubleSubtract => {
                            frame.put_double(word, frame.b_double(word) - frame.c_double(word))
                        }
                        Operation::DoubleMultiply => {
                            frame.put_double(word, frame.b_double(word) * frame.c_double(word))
                        }
                        Operation::DoubleDivide => {
                            frame.put_double(word, frame.b_double(word) / frame.c_double(word))
                        }
                        Operation::DoubleMinimum => frame
                            .put_double(word, extreme64(frame.b_double(word), frame.c_double(word), false)),
                        Operation::DoubleMaximum => frame
                            .put_double(word, extreme64(frame.b_double(word), frame.c_double(word), true)),
                        Operation::DoubleCopySign => {
                            frame.put64(word, frame.b64(word) & !SIGN | frame.c64(word) & SIGN)
                        }
                        Operation::DoubleAbsolute => frame.put64(word, frame.b64(word) & !SIGN),
                        Operation::DoubleNegate => frame.put64(word, frame.b64(word) ^ SIGN),
                        Operation::DoubleSquareRoot => {
                            frame.put_double(word, square_root(frame.b_double(word)))
                        }
                        Operation::DoubleRound => {
                            frame.put_double(word, round(frame.b_double(word), field_c(word)))
                        }
                        Operation::DoubleEqual => {
                            frame.put_flag(word, frame.b_double(word) == frame.c_double(word))
                        }
                        Operation::DoubleLess => {
                            frame.put_flag(word, frame.b_double(word) < frame.c_double(word))
                        }
                        Operation::DoubleLessOrEqual => {
                            frame.put_flag(word, frame.b_double(word) <= frame.c_double(word))
                        }
                        Operation::FloatFromSigned => frame.put_float(word, frame.b_signed(word) as f32),
                        Operation::FloatFromUnsigned => frame.put_float(word, frame.b(word) as f32),
                        Operation::FloatFromSigned64 => frame.put_float(word, frame.b64_signed(word) as f32),
                        Operation::FloatFromUnsigned64 => frame.put_float(word, frame.b64(word) as f32),
                        Operation::DoubleFromSigned => frame.put_double(word, frame.b_signed(word) as f64),
                        Operation::DoubleFromUnsigned => frame.put_double(word, frame.b(word) as f64),
                        Operation::DoubleFromSigned64 => {
                            frame.put_double(word, frame.b64_signed(word) as f64)
                        }
                        Operation::DoubleFromUnsigned64 => frame.put_double(word, frame.b64(word) as f64),
                        Operation::FloatDemote => frame.put_float(word, demote(frame.b_double(word))),
                        Operation::DoublePromote => frame.put_double(word, promote(frame.b_float(word))),
                        Operation::FloatTruncate => {
                            float_truncate!(f64::from(frame.b_float(word)), false, put)
                        }
                        Operation::FloatTruncate64 => {
                            float_truncate!(f64::from(frame.b_float(word)), true, put64)
                        }
                        Operation::DoubleTruncate => float_truncate!(frame.b_double(word), false, put),
                        Operation::DoubleTruncate64 => float_truncate!(frame.b_double(word), true, put64),
                    }
                }
            }
            // Said here and not where the exit is handled: with nothing of its own to do, this block would
            // be merged into the loop, and its exit's number be loaded for every word.
            self.place = Place::Next;
            Exit::OutOfFuel
        };
        self.pc = pc;
        self.frame = frame;
        self.fuel = fuel;
        exit
    }
}

/// Sets slots to 0; returns the charge.
#[inline(never)]
fn zero(frame: Frame, first: u32, count: u32) -> u32 {
    for idx in first..first + count {
        frame.set(idx, 0);
    }
    count / sampan_packed_format::BULK_PER_FUEL
}
