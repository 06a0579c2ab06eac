// SPDX-License-Identifier: Apache-2.0
//! Instances come and go in any state and order, and leave nothing behind.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{Bench, Names, Script, module};
use sampan_engine::{Engine, MemoryUsage, Outcome};
use sampan_engine_wasmi::WasmiInstance;

const MODULES: [&str; 5] = [
    r#"(module (func (export "run") (loop (br 0))))"#,
    r#"(module (import "host" "park" (func $p (param i32) (result i32)))
       (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
         (else (drop (call $p (i32.const 1)))))) (func (export "run") (call $deep (i32.const 40))))"#,
    r#"(module (memory (export "memory") 1) (func (export "run") (loop $l (drop (memory.grow (i32.const 1))) (br $l))))"#,
    r#"(module (func $f (export "run") (call $f)))"#,
    r#"(module (import "host" "wide" (func $w (param i64 i64 i64) (result i64)))
       (func (export "run") (drop (call $w (i64.const 1) (i64.const 2) (i64.const 3)))))"#,
];

fn start(bench: &mut Bench, image: &'static [u8], turns: u32) -> WasmiInstance {
    let mut instance = bench.try_load_in(image, 256 * 1024).unwrap();
    bench.engine.begin(&mut instance, "run").unwrap();
    let mut host = Script::default();
    for _ in 0..turns {
        if bench.engine.resume(&mut instance, None, 40, &mut host).outcome != Outcome::Yielded {
            break;
        }
    }
    instance
}

#[test]
fn a_thousand_lives_leave_nothing() {
    let mut bench = Bench::new();
    let images = MODULES.map(module);
    let mut first: [Option<MemoryUsage>; 5] = [None; 5];
    let mut alive = Vec::new();
    for life in 0..1000_usize {
        let kind = life % images.len();
        let mut instance = start(&mut bench, images[kind], (life % 7) as u32);
        if life % 3 == 0 {
            bench.engine.reset(&mut instance, &mut Names::default()).unwrap();
            let usage = bench.engine.usage(&instance);
            assert_eq!(usage, *first[kind].get_or_insert(usage));
        }
        alive.push(instance);
        if alive.len() == 8 {
            // Killed in another order than they came.
            for pick in [5, 0, 3, 1] {
                let instance = alive.swap_remove(pick);
                bench.unload(instance);
            }
        }
    }
    for instance in alive {
        bench.unload(instance);
    }
    assert_eq!(bench.arena.used(), bench.at_rest);
    assert!(bench.arena.allocate(6 * 1024 * 1024).is_some());
    assert!(first.iter().all(Option::is_some));
}

#[test]
fn engines_of_several_threads_do_not_meet() {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                let mut bench = Bench::new();
                let image = module(MODULES[1]);
                for _ in 0..50 {
                    let mut instance = start(&mut bench, image, 0);
                    let outcome = bench.finish(&mut instance, 10, &mut Script::default()).outcome;
                    assert_eq!(outcome, Outcome::Finished);
                    bench.unload(instance);
                }
                assert_eq!(bench.arena.used(), bench.at_rest);
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn an_engine_ends_and_gives_its_stack_back() {
    let mut bench = Bench::new();
    let before = bench.engine.stack_peak();
    assert_eq!(before, 0);
    let instance = bench.load_text(MODULES[0]);
    bench.unload(instance);
    let (len, peak) = (bench.engine.stack_len(), bench.engine.stack_peak());
    assert!(peak > 1000 && peak < len, "{peak}");
    let stack = bench.engine.into_stack();
    bench.arena.free(stack);
    assert_eq!(bench.arena.used(), 0);
    let small = bench.arena.allocate(1000).unwrap();
    assert_eq!(sampan_engine_wasmi::WasmiEngine::new(small).unwrap_err().len(), 1000);
}
