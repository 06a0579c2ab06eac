// SPDX-License-Identifier: Apache-2.0
//! The engine's stack: painted to tell how much was used, with a guard at its end.

use core::mem::MaybeUninit;
use core::ops::Range;
use core::ptr::NonNull;

use sampan_engine::Region;

/// What an engine stack has where nobody says otherwise.
///
/// Measured on Cortex-M4F at opt-level `s`: loading takes 8.9 KB at most, running 2.9 KB, whatever the
/// module. To that come host functions, which run on this stack, and on bare metal every interrupt.
#[cfg(target_pointer_width = "32")]
pub const DEFAULT_STACK_BYTES: usize = 16 * 1024;

/// What an engine stack has where nobody says otherwise: enough for an unoptimised build of the engine.
#[cfg(not(target_pointer_width = "32"))]
pub const DEFAULT_STACK_BYTES: usize = 1024 * 1024;

/// An engine stack with less isn't taken: loading would overrun it, into what lies before it in the arena.
#[cfg(target_pointer_width = "32")]
pub const MIN_STACK_BYTES: usize = 10 * 1024;

/// An engine stack with less isn't taken: loading would overrun it. An optimised build takes 17 KB on x86-64.
#[cfg(not(target_pointer_width = "32"))]
pub const MIN_STACK_BYTES: usize = 32 * 1024;

const WORD: usize = core::mem::size_of::<usize>();
/// Words at the low end that nothing may write.
const GUARD_WORDS: usize = 8;
const GUARD: usize = 0x5a4d_5041 ^ usize::MAX;
const PAINT: usize = usize::MAX / 255 * 0xa5;
/// Alignment of both ends.
const ALIGN: usize = 16;

/// Memory that engine code runs on.
pub(crate) struct EngineStack {
    /// Never looked at: only the pointer below is used while the stack is.
    region: MaybeUninit<Region>,
    start: NonNull<usize>,
    words: usize,
}

// SAFETY: it owns the memory that `start` points to, exclusively, as the region did.
unsafe impl Send for EngineStack {}

impl EngineStack {
    /// Takes `region` for a stack; gives it back if it's smaller than [`MIN_STACK_BYTES`].
    pub(crate) fn new(mut region: Region) -> Result<Self, Region> {
        let len = region.len();
        let base = region.as_mut_ptr();
        let skip = base.as_ptr().align_offset(ALIGN);
        if len < MIN_STACK_BYTES || len < skip {
            return Err(region);
        }
        let words = (len - skip) / ALIGN * (ALIGN / WORD);
        // SAFETY: `skip` is less than `len`.
        let start = unsafe { base.add(skip) }.cast::<usize>();
        let mut stack = Self { region: MaybeUninit::new(region), start, words };
        for idx in 0..words {
            stack.write(idx, if idx < GUARD_WORDS { GUARD } else { PAINT });
        }
        Ok(stack)
    }

    /// The region back.
    pub(crate) fn into_region(self) -> Region {
        // SAFETY: it was initialised when this was made, and is moved out once.
        unsafe { self.region.assume_init() }
    }

    /// Addresses that the stack pointer may have.
    pub(crate) fn bounds(&self) -> Range<usize> {
        let start = self.start.as_ptr().addr();
        start + GUARD_WORDS * WORD..start + self.words * WORD
    }

    fn write(&mut self, idx: usize, value: usize) {
        // SAFETY: `idx` is less than `words`.
        let word = unsafe { self.start.add(idx) };
        // SAFETY: inside the stack, aligned, and no engine code is running.
        unsafe { word.write_volatile(value) };
    }

    fn read(&self, idx: usize) -> usize {
        // SAFETY: `idx` is less than `words`.
        let word = unsafe { self.start.add(idx) };
        // SAFETY: inside the stack, aligned, written when it was painted; no engine code is running.
        unsafe { word.read_volatile() }
    }

    /// Whether the guard is intact; if not, it's made so again.
    pub(crate) fn check(&mut self) -> bool {
        let intact = (0..GUARD_WORDS).all(|idx| self.read(idx) == GUARD);
        if !intact {
            for idx in 0..GUARD_WORDS {
                self.write(idx, GUARD);
            }
        }
        intact
    }

    /// Bytes, the guard not counted.
    pub(crate) fn len(&self) -> usize {
        (self.words - GUARD_WORDS) * WORD
    }

    /// Most bytes ever used.
    pub(crate) fn peak(&self) -> usize {
        let unused = (GUARD_WORDS..self.words).take_while(|&idx| self.read(idx) == PAINT).count();
        self.len() - unused * WORD
    }
}
