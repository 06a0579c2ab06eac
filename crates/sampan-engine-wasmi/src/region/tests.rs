// SPDX-License-Identifier: Apache-2.0
//! A region's heap: what is granted, refused, counted and given back.

use std::alloc::System;
use std::vec::Vec;

use super::*;

const WORDS: Layout = Layout::new::<[usize; 4]>();

/// A region of `len` bytes that nothing else uses.
fn region(len: usize, linear_len: usize) -> Option<RegionHeap> {
    let bytes = Vec::leak(std::vec![0_u8; len]);
    // SAFETY: leaked just now, and given to this only.
    unsafe { RegionHeap::new(NonNull::from(bytes).cast(), len, linear_len) }
}

fn bytes(len: usize) -> Layout {
    Layout::from_size_align(len, 1).unwrap()
}

fn block(grant: Grant) -> NonNull<u8> {
    match grant {
        Grant::Block(block) => block,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_region_holds_header_and_linear_memory_or_is_refused() {
    assert!(region(0, 0).is_none());
    assert!(region(1000, 0).is_none());
    assert!(region(4096, 4096).is_none());
    assert!(region(4096, usize::MAX).is_none());
    assert!(region(8192, 4096).is_some());
}

#[test]
fn what_is_freed_is_there_again_and_counted() {
    let heap = region(16 * 1024, 0).unwrap();
    let (empty, _) = heap.usage();
    for _ in 0..3 {
        let mut blocks = Vec::new();
        while let Grant::Block(block) = heap.with(|header| header.allocate(WORDS)) {
            blocks.push(block);
        }
        assert!(blocks.len() > 200);
        assert!(heap.usage().0 <= 16 * 1024);
        for block in blocks {
            // SAFETY: allocated above with this layout.
            heap.with(|header| unsafe { header.deallocate(block, WORDS) });
        }
        assert_eq!(heap.usage().0, empty);
    }
    assert!(heap.usage().1 > 12 * 1024);
}

#[test]
fn linear_memory_has_its_room_grows_out_of_it_and_may_be_refused() {
    let heap = region(32 * 1024, 10_000).unwrap();
    // Not announced, so not linear memory: it comes from the heap.
    let other = block(heap.with(|header| header.allocate(bytes(10_000))));
    heap.expect_growth(10_000);
    let linear = block(heap.with(|header| header.allocate(bytes(10_000))));
    assert!(linear < other);
    // SAFETY: allocated above.
    unsafe { linear.write_bytes(0x5a, 10_000) };
    heap.expect_growth(12_000);
    // SAFETY: allocated above with this layout.
    let refused = heap.with(|header| unsafe { header.reallocate(linear, bytes(10_000), 20_000) });
    assert_eq!(refused, Grant::Refused);
    // SAFETY: as above.
    heap.with(|header| unsafe { header.deallocate(other, bytes(10_000)) });
    heap.expect_growth(12_000);
    // SAFETY: as above.
    let grown = block(heap.with(|header| unsafe { header.reallocate(linear, bytes(10_000), 15_000) }));
    // SAFETY: 10 000 bytes were written and moved.
    let moved = unsafe { core::slice::from_raw_parts(grown.as_ptr(), 10_000) };
    assert!(moved.iter().all(|&byte| byte == 0x5a));
    // The room that it left is the heap's now.
    block(heap.with(|header| header.allocate(bytes(9000))));
}

#[test]
fn a_refusal_is_for_the_announced_request_only() {
    let heap = region(8 * 1024, 0).unwrap();
    heap.expect_growth(50_000);
    assert_eq!(heap.with(|header| header.allocate(bytes(50_000))), Grant::Refused);
    assert_eq!(heap.with(|header| header.allocate(bytes(50_000))), Grant::Failed);
    heap.expect_growth(50_000);
    heap.forget_growth();
    assert_eq!(heap.with(|header| header.allocate(bytes(50_000))), Grant::Failed);
    heap.expect_growth(50_000);
    block(heap.with(|header| header.allocate(WORDS)));
    assert_eq!(heap.with(|header| header.allocate(bytes(50_000))), Grant::Failed);
}

#[test]
fn the_reserve_is_for_the_engine_not_for_growth() {
    let heap = region(8 * 1024, 0).unwrap();
    heap.keep_reserve();
    let grow = |len| {
        heap.expect_growth(len);
        heap.with(|header| header.allocate(bytes(len)))
    };
    let mut len = 8192;
    while len > 8 {
        if !matches!(grow(len), Grant::Block(_)) {
            len /= 2;
        }
    }
    assert_eq!(grow(WORDS.size()), Grant::Refused);
    let small = block(heap.with(|header| header.allocate(WORDS)));
    // SAFETY: allocated above with this layout.
    heap.with(|header| unsafe { header.deallocate(small, WORDS) });
    heap.keep_reserve();
    assert_eq!(grow(WORDS.size()), Grant::Refused);
}

#[test]
fn blocks_go_back_to_where_they_came_from() {
    let allocator = RegionAllocator::new(System);
    let heap = region(8 * 1024, 0).unwrap();
    // SAFETY: the layout has a size.
    let outer = unsafe { allocator.alloc(WORDS) };
    let (empty, _) = heap.usage();
    heap.enter(|| {
        // SAFETY: the layout has a size.
        let inner = unsafe { allocator.alloc(WORDS) };
        heap.with(|header| assert!(header.owns(inner) && !header.owns(outer)));
        // SAFETY: from this allocator, with this layout.
        let outer = unsafe { allocator.realloc(outer, WORDS, 1000) };
        heap.with(|header| assert!(!header.owns(outer)));
        // SAFETY: as above.
        let inner = unsafe { allocator.realloc(inner, WORDS, 1000) };
        heap.with(|header| assert!(header.owns(inner)));
        let hosted = hosting(|| {
            // SAFETY: the layout has a size.
            unsafe { allocator.alloc(WORDS) }
        });
        heap.with(|header| assert!(!header.owns(hosted)));
        // SAFETY: from this allocator, with this layout.
        unsafe { allocator.dealloc(hosted, WORDS) };
        // SAFETY: as above.
        unsafe { allocator.dealloc(inner, Layout::from_size_align(1000, WORDS.align()).unwrap()) };
        // SAFETY: as above.
        unsafe { allocator.dealloc(outer, Layout::from_size_align(1000, WORDS.align()).unwrap()) };
    });
    assert_eq!(heap.usage().0, empty);
    // SAFETY: the layout has a size; nothing is handed out.
    assert!(unsafe { NoFallback.alloc(WORDS) }.is_null());
}
