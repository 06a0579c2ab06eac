// SPDX-License-Identifier: Apache-2.0
//! An instance: its region laid out, and its machine set to the start.

use core::mem::{MaybeUninit, size_of};

use sampan_abi::limits::MAX_PARAMS;
use sampan_engine::{HostFunction, Limits, Linker, Region, Status, ValueType};
use sampan_packed_format::image::{DATA_ACTIVE, TABLE_CHANGES, UNBOUNDED};

use crate::access::{Bytes, Cursor, Frame};
use crate::image::Image;
use crate::machine::{Machine, Place, TableState};

/// Alignment of linear memory, and of the region.
const ALIGN: u32 = 16;

/// What an instance is ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Idle,
    /// `begin` was called; the function is yet to be entered.
    Entering(u32),
    Running,
    /// A host function owes an answer.
    Waiting,
    Dead,
}

/// Where the parts of an instance lie in its region: byte offsets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    globals: u32,
    stack: u32,
    stack_end: u32,
    entries: u32,
    imports: u32,
    dropped: u32,
    memory: u32,
    /// Bytes that the region must have.
    pub(crate) end: u32,
}

impl Places {
    /// Lays out a region; `None` if no region can be that large.
    pub(crate) fn of(image: &Image<'_>, limits: &Limits) -> Option<Self> {
        let header = &image.header;
        let globals = header.tables.checked_mul(size_of::<TableState>() as u32)?;
        let stack = globals.checked_add(header.global_slots.checked_mul(4)?)?.checked_next_multiple_of(8)?;
        let bounded = if header.stack_bytes == UNBOUNDED { u32::MAX } else { header.stack_bytes };
        let stack_bytes = bounded.min(limits.stack_bytes) & !3;
        let stack_end = stack.checked_add(stack_bytes)?;
        let entries = stack_end;
        let mut imports = entries;
        for idx in 0..header.tables {
            let table = image.table(idx)?;
            if table.flags & TABLE_CHANGES != 0 {
                imports = imports.checked_add(table.reserve.checked_mul(2)?)?;
            }
        }
        let dropped = imports.checked_add(header.imports.checked_mul(2)?)?;
        let memory = dropped
            .checked_add(header.data.checked_add(header.elements)?)?
            .checked_next_multiple_of(ALIGN)?;
        let end = memory.checked_add(header.memory_reserve)?;
        Some(Self { globals, stack, stack_end, entries, imports, dropped, memory, end })
    }
}

/// One loaded image with its memory.
///
/// Its region is kept where the compiler assumes nothing of it: the machine's pointers lead into it.
#[derive(Debug)]
pub struct PackedInstance {
    region: MaybeUninit<Region>,
    base: *mut u8,
    region_len: u32,
    places: Places,
    pub(crate) machine: Machine,
    pub(crate) state: State,
    /// Whether the start function is yet to run.
    pub(crate) is_fresh: bool,
    /// Whether it's the start function that runs; then this is what runs after it.
    pub(crate) after_start: Option<u32>,
}

// SAFETY: all that the pointers lead to belongs to the instance alone, but for the image, which never changes.
unsafe impl Send for PackedInstance {}

impl PackedInstance {
    /// Takes a region over for an image that is verified.
    ///
    /// # Errors
    /// The region, if it's too small or not aligned.
    pub(crate) fn new(image: Image<'static>, mut region: Region, places: Places) -> Result<Self, Region> {
        let region_len = u32::try_from(region.len()).unwrap_or(u32::MAX);
        let is_aligned = region.as_mut_ptr().addr().get() & (ALIGN as usize - 1) == 0;
        if region_len < places.end || !is_aligned {
            return Err(region);
        }
        // From here on nobody moves it as what it is: that would part it from the pointers into it.
        let mut region = MaybeUninit::new(region);
        // SAFETY: it was made of a region just now.
        let base = unsafe { region.assume_init_mut() }.as_mut_ptr().as_ptr();
        let at = |offset: u32| base.wrapping_add(offset as usize);
        let image_at = |offset: u32| image.bytes.as_ptr().wrapping_add(offset as usize).cast::<u32>();
        let page_mask = (1_u32 << (image.header.memory_flags & 0x1f)) - 1;
        let capacity = (region_len - places.memory).min(image.header.memory_limit) & !page_mask;
        let none = TableState { entries: core::ptr::null_mut(), len: 0 };
        let machine = Machine {
            pc: Cursor(image_at(image.layout.code)),
            frame: Frame(at(places.stack).cast()),
            fuel: 0,
            links: at(places.stack_end).cast(),
            links_end: at(places.stack_end).cast(),
            code: Cursor(image_at(image.layout.code)),
            functions: image_at(image.layout.functions),
            constants: image_at(image.layout.constants),
            globals: at(places.globals).cast(),
            memory: Bytes(at(places.memory)),
            memory_len: image.header.memory_bytes,
            table: none,
            stack: at(places.stack).cast(),
            tables: base.cast(),
            dropped: at(places.dropped),
            memory_capacity: capacity,
            host_import: 0,
            host_base: Frame(at(places.stack).cast()),
            place: Place::Nowhere,
            image,
        };
        let mut instance = Self {
            region,
            base,
            region_len,
            places,
            machine,
            state: State::Idle,
            is_fresh: true,
            after_start: None,
        };
        instance.reset();
        Ok(instance)
    }

    /// Makes it as it was when loaded, but for the linked imports.
    pub(crate) fn reset(&mut self) {
        self.clear(0, self.places.imports);
        self.clear(self.places.dropped, self.region_len);
        let image = self.machine.image;
        self.machine.memory_len = image.header.memory_bytes;
        self.machine.links = self.machine.links_end;
        for idx in 0..image.header.global_slots {
            let value = crate::image::word(image.bytes, image.layout.globals + idx * 4).unwrap_or(0);
            // SAFETY: `Places` made room for every global slot, aligned to 4.
            unsafe { self.machine.globals.wrapping_add(idx as usize).write(value) };
        }
        self.reset_tables();
        self.reset_data();
        self.state = State::Idle;
        self.is_fresh = true;
        self.after_start = None;
        self.machine.place = Place::Nowhere;
    }

    fn clear(&mut self, start: u32, end: u32) {
        let place = self.base.wrapping_add(start as usize);
        // SAFETY: all of the region is the instance's, and callers name offsets in ascending order in it.
        unsafe { core::ptr::write_bytes(place, 0, (end - start) as usize) };
    }

    fn reset_tables(&mut self) {
        let image = self.machine.image;
        let mut next = self.places.entries;
        for idx in 0..image.header.tables {
            let Some(table) = image.table(idx) else { continue };
            let in_image = (image.layout.entries + table.first * 2) as usize;
            let mut entries = image.bytes.as_ptr().wrapping_add(in_image).cast::<u16>().cast_mut();
            if table.flags & TABLE_CHANGES != 0 {
                entries = self.base.wrapping_add(next as usize).cast();
                for entry in 0..table.given {
                    let value = image.entry(table.first + entry).unwrap_or(0);
                    // SAFETY: `Places` made room for `reserve` entries, which `given` doesn't exceed.
                    unsafe { entries.wrapping_add(entry as usize).write(value) };
                }
                next += table.reserve * 2;
            }
            let state = TableState { entries, len: table.size };
            // SAFETY: `Places` made room for a state a table, at the start of the region.
            unsafe { self.machine.tables.wrapping_add(idx as usize).write(state) };
            if idx == 0 {
                self.machine.table = state;
            }
        }
    }

    /// Copies active data segments, and drops them.
    fn reset_data(&mut self) {
        let image = self.machine.image;
        for idx in 0..image.header.data {
            let Some(data) = image.data(idx).filter(|data| data.flags & DATA_ACTIVE != 0) else { continue };
            let bytes = image.blob(data.offset, data.len).unwrap_or(&[]);
            let place = self.machine.memory.0.wrapping_add(data.destination as usize);
            // SAFETY: the verifier has shown that the segment lies in the memory at its first size.
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len()) };
            self.machine.drop_segment(idx);
        }
    }

    /// Resolves the imports.
    pub(crate) fn link(&mut self, linker: &mut dyn Linker) -> Result<(), (Status, &'static str)> {
        const BAD: (Status, &str) = (Status::BadImage, "packed image: bad import");
        let image = self.machine.image;
        for idx in 0..image.header.imports {
            let import = image.import(idx).ok_or(BAD)?;
            let text = |offset: u32, len: u32| {
                core::str::from_utf8(image.blob(offset, len).ok_or(BAD)?).map_err(|_| BAD)
            };
            let module = text(import.offset, import.module_len)?;
            let name = text(import.offset + import.module_len, import.name_len)?;
            let types = image.blob(import.types(), import.params + import.results).ok_or(BAD)?;
            let mut values = [ValueType::I32; MAX_PARAMS + 1];
            let Some(places) = values.get_mut(..types.len()) else {
                return Err((Status::Unsupported, "an import has too many parameters or results"));
            };
            for (place, &ty) in places.iter_mut().zip(types) {
                *place = value_type(ty).ok_or(BAD)?;
            }
            let (params, results) = places.split_at_checked(import.params as usize).ok_or(BAD)?;
            let HostFunction(number) =
                linker.resolve(module, name, params, results).map_err(|status| (status, ""))?;
            // SAFETY: `Places` made room for a number an import, aligned to 2.
            unsafe { self.import_place(idx).write(number) };
        }
        Ok(())
    }

    fn import_place(&self, idx: u32) -> *mut u16 {
        self.base.wrapping_add((self.places.imports + idx * 2) as usize).cast()
    }

    /// The host function that an import was linked to.
    pub(crate) fn host_function(&self, idx: u32) -> HostFunction {
        // SAFETY: verified words name imports; the numbers were written when the image was loaded.
        HostFunction(unsafe { self.import_place(idx).read() })
    }

    pub(crate) fn memory(&mut self) -> &mut [u8] {
        let len = self.machine.memory_len as usize;
        // SAFETY: the memory lies in the region, and the result keeps the instance borrowed.
        unsafe { core::slice::from_raw_parts_mut(self.machine.memory.0, len) }
    }

    pub(crate) const fn region_len(&self) -> u32 {
        self.region_len
    }

    /// Bytes in use: all but what the memory might still grow into.
    pub(crate) const fn used(&self) -> u32 {
        self.places.memory + self.machine.memory_len
    }

    pub(crate) fn into_region(self) -> Region {
        // SAFETY: `new` put a region there, and this takes the instance with it.
        unsafe { self.region.assume_init() }
    }
}

/// Type of a value as the image has it.
pub(crate) const fn value_type(ty: u8) -> Option<ValueType> {
    Some(match ty {
        1 => ValueType::I32,
        2 => ValueType::I64,
        3 => ValueType::F32,
        4 => ValueType::F64,
        _ => return None,
    })
}
