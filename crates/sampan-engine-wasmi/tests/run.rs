// SPDX-License-Identifier: Apache-2.0
//! Modules run: results, fuel, slices, host calls, traps, memory.

mod common;

use common::{Bench, Script, module};
use sampan_engine::Outcome;

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
