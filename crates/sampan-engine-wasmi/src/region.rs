// SPDX-License-Identifier: Apache-2.0
//! The allocator that confines wasmi to the region of the container it works for.
//!
//! wasmi allocates from the global allocator, so that is where it's confined: [`RegionAllocator`] serves
//! every allocation from the region that is *current*, and frees by address. A region is current from
//! each entry into wasmi to its end, except while a host function runs. Nothing else may be allocated
//! meanwhile in the same context; what the binary allocates otherwise goes to the fallback.
//!
//! A region starts with a [`Header`], its heap's control block among it. Then comes room for the
//! linear memory's initial size, outside the heap: exact, wherever the load's scratch lay. The rest is
//! the heap. An allocation that can't be had leaves through the wall, since wasmi would abort; only where
//! a linear memory grows wasmi takes no for an answer, and gets it. Growth doubles (it's a `Vec`), so it
//! may be refused though the exact size had fitted.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;

use crate::context;
use crate::fault;
use crate::wall::{self, Escape};

/// TLSF with eight sizes between each power of two and the next: 664 bytes of control block, and blocks
/// of up to 16 MiB, where pointers have 32 bits.
type Heap = rlsf::Tlsf<'static, u32, u8, 20, 8>;

/// Alignment of the header and of linear memory.
const ALIGN: usize = 16;

/// What is kept back from memory growth, for the engine's own small needs while the module runs: an error
/// value when a host call parks or ends, the argument array of an uncommon host call.
///
/// With its header it's a power of two, so that the heap finds the very block again.
const RESERVE: Layout = Layout::new::<[usize; 62]>();

/// What a region starts with.
pub(crate) struct Header {
    heap: Heap,
    /// First address of the region, and the one after its last.
    bounds: core::ops::Range<usize>,
    /// Room for the linear memory as it is first allocated.
    linear: NonNull<[u8]>,
    linear_used: bool,
    /// Linear memory is about to take this many bytes: the next allocation may be refused.
    growth: Option<usize>,
    reserve: Option<NonNull<u8>>,
    used: usize,
    peak: usize,
}

// 704 bytes where pointers have 32 bits.
const _: () = assert!(size_of::<Header>() <= 176 * size_of::<usize>());

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    Block(NonNull<u8>),
    /// Refused, and whoever asked can take it.
    Refused,
    /// Refused, and whoever asked can't.
    Failed,
}

/// A region that was laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegionHeap(NonNull<Header>);

/// Makes a region current, and none when it's dropped.
struct Current;

impl Drop for Current {
    fn drop(&mut self) {
        context::with(|context| context.set_region(core::ptr::null_mut()));
    }
}

impl RegionHeap {
    /// Lays `len` bytes at `base` out afresh; `None` if they can't even hold header and linear memory.
    ///
    /// # Safety
    /// The bytes are the caller's alone for as long as anything of the region is used, and nothing of
    /// what they held before is.
    pub(crate) unsafe fn new(base: NonNull<u8>, len: usize, linear_len: usize) -> Option<Self> {
        let skip = base.as_ptr().align_offset(ALIGN);
        let header_len = size_of::<Header>().next_multiple_of(ALIGN);
        let linear_room = linear_len.max(8).checked_next_multiple_of(ALIGN)?;
        let heap_at = skip.checked_add(header_len)?.checked_add(linear_room)?;
        let heap_len = len.checked_sub(heap_at)?;
        // SAFETY: `skip` is less than `heap_at`, which is at most `len`: inside the region.
        let start = unsafe { base.add(skip) };
        // SAFETY: `skip + header_len` is at most `heap_at`.
        let linear = unsafe { start.add(header_len) };
        // SAFETY: `heap_at` is at most `len`.
        let heap_start = unsafe { base.add(heap_at) };
        let mut heap = Heap::new();
        // SAFETY: these bytes are the region's, given to this heap only, as the caller promised.
        unsafe { heap.insert_free_block_ptr(NonNull::slice_from_raw_parts(heap_start, heap_len)) }?;
        let address = base.as_ptr().addr();
        let header = start.cast::<Header>();
        let value = Header {
            heap,
            bounds: address..address.checked_add(len)?,
            linear: NonNull::slice_from_raw_parts(linear, linear_len.max(8)),
            linear_used: false,
            growth: None,
            reserve: None,
            used: header_len,
            peak: header_len,
        };
        // SAFETY: the place is aligned, inside the region and has room for a header.
        unsafe { header.write(value) };
        Some(Self(header))
    }

    /// Runs `f` with the header. `f` must not allocate.
    fn with<R>(self, f: impl FnOnce(&mut Header) -> R) -> R {
        let mut header = self.0;
        // SAFETY: whoever made this keeps the region for itself; headers are reached through here only,
        // and `f` reaches no other code that would.
        f(unsafe { header.as_mut() })
    }

    /// Runs `f` with this region current.
    pub(crate) fn enter<R>(self, f: impl FnOnce() -> R) -> R {
        context::with(|context| context.set_region(self.0.as_ptr()));
        let current = Current;
        let result = f();
        drop(current);
        result
    }

    /// Tells that linear memory is about to grow to `bytes`, which may be refused.
    pub(crate) fn expect_growth(self, bytes: usize) {
        self.with(|header| header.growth = Some(bytes));
    }

    /// Takes that back: no memory was asked for.
    pub(crate) fn forget_growth(self) {
        self.with(|header| header.growth = None);
    }

    /// Makes sure of the reserve, if it can be had.
    pub(crate) fn keep_reserve(self) {
        self.with(|header| {
            if header.reserve.is_none() {
                header.reserve = header.heap.allocate(RESERVE);
            }
        });
    }

    /// Bytes in use now and at most: header, heap blocks and linear memory.
    pub(crate) fn usage(self) -> (usize, usize) {
        self.with(|header| (header.used, header.peak))
    }
}

/// Runs a host function: what it allocates isn't the container's.
///
/// If it panics, that goes on outside of the wall: wasmi's frames can't be unwound through.
pub(crate) fn hosting<R>(f: impl FnOnce() -> R) -> R {
    let region = context::with(|context| {
        let region = context.region();
        context.set_region(core::ptr::null_mut());
        context.set_hosting(true);
        region
    });
    let result = wall::catch(f);
    context::with(|context| {
        context.set_region(region);
        context.set_hosting(false);
    });
    result.unwrap_or_else(wall::pass_on)
}

#[cfg(feature = "std")]
fn unwinding() -> bool {
    std::thread::panicking()
}

#[cfg(not(feature = "std"))]
const fn unwinding() -> bool {
    false
}

impl Header {
    fn linear_len(&self) -> usize {
        self.linear.len()
    }

    fn owns(&self, block: *mut u8) -> bool {
        self.bounds.contains(&block.addr())
    }

    fn is_linear(&self, block: *mut u8) -> bool {
        self.linear_used && self.linear.cast().as_ptr() == block
    }

    /// Bytes that a block of this size takes: its header with it.
    fn cost(layout: Layout) -> usize {
        layout.size().saturating_add(rlsf::GRANULARITY / 2).next_multiple_of(rlsf::GRANULARITY)
    }

    fn charge(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
        self.peak = self.peak.max(self.used);
    }

    fn discharge(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }

    /// Whether a request for `layout` is the growth that was announced. It's announced for one request.
    fn takes_growth(&mut self, layout: Layout) -> bool {
        let growth = self.growth.take();
        layout.align() == 1 && growth.is_some_and(|bytes| layout.size() >= bytes)
    }

    /// A block of the heap; at the cost of the reserve, if that isn't for growth.
    fn block(&mut self, layout: Layout, growing: bool) -> Grant {
        let mut block = self.heap.allocate(layout);
        if block.is_none()
            && !growing
            && let Some(reserve) = self.reserve.take()
        {
            // SAFETY: the reserve is a block of this heap of this alignment, and was just forgotten.
            unsafe { self.heap.deallocate(reserve, RESERVE.align()) };
            block = self.heap.allocate(layout);
        }
        match block {
            Some(block) => {
                self.charge(Self::cost(layout));
                Grant::Block(block)
            }
            None if growing => Grant::Refused,
            None => Grant::Failed,
        }
    }

    fn allocate(&mut self, layout: Layout) -> Grant {
        let growing = self.takes_growth(layout);
        if fault::strikes() {
            return if growing { Grant::Refused } else { Grant::Failed };
        }
        if growing && !self.linear_used && layout.size() == self.linear_len() {
            self.linear_used = true;
            self.charge(layout.size());
            return Grant::Block(self.linear.cast());
        }
        self.block(layout, growing)
    }

    /// # Safety
    /// `block` is one of this region, allocated with `layout`, and no longer used.
    unsafe fn deallocate(&mut self, block: NonNull<u8>, layout: Layout) {
        if self.is_linear(block.as_ptr()) {
            self.discharge(layout.size());
            self.donate_linear();
            return;
        }
        self.discharge(Self::cost(layout));
        // SAFETY: not linear memory's first block, so it is one of the heap, as the caller promised.
        unsafe { self.heap.deallocate(block, layout.align()) };
    }

    /// Gives the room of the initial linear memory to the heap.
    fn donate_linear(&mut self) {
        // `linear_used` stays set, so it's given once.
        // SAFETY: the room is the region's, was never part of the heap, and nothing uses it any more.
        unsafe { self.heap.insert_free_block_ptr(self.linear) };
        self.linear = NonNull::slice_from_raw_parts(NonNull::dangling(), 0);
    }

    /// # Safety
    /// `block` is one of this region, allocated with `layout`; after success it's no longer used.
    unsafe fn reallocate(&mut self, block: NonNull<u8>, layout: Layout, new_size: usize) -> Grant {
        let Ok(new_layout) = Layout::from_size_align(new_size, layout.align()) else { return Grant::Failed };
        if self.is_linear(block.as_ptr()) {
            let grant = self.allocate(new_layout);
            if let Grant::Block(new) = &grant {
                let len = layout.size().min(new_size);
                // SAFETY: both blocks have at least `len` bytes and are distinct.
                unsafe { block.copy_to_nonoverlapping(*new, len) };
                // SAFETY: the caller promised so for `block`.
                unsafe { self.deallocate(block, layout) };
            }
            return grant;
        }
        let growing = self.takes_growth(new_layout);
        if fault::strikes() {
            return if growing { Grant::Refused } else { Grant::Failed };
        }
        // SAFETY: a block of this heap, allocated with this alignment, as the caller promised.
        if let Some(new) = unsafe { self.heap.reallocate(block, new_layout) } {
            self.discharge(Self::cost(layout));
            self.charge(Self::cost(new_layout));
            return Grant::Block(new);
        }
        let grant = self.block(new_layout, growing);
        if let Grant::Block(new) = &grant {
            // SAFETY: the heap refused only because no block was as large: `new` is the larger of the two.
            unsafe { block.copy_to_nonoverlapping(*new, layout.size().min(new_size)) };
            // SAFETY: the caller promised so for `block`.
            unsafe { self.deallocate(block, layout) };
        }
        grant
    }
}

/// A fallback that has no memory: for a microcontroller, where nothing but wasmi may allocate.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFallback;

// SAFETY: it never hands a block out.
unsafe impl GlobalAlloc for NoFallback {
    unsafe fn alloc(&self, _layout: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}
}

/// The global allocator of a binary that runs wasmi: the current region's heap, else the fallback.
///
/// ```
/// use sampan_engine_wasmi::RegionAllocator;
///
/// #[global_allocator]
/// static ALLOCATOR: RegionAllocator<std::alloc::System> = RegionAllocator::new(std::alloc::System);
///
/// assert_eq!(vec![1, 2, 3].len(), 3);
/// ```
#[derive(Debug, Default)]
pub struct RegionAllocator<F> {
    fallback: F,
}

impl<F> RegionAllocator<F> {
    /// Serves from `fallback` what is not a container's.
    pub const fn new(fallback: F) -> Self {
        Self { fallback }
    }
}

/// The region that is current and, for a block that exists, is its own.
fn current(block: Option<*mut u8>) -> Option<NonNull<Header>> {
    // What a panic allocates outlives the region: it isn't the container's.
    if block.is_none() && unwinding() {
        return None;
    }
    let header = NonNull::new(context::with(context::Context::region))?;
    let Some(block) = block else { return Some(header) };
    // SAFETY: a current region is laid out and no one else's.
    unsafe { header.as_ref() }.owns(block).then_some(header)
}

/// The block that was granted; null where that is understood; and no return where it isn't.
fn settle(grant: Grant) -> *mut u8 {
    match grant {
        Grant::Block(block) => block.as_ptr(),
        Grant::Refused => core::ptr::null_mut(),
        Grant::Failed => {
            wall::escape(Escape::OutOfMemory);
            core::ptr::null_mut()
        }
    }
}

// SAFETY: blocks come from a region's heap or the fallback, and go back to where they came from, which
// their address tells: a region's bounds hold no block of another.
unsafe impl<F: GlobalAlloc> GlobalAlloc for RegionAllocator<F> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(mut header) = current(None) else {
            // SAFETY: the caller's promises hold for the fallback too.
            return unsafe { self.fallback.alloc(layout) };
        };
        // SAFETY: the current region's header, which nothing else uses until this call ends.
        let header = unsafe { header.as_mut() };
        settle(header.allocate(layout))
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (Some(mut header), Some(start)) = (current(Some(block)), NonNull::new(block)) else {
            // SAFETY: not of the current region, so it came from the fallback.
            return unsafe { self.fallback.dealloc(block, layout) };
        };
        // SAFETY: the current region's header, which nothing else uses until this call ends.
        let header = unsafe { header.as_mut() };
        // SAFETY: in this region, and the caller gives it up.
        unsafe { header.deallocate(start, layout) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let (Some(mut header), Some(start)) = (current(Some(block)), NonNull::new(block)) else {
            // SAFETY: not of the current region, so it came from the fallback.
            return unsafe { self.fallback.realloc(block, layout, new_size) };
        };
        // SAFETY: the current region's header, which nothing else uses until this call ends.
        let header = unsafe { header.as_mut() };
        // SAFETY: in this region, and the caller gives it up on success.
        settle(unsafe { header.reallocate(start, layout, new_size) })
    }
}

#[cfg(test)]
mod tests;
