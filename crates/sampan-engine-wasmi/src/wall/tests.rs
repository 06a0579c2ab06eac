// SPDX-License-Identifier: Apache-2.0
//! The wall: in, out, out before the time, and what passes through.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::vec;
use std::vec::Vec;

use sampan_engine::Arena;

use super::*;
use crate::region;

fn stack() -> EngineStack {
    let mut arena = Arena::new(Vec::leak(vec![0; DEFAULT_STACK_BYTES * 2]));
    EngineStack::new(arena.allocate(DEFAULT_STACK_BYTES).unwrap()).unwrap()
}

/// Counts how often it's dropped.
struct Drops<'a>(&'a Cell<u32>);

impl Drop for Drops<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Leaves from `depth` calls deep, with something to drop in every frame.
#[inline(never)]
fn leave_from(depth: u32, drops: &Cell<u32>) -> f64 {
    let _guard = Drops(drops);
    if depth == 0 {
        escape(Escape::OutOfMemory);
        return 0.0;
    }
    leave_from(depth - 1, drops) + f64::from(depth)
}

#[test]
fn what_is_run_runs_on_the_engines_stack() {
    let mut stack = stack();
    let bounds = stack.bounds();
    let text = std::string::String::from("kept");
    let result = enter(&mut stack, || (bounds.contains(&switch::stack_pointer()), text.len()));
    assert_eq!(result, Ok((true, 4)));
    assert!(!bounds.contains(&switch::stack_pointer()));
    assert!(stack.peak() > 0 && stack.peak() < stack.len());
}

#[test]
fn the_stack_is_left_from_any_depth_and_used_again() {
    let mut stack = stack();
    let drops = Cell::new(0);
    let outside = Drops(&drops);
    for depth in [0, 1, 10, 1000] {
        let kept = std::hint::black_box([1.5_f64, f64::from(depth)]);
        assert_eq!(enter(&mut stack, || leave_from(depth, &drops)), Err(Escape::OutOfMemory));
        assert_eq!(kept, [1.5, f64::from(depth)]);
        assert_eq!(enter(&mut stack, || 7), Ok(7));
    }
    assert_eq!(drops.get(), 0);
    drop(outside);
    assert_eq!(drops.get(), 1);
}

#[test]
fn without_a_wall_there_is_nothing_to_leave() {
    escape(Escape::OutOfMemory);
    panicked();
    let mut stack = stack();
    assert_eq!(enter(&mut stack, || region::hosting(panicked)), Ok(()));
    assert_eq!(enter(&mut stack, || region::hosting(|| escape(Escape::Defect))), Ok(()));
    assert_eq!(enter(&mut stack, panicked), Err(Escape::Defect));
}

#[test]
fn a_panic_of_the_engine_ends_at_the_wall() {
    let mut stack = stack();
    let drops = Cell::new(0);
    let result = enter(&mut stack, || {
        let _guard = Drops(&drops);
        assert!(drops.get() > 0, "injected");
    });
    assert_eq!((result, drops.get()), (Err(Escape::Defect), 1));
    assert_eq!(enter(&mut stack, || 7), Ok(7));
}

#[test]
fn a_panic_of_a_host_function_passes_through() {
    let mut stack = stack();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        enter(&mut stack, || region::hosting(|| std::panic::panic_any(5_u8)))
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<u8>(), Some(&5));
    assert_eq!(enter(&mut stack, || 7), Ok(7));
}

#[test]
fn walls_do_not_nest_and_an_overrun_is_seen() {
    let (mut stack, mut other) = (stack(), stack());
    assert_eq!(enter(&mut stack, || enter(&mut other, || 7)), Ok(Err(Escape::Defect)));
    let guard = stack.bounds().start - size_of::<usize>();
    let overrun = enter(&mut stack, || {
        // SAFETY: the guard is the stack's memory; what runs on the stack may scribble on it.
        unsafe { core::ptr::with_exposed_provenance_mut::<usize>(guard).write(0) };
    });
    assert_eq!(overrun, Err(Escape::Defect));
    assert_eq!(enter(&mut stack, || 7), Ok(7));
}
