// SPDX-License-Identifier: Apache-2.0
//! Linear memory: small, growing, refused, and what that leaves for the engine.

mod common;

use common::{Bench, Script};
use sampan_engine::{Engine, Outcome};

#[test]
fn two_kilobytes_of_memory_run_in_a_small_region() {
    let mut bench = Bench::new();
    let image = common::module(
        r#"(module (import "host" "log" (func $log (param i32)))
           (memory (export "memory") 2048 2048 (pagesize 1))
           (func (export "run")
             (i32.store (i32.const 2044) (i32.const 42)) (call $log (i32.load (i32.const 2044)))
             (call $log (memory.size)) (call $log (memory.grow (i32.const 1)))
             (drop (i32.load8_u (i32.const 2048)))))"#,
    );
    let mut instance = bench.try_load_in(image, 40 * 1024).unwrap();
    let mut host = Script::default();
    let activation = bench.run(&mut instance, 100, &mut host);
    assert_eq!(activation.outcome, Outcome::Trapped(sampan_engine::TrapKind::MemoryOutOfBounds));
    assert_eq!(host.logged, [42, 2048, u64::from(u32::MAX)]);
    assert_eq!(host.memory_seen, 2048);
    assert_eq!(bench.engine.usage(&instance).linear, 2048);
    bench.done(instance);
}

/// Grows until it's refused, then calls a host function that parks.
const BOMB: &str = r#"
(module (import "host" "log" (func $log (param i32))) (import "host" "park" (func $park (param f32)))
  (memory (export "memory") 1)
  (func (export "run")
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (call $log (memory.size))
    (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1)) (i32.const 1))
    (call $log (memory.grow (i32.const 65535)))
    (call $park (f32.const 1))
    (call $log (i32.const 1))))
"#;

#[test]
fn a_memory_bomb_is_refused_and_goes_on() {
    let mut bench = Bench::new();
    let image = common::module(BOMB);
    for bytes in (100 * 1024..800 * 1024).step_by(41 * 1024 + 16) {
        let mut instance = bench.try_load_in(image, bytes).unwrap();
        let mut host = Script::default();
        for fuel in [u32::MAX, 5] {
            assert_eq!(bench.run(&mut instance, fuel, &mut host).outcome, Outcome::Finished, "{bytes}");
        }
        let pages = host.logged[0];
        let refused = u64::from(u32::MAX);
        assert_eq!(host.logged, [pages, refused, 1, pages, refused, 1]);
        let usage = bench.engine.usage(&instance);
        assert_eq!(u64::from(usage.linear), pages * 65_536);
        assert!(usage.used <= usage.peak && usage.peak <= usage.region, "{usage:?}");
        bench.unload(instance);
    }
    assert_eq!(bench.arena.used(), bench.at_rest);
}

#[test]
fn what_memory_holds_survives_growth() {
    let mut bench = Bench::new();
    let mut instance = bench.load_text(
        r#"(module (import "host" "log" (func $log (param i32))) (memory (export "memory") 1000 (pagesize 1))
           (data (i32.const 990) "0123456789")
           (func (export "run") (local $n i32)
             (loop $more
               (call $log (memory.grow (i32.const 1500)))
               (call $log (i32.load (i32.const 996)))
               (call $log (i32.load (i32.sub (memory.size) (i32.const 4))))
               (i32.store (i32.sub (memory.size) (i32.const 4)) (i32.const 5))
               (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 4))))))"#,
    );
    let mut host = Script::default();
    assert_eq!(bench.run(&mut instance, 1000, &mut host).outcome, Outcome::Finished);
    let digits = u64::from(u32::from_le_bytes(*b"6789"));
    let expected: Vec<u64> = (0..4).flat_map(|turn| [1000 + 1500 * turn, digits, 0]).collect();
    assert_eq!(host.logged, expected);
    assert_eq!(bench.engine.memory(&mut instance).len(), 7000);
    bench.done(instance);
}

#[test]
fn tables_do_not_grow_and_a_memory_without_export_is_unseen() {
    let mut bench = Bench::new();
    let mut instance = bench.load_text(
        r#"(module (import "host" "log" (func $log (param i32))) (memory 1) (table 3 10 funcref)
           (func (export "run") (call $log (table.grow (ref.null func) (i32.const 1))) (call $log (table.size))))"#,
    );
    let mut host = Script::default();
    for fuel in [1000, 1] {
        assert_eq!(bench.run(&mut instance, fuel, &mut host).outcome, Outcome::Finished);
    }
    let refused = u64::from(u32::MAX);
    assert_eq!((host.logged.as_slice(), host.memory_seen), (&[refused, 3, refused, 3][..], 0));
    assert!(bench.engine.memory(&mut instance).is_empty());
    bench.done(instance);
}
