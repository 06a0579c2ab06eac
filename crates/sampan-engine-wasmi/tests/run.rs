// SPDX-License-Identifier: Apache-2.0
//! Modules run: results, fuel, slices, host calls, traps, memory.

mod common;

use common::{Bench, Names, Script, module};
use sampan_engine::{Activation, Engine, EngineKind, Outcome, Status, TrapKind};

/// Loops, nested calls, `br_table`, indirect calls, bulk memory, memory growth and floats, all logged.
const MIXED: &str = r#"
(module
  (import "host" "log" (func $log (param i32)))
  (type $unary (func (param i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) $double $square)
  (memory (export "memory") 1 8)
  (data (i32.const 16) "sampan")
  (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func $fib (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                     (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func $pick (param i32) (result i32)
    (block (block (block (br_table 0 1 2 (local.get 0)))
      (return (i32.const 10))) (return (i32.const 20)))
    (i32.const 30))
  (func (export "run") (local $i i32) (local $sum i32) (local $x f64)
    (call $log (call $fib (i32.const 12)))
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (call_indirect (type $unary) (local.get $i) (i32.and (local.get $i) (i32.const 1)))))
      (local.set $sum (i32.add (local.get $sum) (call $pick (i32.rem_u (local.get $i) (i32.const 4)))))
      (local.set $x (f64.add (local.get $x) (f64.div (f64.const 1) (f64.convert_i32_u (i32.add (local.get $i) (i32.const 1))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 100))))
    (call $log (local.get $sum))
    (call $log (i32.trunc_f64_u (f64.mul (local.get $x) (f64.const 1000))))
    (call $log (memory.grow (i32.const 2)))
    (call $log (memory.size))
    (memory.fill (i32.const 65536) (i32.const 0xab) (i32.const 65536))
    (memory.copy (i32.const 131072) (i32.const 16) (i32.const 6))
    (call $log (i32.load8_u (i32.const 131077)))
    (call $log (i32.load (i32.const 131000)))))
"#;

const MIXED_LOG: &[u64] = &[144, 173_800, 5187, 1, 3, 110, 0xabab_abab];

#[test]
fn slices_of_any_size_give_the_same_result_and_fuel() {
    let mut bench = Bench::new();
    let image = module(MIXED);
    let mut whole = None;
    for fuel in [u32::MAX, 1, 2, 3, 7, 50, 333, 5000] {
        let mut instance = bench.load(image);
        let mut host = Script::default();
        let activation = bench.run(&mut instance, fuel, &mut host);
        assert_eq!(host.logged, MIXED_LOG);
        assert_eq!(activation.outcome, Outcome::Finished);
        assert_eq!(activation, *whole.get_or_insert(activation), "slices of {fuel}");
        bench.unload(instance);
    }
    assert_eq!(bench.arena.used(), bench.at_rest);
}

#[test]
fn a_module_runs_again_with_its_state_and_anew_after_reset() {
    let mut bench = Bench::new();
    let mut instance = bench.load_text(
        r#"(module (import "host" "log" (func $log (param i32))) (global $g (mut i32) (i32.const 5))
           (func (export "run") (global.set $g (i32.add (global.get $g) (i32.const 1))) (call $log (global.get $g))))"#,
    );
    let mut host = Script::default();
    for _ in 0..3 {
        assert_eq!(bench.run(&mut instance, 1000, &mut host).outcome, Outcome::Finished);
    }
    bench.engine.reset(&mut instance, &mut Names::default()).unwrap();
    bench.run(&mut instance, 1000, &mut host);
    assert_eq!(host.logged, [6, 7, 8, 6]);
    bench.done(instance);
}

#[test]
fn host_functions_of_every_signature_get_and_give_their_values() {
    let mut bench = Bench::new();
    let mut instance = bench.load_text(
        r#"(module
          (import "host" "add" (func $add (param i32 i32) (result i32)))
          (import "host" "wide" (func $wide3 (param i32 i64 i32) (result i32)))
          (import "host" "wide" (func $wide4 (param i32 i64 i32 i32) (result i32)))
          (import "host" "wide" (func $wide (param i64 i64 i64) (result i64)))
          (import "host" "wide" (func $six (param i32 i32 i32 i32 i32 i32) (result i32)))
          (import "host" "float" (func $float (param f32) (result f32)))
          (import "host" "double" (func $double (param f64) (result f64)))
          (import "host" "poke" (func $poke (param i32 i32)))
          (import "host" "log" (func $log (param i32)))
          (import "host" "log" (func $log64 (param i64)))
          (memory (export "memory") 1)
          (func (export "run")
            (call $log (call $add (i32.const -1) (i32.const 3)))
            (call $log (call $wide3 (i32.const 1) (i64.const 20) (i32.const 300)))
            (call $log (call $wide4 (i32.const 1) (i64.const 20) (i32.const 300) (i32.const 9)))
            (call $log64 (call $wide (i64.const -1) (i64.const 1) (i64.const -2)))
            (call $log (call $six (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)))
            (call $log (i32.trunc_f32_s (call $float (f32.const -1.5))))
            (call $log (i32.trunc_f64_s (call $double (f64.const 2.5))))
            (call $poke (i32.const 65535) (i32.const 77))
            (call $log (i32.load8_u (i32.const 65535)))))"#,
    );
    let mut host = Script::default();
    assert_eq!(bench.run(&mut instance, 1000, &mut host).outcome, Outcome::Finished);
    assert_eq!(host.logged, [2, 321, 321, u64::MAX - 1, 6, u64::from(-3_i32 as u32), 5, 77]);
    assert_eq!(host.memory_seen, 65_536);
    assert_eq!(bench.engine.memory(&mut instance)[65_535], 77);
    bench.done(instance);
}

/// Parks 30 calls deep, in a result of every type, and adds the answers up on the way back.
const DEEP_PARK: &str = r#"
(module
  (import "host" "park" (func $park (result i32)))
  (import "host" "park" (func $park64 (param i64) (result i64)))
  (import "host" "park" (func $park_none (param i32 f64)))
  (import "host" "log" (func $log (param i32)))
  (memory (export "memory") 1)
  (func $deep (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (call $deep (i32.sub (local.get $n) (i32.const 1))) (call $park)))
      (else (call $park_none (i32.const 1) (f64.const 2))
            (i32.wrap_i64 (call $park64 (i64.const 9))))))
  (func (export "run") (call $log (call $deep (i32.const 30)))))
"#;

#[test]
fn parked_calls_resume_from_deep_recursion_many_at_a_time() {
    let mut bench = Bench::new();
    let image = module(DEEP_PARK);
    let mut alone = bench.load(image);
    let whole = bench.run(&mut alone, u32::MAX, &mut Script::default());
    bench.unload(alone);

    let mut turns: Vec<_> = (0..20)
        .map(|_| {
            let mut instance = bench.try_load_in(image, 200 * 1024).unwrap();
            bench.engine.begin(&mut instance, "run").unwrap();
            (instance, Script::default(), None, 0, Outcome::Yielded)
        })
        .collect();
    while turns.iter().any(|turn| turn.4 != Outcome::Finished) {
        for (idx, (instance, host, reply, fuel, outcome)) in turns.iter_mut().enumerate() {
            if *outcome == Outcome::Finished {
                continue;
            }
            let activation = bench.engine.resume(instance, reply.take(), 3 + idx as u32, host);
            *outcome = activation.outcome;
            *fuel += activation.fuel;
            assert!(matches!(*outcome, Outcome::Yielded | Outcome::Waiting | Outcome::Finished));
            *reply = (*outcome == Outcome::Waiting).then_some(7);
        }
    }
    for (instance, host, _, fuel, _) in turns {
        assert_eq!((host.logged.as_slice(), fuel), (&[7 * 31][..], whole.fuel));
        bench.unload(instance);
    }
    assert_eq!(bench.arena.used(), bench.at_rest);
}

#[test]
fn a_host_function_ends_or_traps_the_activation_from_any_depth() {
    let mut bench = Bench::new();
    for (name, expected) in [("end", Outcome::Ended), ("trap", Outcome::Trapped(TrapKind::DivisionByZero))] {
        let mut instance = bench.load_text(&format!(
            r#"(module (import "host" "{name}" (func $stop (param i32) (result i64)))
               (func $deep (param i32) (if (local.get 0)
                 (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (drop (call $stop (i32.const 1))))))
               (func (export "run") (call $deep (i32.const 30)) unreachable))"#
        ));
        for fuel in [u32::MAX, 2] {
            let activation = bench.run(&mut instance, fuel, &mut Script::default());
            assert_eq!(activation.outcome, expected);
        }
        bench.unload(instance);
    }
    assert_eq!(bench.arena.used(), bench.at_rest);
}

#[test]
fn every_trap_has_its_kind() {
    let mut bench = Bench::new();
    let mut seen = Vec::new();
    for (body, kind) in [
        ("unreachable", TrapKind::Unreachable),
        ("(drop (i32.load (i32.const 65533)))", TrapKind::MemoryOutOfBounds),
        ("(memory.fill (i32.const 65530) (i32.const 0) (i32.const 7))", TrapKind::MemoryOutOfBounds),
        ("(drop (table.get (i32.const 3)))", TrapKind::TableOutOfBounds),
        ("(call_indirect (type $other) (i32.const 3))", TrapKind::TableOutOfBounds),
        ("(call_indirect (type $other) (i32.const 0))", TrapKind::IndirectCallToNull),
        ("(call_indirect (type $other) (i32.const 1))", TrapKind::IndirectCallType),
        ("(drop (i32.div_u (i32.const 1) (global.get $zero)))", TrapKind::DivisionByZero),
        ("(drop (i32.div_s (i32.const 0x80000000) (global.get $minus)))", TrapKind::IntegerOverflow),
        ("(drop (i32.trunc_f32_s (f32.div (f32.const 0) (f32.const 0))))", TrapKind::BadConversion),
        ("(drop (i32.trunc_f64_u (f64.const 1e30)))", TrapKind::IntegerOverflow),
        ("(call $forever)", TrapKind::StackOverflow),
        ("(call $wide)", TrapKind::StackOverflow),
    ] {
        let wide = "i64 ".repeat(500);
        let mut instance = bench.load_text(&format!(
            r#"(module (memory (export "memory") 1) (type $other (func))
               (global $zero (mut i32) (i32.const 0)) (global $minus (mut i32) (i32.const -1))
               (table 3 funcref) (elem (i32.const 1) func $plain)
               (func $plain (param i32)) (func $forever (call $forever))
               (func $wide (local {wide})) (func (export "run") {body}))"#
        ));
        for fuel in [u32::MAX, 1] {
            let activation = bench.run(&mut instance, fuel, &mut Script::default());
            assert_eq!(activation.outcome, Outcome::Trapped(kind), "{body}");
        }
        seen.push(kind);
        bench.unload(instance);
    }
    // What isn't permitted is the broker's to say.
    seen.push(TrapKind::CallDenied);
    assert!(TrapKind::ALL.iter().all(|kind| seen.contains(kind)));
    assert_eq!(bench.arena.used(), bench.at_rest);
}

#[test]
fn a_stack_overflow_needs_no_memory_that_the_load_did_not_take() {
    let mut bench = Bench::new();
    let mut instance = bench.load_text(r#"(module (func $f (export "run") (call $f)))"#);
    let before = bench.engine.usage(&instance);
    for _ in 0..3 {
        let activation = bench.run(&mut instance, 1000, &mut Script::default());
        assert_eq!(activation.outcome, Outcome::Trapped(TrapKind::StackOverflow));
    }
    let after = bench.engine.usage(&instance);
    assert!(after.used - before.used < 256, "{before:?} {after:?}");
    bench.done(instance);
}

#[test]
fn a_block_that_costs_more_than_a_slice_waits_until_it_is_paid() {
    let mut bench = Bench::new();
    let block = "(global.set $g (i32.add (global.get $g) (i32.const 1)))".repeat(1000);
    let mut instance = bench
        .load_text(&format!(r#"(module (global $g (mut i32) (i32.const 0)) (func (export "run") {block}))"#));
    let whole = bench.run(&mut instance, u32::MAX, &mut Script::default());
    assert!(whole.fuel > 2000);
    bench.engine.begin(&mut instance, "run").unwrap();
    let mut host = Script::default();
    for _ in 0..20 {
        let nothing = bench.engine.resume(&mut instance, None, 0, &mut host);
        assert_eq!(nothing, Activation { outcome: Outcome::Yielded, fuel: 0 });
    }
    let mut slices = 0;
    let last = loop {
        slices += 1;
        let activation = bench.engine.resume(&mut instance, None, 100, &mut host);
        if activation.outcome != Outcome::Yielded {
            break activation;
        }
        assert!(activation.fuel <= 100);
    };
    assert!(slices * 100 >= whole.fuel && (slices - 2) * 100 < whole.fuel, "{slices}");
    assert_eq!(last.outcome, Outcome::Finished);
    bench.done(instance);
}

#[test]
fn bad_calls_out_of_turn_change_nothing_or_kill() {
    let mut bench = Bench::new();
    let mut instance = bench.load(module(DEEP_PARK));
    assert_eq!(bench.engine.kind(&instance), EngineKind::Wasmi);
    assert_eq!(bench.engine.frames(&instance, &mut []), 0);
    assert!(bench.engine.exports(&instance, "run"));
    assert!(!bench.engine.exports(&instance, "memory"));
    assert!(!bench.engine.exports(&instance, "walk"));
    assert_eq!(bench.engine.begin(&mut instance, "walk"), Err(Status::NotFound));
    bench.engine.begin(&mut instance, "run").unwrap();
    assert_eq!(bench.engine.begin(&mut instance, "run"), Err(Status::WrongState));
    let mut host = Script::default();
    assert_eq!(bench.engine.resume(&mut instance, None, 10_000, &mut host).outcome, Outcome::Waiting);
    assert_eq!(bench.engine.begin(&mut instance, "run"), Err(Status::WrongState));
    for reply in [None, Some(1), None] {
        // The first is out of turn, and what follows finds it dead.
        assert_eq!(
            bench.engine.resume(&mut instance, reply, 10_000, &mut host).outcome,
            Outcome::EngineFault
        );
        assert!(bench.engine.memory(&mut instance).is_empty());
        assert!(!bench.engine.exports(&instance, "run"));
        assert_eq!(bench.engine.begin(&mut instance, "run"), Err(Status::WrongState));
    }
    bench.engine.reset(&mut instance, &mut Names::default()).unwrap();
    assert_eq!(bench.run(&mut instance, 100, &mut host).outcome, Outcome::Finished);
    bench.done(instance);
}

#[test]
fn only_own_functions_without_parameters_and_results_are_entries() {
    let mut bench = Bench::new();
    let instance = bench.load_text(
        r#"(module (import "host" "park" (func $park)) (export "imported" (func $park))
           (func (export "param") (param i32)) (func (export "result") (result i32) (i32.const 1))
           (global (export "global") i32 (i32.const 1)) (func (export "plain")))"#,
    );
    for (name, entry) in
        [("imported", false), ("param", false), ("result", false), ("global", false), ("plain", true)]
    {
        assert_eq!(bench.engine.exports(&instance, name), entry, "{name}");
    }
    bench.done(instance);
}

#[test]
fn a_panic_of_the_host_passes_through_the_wall() {
    let mut bench = Bench::new();
    let mut instance = bench.load_text(
        r#"(module (import "host" "panic" (func $panic (param i32 i32 i32 i32 i32 i32 i32)))
           (func (export "run") (call $panic (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)
             (i32.const 1) (i32.const 1))))"#,
    );
    bench.engine.begin(&mut instance, "run").unwrap();
    let mut host = Script::default();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        bench.engine.resume(&mut instance, None, 1000, &mut host)
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"the host's own"));
    assert_eq!(bench.engine.resume(&mut instance, None, 1000, &mut host).outcome, Outcome::EngineFault);
    bench.engine.reset(&mut instance, &mut Names::default()).unwrap();
    assert!(bench.engine.exports(&instance, "run"));
    bench.done(instance);
}
