// SPDX-License-Identifier: Apache-2.0
//! The arena: all memory that a runtime ever uses, and the regions handed out of it.
//!
//! One TLSF heap (crate `rlsf`) over the memory that firmware gave: constant time, and a block that comes
//! back merges with its free neighbours. A [`Region`] is one block of it, owned by one container. It
//! can't be copied, so it can't be given back twice; a region of another arena is recognised and refused.
//!
//! The heap's own lists, more than a kilobyte, lie at the start of the memory: an [`Arena`] is moved about while a
//! runtime is made, on a stack that may be small.
//!
//! The unsafe code here is the region allocator's: turning blocks into slices and back.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// TLSF with 16 sizes between each power of two and the next. The largest block is 16 MiB where pointers
/// have 32 bits, 32 MiB where they have 64.
type Heap = rlsf::Tlsf<'static, u32, u16, 20, 16>;

/// Alignment of every region.
const ALIGN: usize = 16;

/// One block of an arena: exclusive, sized when it was made, given back to [`Arena::free`].
///
/// Dropping it instead leaks its memory until the arena itself is gone.
#[derive(Debug)]
pub struct Region {
    // A pointer and no `&mut`: the heap writes to the block while it takes the region back by value.
    memory: NonNull<[u8]>,
    /// Size of the block that this is, or is a part of.
    block_len: usize,
}

// SAFETY: a region is the only way to its memory, which no thread has a part in.
unsafe impl Send for Region {}

impl From<&'static mut [u8]> for Region {
    /// Memory that belongs to no arena, for an engine that is used without one. No arena takes it back.
    fn from(memory: &'static mut [u8]) -> Self {
        let block_len = memory.len();
        Self { memory: NonNull::from(memory), block_len }
    }
}

impl Region {
    /// Size in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.memory.is_empty()
    }

    /// The bytes; whatever they held before.
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the block was initialised, is exclusively this region's, and is borrowed with it.
        unsafe { self.memory.as_mut() }
    }

    /// Start of the bytes, for an engine that lays its own structures out in them.
    pub fn as_mut_ptr(&mut self) -> NonNull<u8> {
        self.memory.cast()
    }

    /// Divides it in two, the first with `at` bytes or all that it has.
    ///
    /// Keep `at` a multiple of 16 if the second part is to be aligned. The parts go back together,
    /// through [`Arena::free_split`].
    #[must_use]
    pub fn split(self, at: usize) -> (Self, Self) {
        let block_len = self.block_len;
        let len = self.memory.len();
        let at = at.min(len);
        let start = self.memory.cast::<u8>();
        // SAFETY: `at` is at most the length, so this is inside the block or just past it.
        let middle = unsafe { start.add(at) };
        let part = |start, len| Self { memory: NonNull::slice_from_raw_parts(start, len), block_len };
        (part(start, at), part(middle, len.saturating_sub(at)))
    }
}

/// All memory of one runtime.
#[derive(Debug)]
pub struct Arena {
    /// At the start of the memory, if it's large enough for that.
    heap: Option<&'static mut Heap>,
    /// Where the rest of the memory starts.
    base: NonNull<u8>,
    len: usize,
    used: usize,
    peak: usize,
}

// SAFETY: the arena owns the memory that `base` points to, exclusively: it came from a `&'static mut`.
unsafe impl Send for Arena {}

impl Arena {
    /// Takes `memory` over. One that is too small for a single block makes an arena without any.
    #[must_use]
    pub fn new(memory: &'static mut [u8]) -> Self {
        // Regions are handed out as initialised bytes, so they're made so once.
        memory.fill(0);
        let heap_start = memory.as_ptr().align_offset(align_of::<Heap>());
        let heap_end = heap_start.saturating_add(size_of::<Heap>());
        let Some((head, rest)) = memory.split_at_mut_checked(heap_end) else {
            return Self { heap: None, base: NonNull::from(memory).cast(), len: 0, used: 0, peak: 0 };
        };
        let len = rest.len();
        let base = NonNull::from(rest).cast::<u8>();
        let place = head.as_mut_ptr().wrapping_add(heap_start).cast::<MaybeUninit<Heap>>();
        // SAFETY: aligned and with room for a heap by the choice of `heap_start` and `heap_end`; exclusively ours
        // for ever, and `MaybeUninit` needs no initialisation.
        let heap = unsafe { &mut *place }.write(Heap::new());
        // SAFETY: the block is `rest`, exclusively ours for ever, and is given to this heap only.
        unsafe { heap.insert_free_block_ptr(NonNull::slice_from_raw_parts(base, len)) };
        Self { heap: Some(heap), base, len, used: 0, peak: 0 }
    }

    fn layout(len: usize) -> Option<Layout> {
        Layout::from_size_align(len.max(1), ALIGN).ok()
    }

    /// A block of `len` bytes, aligned to 16; `None` if none is left that large.
    pub fn allocate(&mut self, len: usize) -> Option<Region> {
        let start = self.heap.as_mut()?.allocate(Self::layout(len)?)?;
        self.used = self.used.saturating_add(len);
        self.peak = self.peak.max(self.used);
        // The heap gave `len` bytes at `start` for our use alone; they lie in the arena, whose bytes were
        // all written once and so are initialised.
        Some(Region { memory: NonNull::slice_from_raw_parts(start, len), block_len: len })
    }

    /// Takes a region back. A part of one, or one of another arena, is left alone: its memory stays in use.
    pub fn free(&mut self, region: Region) {
        let (empty, whole) = region.split(0);
        self.free_split(empty, whole);
    }

    /// Takes back a region that was [`split`](Region::split) in two; both parts, or nothing.
    pub fn free_split(&mut self, mut head: Region, mut tail: Region) {
        let (head_start, tail_start) = (head.as_mut_ptr(), tail.as_mut_ptr());
        let adjacent = head_start.addr().get().wrapping_add(head.len()) == tail_start.addr().get();
        let len = head.len().wrapping_add(tail.len());
        let (Some(start), Some(heap)) = (self.own(head_start), self.heap.as_mut()) else { return };
        if !adjacent || len != head.block_len || len != tail.block_len {
            return;
        }
        self.used = self.used.saturating_sub(len);
        // SAFETY: `start` begins a block that this heap gave and that hasn't been freed: two adjacent parts
        // as long as their block are that block, since a header lies between blocks; and no region can
        // be copied, so none of these bytes is anyone's any more. It was allocated with this alignment.
        unsafe { heap.deallocate(start, ALIGN) };
    }

    /// An array that lives as long as the arena: `count` values made by `make`; `None` if it has no room.
    pub fn allocate_array<T>(
        &mut self,
        count: usize,
        mut make: impl FnMut(usize) -> T,
    ) -> Option<&'static mut [T]>
    where
        T: 'static,
    {
        let layout = Layout::array::<T>(count).ok()?;
        if layout.size() == 0 {
            return None;
        }
        let start = self.heap.as_mut()?.allocate(layout)?.cast::<MaybeUninit<T>>();
        self.used = self.used.saturating_add(layout.size());
        self.peak = self.peak.max(self.used);
        // SAFETY: the heap gave room for `count` values of `T`, aligned for it, for our use alone;
        // `MaybeUninit` needs no initialisation. It's never freed before the arena.
        let array = unsafe { core::slice::from_raw_parts_mut(start.as_ptr(), count) };
        for (idx, place) in array.iter_mut().enumerate() {
            place.write(make(idx));
        }
        // SAFETY: every value was written just above.
        Some(unsafe { array.assume_init_mut() })
    }

    /// Bytes that blocks can be made of, their headers included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no memory at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes handed out now.
    #[must_use]
    pub const fn used(&self) -> usize {
        self.used
    }

    /// Most bytes ever handed out at a time.
    #[must_use]
    pub const fn peak(&self) -> usize {
        self.peak
    }

    /// The arena's own pointer to `start`, if that is within it.
    ///
    /// A region's pointer may touch the region only; the heap also needs the header before it.
    fn own(&self, start: NonNull<u8>) -> Option<NonNull<u8>> {
        let offset = start.as_ptr().addr().checked_sub(self.base.as_ptr().addr())?;
        if offset >= self.len {
            return None;
        }
        // SAFETY: `offset` is less than `len`, so the result is inside the arena's memory.
        Some(unsafe { self.base.add(offset) })
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn arena(len: usize) -> Arena {
        Arena::new(Vec::leak(vec![0xa5; len]))
    }

    #[test]
    fn what_comes_back_can_be_had_again() {
        let mut arena = arena(67 * 1024);
        let whole = arena.allocate(60 * 1024).unwrap();
        assert!(arena.allocate(8 * 1024).is_none());
        arena.free(whole);
        let mut kept = Vec::new();
        while let Some(region) = arena.allocate(1000) {
            assert_eq!(region.memory.cast::<u8>().as_ptr().addr() % ALIGN, 0);
            kept.push(region);
        }
        let most = kept.len() * 1000;
        assert!(most > 60 * 1024);
        for region in kept {
            arena.free(region);
        }
        assert_eq!(arena.used(), 0);
        assert!(arena.allocate(60 * 1024).is_some());
        assert_eq!(arena.peak(), most);
    }

    #[test]
    fn split_regions_come_back_as_one() {
        let mut arena = arena(12 * 1024);
        let (mut head, tail) = arena.allocate(4096).unwrap().split(32);
        head.bytes().fill(1);
        assert_eq!((head.len(), tail.len(), tail.is_empty()), (32, 4064, false));
        arena.free_split(head, tail);
        assert_eq!(arena.used(), 0);
        assert!(arena.allocate(7 * 1024).is_some());
    }

    #[test]
    fn a_foreign_region_or_a_part_of_one_is_refused() {
        let (mut mine, mut other) = (arena(4096), arena(4096));
        let region = other.allocate(64).unwrap();
        mine.free(region);
        mine.free(Region::from(Vec::leak(vec![0; 64])));
        assert_eq!((mine.used(), other.used()), (0, 64));
        let (head, tail) = mine.allocate(64).unwrap().split(32);
        let (inner, _) = tail.split(16);
        mine.free_split(head, inner);
        let (first, second) = (mine.allocate(64).unwrap().split(32), mine.allocate(64).unwrap().split(32));
        mine.free_split(first.0, second.1);
        assert_eq!(mine.used(), 192);
    }

    #[test]
    fn arrays_are_initialised_and_a_tiny_arena_has_no_block() {
        let mut big = arena(4096);
        assert_eq!(big.allocate_array(4, |idx| idx * 2).unwrap(), [0, 2, 4, 6]);
        assert!(big.allocate_array::<u64>(100_000, |_| 0).is_none());
        assert!(big.allocate_array::<u64>(usize::MAX, |_| 0).is_none());
        for len in [0, 8, size_of::<Heap>(), size_of::<Heap>() + align_of::<Heap>()] {
            let mut tiny = arena(len);
            assert!(tiny.allocate(1).is_none() && tiny.allocate_array(1, |_| 0_u64).is_none(), "{len}");
        }
        assert_eq!((arena(8).len(), arena(8).is_empty()), (0, true));
    }
}
