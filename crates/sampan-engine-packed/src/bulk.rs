// SPDX-License-Identifier: Apache-2.0
//! What the inner loop leaves to others: memory as a whole, tables, segments.
//!
//! Bulk operations do one step at a time, and keep what is left to do in the three slots that they were
//! given, so that the loop can look at the fuel between steps. They check the whole of what is left before
//! each step; since that only shrinks, they trap before anything is written or never.

use sampan_engine::TrapKind;
use sampan_packed_format::{BULK_PER_FUEL, BULK_STEP};

use crate::access::Frame;
use crate::machine::{Machine, TableState};

/// What `memory.grow` and `table.grow` answer if they can't.
const CANT_GROW: u32 = u32::MAX;

/// Three slots that say what is left to do.
struct Triple {
    frame: Frame,
    slot: u32,
    destination: u32,
    source: u32,
    len: u32,
}

impl Triple {
    fn of(frame: Frame, slot: u32) -> Self {
        let (destination, source) = (frame.get(slot), frame.get(slot + 1));
        Self { frame, slot, destination, source, len: frame.get(slot + 2) }
    }

    /// Notes that `units` were done at the start, and returns what they cost.
    fn advance(&self, units: u32, moves_source: bool) -> u32 {
        self.frame.set(self.slot, self.destination.wrapping_add(units));
        if moves_source {
            self.frame.set(self.slot + 1, self.source.wrapping_add(units));
        }
        self.retreat(units)
    }

    /// Notes that `units` were done at the end, and returns what they cost.
    fn retreat(&self, units: u32) -> u32 {
        self.frame.set(self.slot + 2, self.len - units);
        units / BULK_PER_FUEL + 1
    }
}

/// Whether `len` units from `start` on lie in the first `bound`.
fn within(start: u32, len: u32, bound: u32) -> bool {
    u64::from(start) + u64::from(len) <= u64::from(bound)
}

impl Machine {
    const fn page_shift(&self) -> u32 {
        self.image.header.memory_flags & 0xff
    }

    pub(crate) fn memory_size(&self) -> u32 {
        self.memory_len.wrapping_shr(self.page_shift())
    }

    /// Grows the memory; what it gains was set to 0 when the image was loaded.
    #[inline(never)]
    pub(crate) fn memory_grow(&mut self, pages: u32) -> u32 {
        let before = self.memory_size();
        let wanted = u64::from(self.memory_len) + (u64::from(pages) << self.page_shift());
        if wanted > u64::from(self.memory_capacity) {
            return CANT_GROW;
        }
        self.memory_len = wanted as u32;
        before
    }

    #[inline(never)]
    pub(crate) fn memory_fill(&mut self, frame: Frame, slot: u32) -> Result<u32, TrapKind> {
        let triple = Triple::of(frame, slot);
        if !within(triple.destination, triple.len, self.memory_len) {
            return Err(TrapKind::MemoryOutOfBounds);
        }
        let units = triple.len.min(BULK_STEP);
        let place = self.memory.0.wrapping_add(triple.destination as usize);
        // SAFETY: `units` bytes from `destination` on lie in the memory, as checked above.
        unsafe { core::ptr::write_bytes(place, triple.source as u8, units as usize) };
        Ok(triple.advance(units, false))
    }

    #[inline(never)]
    pub(crate) fn memory_copy(&mut self, frame: Frame, slot: u32) -> Result<u32, TrapKind> {
        let triple = Triple::of(frame, slot);
        if !within(triple.destination, triple.len, self.memory_len)
            || !within(triple.source, triple.len, self.memory_len)
        {
            return Err(TrapKind::MemoryOutOfBounds);
        }
        let units = triple.len.min(BULK_STEP);
        // Where the ranges overlap upwards, the end goes first.
        let from_end = triple.destination > triple.source;
        let skipped = if from_end { triple.len - units } else { 0 };
        let (destination, source) = (triple.destination + skipped, triple.source + skipped);
        // SAFETY: both ranges lie in the memory, as checked above.
        unsafe { self.memory.copy(destination, source, units) };
        Ok(if from_end { triple.retreat(units) } else { triple.advance(units, true) })
    }

    #[inline(never)]
    pub(crate) fn memory_init(&mut self, frame: Frame, slot: u32, segment: u32) -> Result<u32, TrapKind> {
        let triple = Triple::of(frame, slot);
        let data = self.image.data(segment).filter(|_| !self.is_dropped(segment));
        let bytes = data.and_then(|data| self.image.blob(data.offset, data.len)).unwrap_or(&[]);
        if !within(triple.destination, triple.len, self.memory_len)
            || !within(triple.source, triple.len, bytes.len() as u32)
        {
            return Err(TrapKind::MemoryOutOfBounds);
        }
        let units = triple.len.min(BULK_STEP);
        let source = bytes.as_ptr().wrapping_add(triple.source as usize);
        let destination = self.memory.0.wrapping_add(triple.destination as usize);
        // SAFETY: the ranges lie in the segment and in the memory, as checked above; the one is in the
        // image, the other in the region.
        unsafe { core::ptr::copy_nonoverlapping(source, destination, units as usize) };
        Ok(triple.advance(units, true))
    }

    /// The flag of a data segment, or of an element segment counted after those.
    fn dropped_flag(&self, segment: u32) -> *mut u8 {
        self.dropped.wrapping_add(segment as usize)
    }

    fn is_dropped(&self, segment: u32) -> bool {
        // SAFETY: verified words name segments, each of which has a flag.
        unsafe { self.dropped_flag(segment).read() != 0 }
    }

    pub(crate) fn drop_segment(&mut self, segment: u32) {
        // SAFETY: as in `is_dropped`.
        unsafe { self.dropped_flag(segment).write(1) }
    }

    /// State of a table.
    pub(crate) fn table_state(&self, table: u32) -> TableState {
        // SAFETY: verified words name tables, each of which has a state.
        unsafe { self.tables.wrapping_add(table as usize).read() }
    }

    fn entry(&self, table: TableState, idx: u32) -> Result<*mut u16, TrapKind> {
        if idx >= table.len {
            return Err(TrapKind::TableOutOfBounds);
        }
        Ok(table.entries.wrapping_add(idx as usize))
    }

    #[inline(never)]
    pub(crate) fn table_get(&self, table: u32, idx: u32) -> Result<u32, TrapKind> {
        let entry = self.entry(self.table_state(table), idx)?;
        // SAFETY: `entry` has compared the index with the length.
        Ok(u32::from(unsafe { entry.read() }))
    }

    /// Sets an entry. A value that is no reference, which only a program that the packer didn't make can
    /// have, becomes null.
    fn store_entry(&self, place: *mut u16, value: u32) {
        let is_reference = value <= self.image.header.functions;
        // SAFETY: callers have compared the index with the length of a table that lies in RAM.
        unsafe { place.write(if is_reference { value as u16 } else { 0 }) };
    }

    #[inline(never)]
    pub(crate) fn table_set(&mut self, table: u32, idx: u32, value: u32) -> Result<(), TrapKind> {
        let entry = self.entry(self.table_state(table), idx)?;
        self.store_entry(entry, value);
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn table_grow(&mut self, table: u32, frame: Frame, slot: u32) -> u32 {
        let (value, more) = (frame.get(slot), frame.get(slot + 1));
        let mut state = self.table_state(table);
        let reserve = self.image.table(table).map_or(0, |table| table.reserve);
        if !within(state.len, more, reserve) {
            return CANT_GROW;
        }
        let before = state.len;
        state.len += more;
        for idx in before..state.len {
            self.store_entry(state.entries.wrapping_add(idx as usize), value);
        }
        // SAFETY: as in `table_state`.
        unsafe { self.tables.wrapping_add(table as usize).write(state) };
        if table == 0 {
            self.table = state;
        }
        before
    }

    #[inline(never)]
    pub(crate) fn table_fill(&mut self, frame: Frame, slot: u32, table: u32) -> Result<u32, TrapKind> {
        let triple = Triple::of(frame, slot);
        let state = self.table_state(table);
        if !within(triple.destination, triple.len, state.len) {
            return Err(TrapKind::TableOutOfBounds);
        }
        let units = triple.len.min(BULK_STEP);
        for idx in triple.destination..triple.destination + units {
            self.store_entry(state.entries.wrapping_add(idx as usize), triple.source);
        }
        Ok(triple.advance(units, false))
    }

    #[inline(never)]
    pub(crate) fn table_copy(
        &mut self,
        frame: Frame,
        slot: u32,
        to_table: u32,
        from_table: u32,
    ) -> Result<u32, TrapKind> {
        let triple = Triple::of(frame, slot);
        let (to, from) = (self.table_state(to_table), self.table_state(from_table));
        if !within(triple.destination, triple.len, to.len) || !within(triple.source, triple.len, from.len) {
            return Err(TrapKind::TableOutOfBounds);
        }
        let units = triple.len.min(BULK_STEP);
        let from_end = triple.destination > triple.source;
        let skipped = if from_end { triple.len - units } else { 0 };
        for step in 0..units {
            let offset = skipped + if from_end { units - 1 - step } else { step };
            // Both are less than the length of their table, as checked above.
            let entry = self.table_get(from_table, triple.source + offset)?;
            self.table_set(to_table, triple.destination + offset, entry)?;
        }
        Ok(if from_end { triple.retreat(units) } else { triple.advance(units, true) })
    }

    #[inline(never)]
    pub(crate) fn table_init(
        &mut self,
        frame: Frame,
        slot: u32,
        table: u32,
        segment: u32,
    ) -> Result<u32, TrapKind> {
        let triple = Triple::of(frame, slot);
        let state = self.table_state(table);
        let is_dropped = self.is_dropped(self.image.header.data + segment);
        let (first, count) = self.image.element(segment).filter(|_| !is_dropped).unwrap_or((0, 0));
        if !within(triple.destination, triple.len, state.len) || !within(triple.source, triple.len, count) {
            return Err(TrapKind::TableOutOfBounds);
        }
        let units = triple.len.min(BULK_STEP);
        for idx in 0..units {
            let entry = self.image.entry(first + triple.source + idx).unwrap_or(0);
            let place = state.entries.wrapping_add((triple.destination + idx) as usize);
            self.store_entry(place, u32::from(entry));
        }
        Ok(triple.advance(units, true))
    }
}
