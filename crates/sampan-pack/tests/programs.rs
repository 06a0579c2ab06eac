// SPDX-License-Identifier: Apache-2.0
//! Control, calls, memory, tables and host functions, on both engines and in slices of several sizes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use std::fmt::Write;

use sampan_engine::{Outcome, TrapKind};
use support::same;

const TO_END: &str = "(import \"env\" \"log\" (func $log (param i32)))";

#[test]
fn loops_calls_and_recursion() {
    same(
        &format!(
            "(module {TO_END}
              (func $fib (param i32) (result i32)
                (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
                  (then (local.get 0))
                  (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                                 (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
              (func (export \"f\") (local $i i32) (local $sum i64)
                (call $log (call $fib (i32.const 12)))
                (loop $next
                  (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $i))))
                  (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                       (i32.const 500))))
                (call $log (i32.wrap_i64 (local.get $sum)))
                (loop $down
                  (br_if $down (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
                (call $log (local.get $i))
                (loop $up
                  (local.set $i (i32.add (local.get $i) (i32.const 3)))
                  (br_if $up (i32.lt_u (local.get $i) (i32.const 100))))
                (call $log (local.get $i))))"
        ),
        &["f"],
    );
}

#[test]
fn values_held_while_a_local_changes() {
    same(
        &format!(
            "(module {TO_END}
              (func $swap (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
              (func (export \"f\") (local $x i32) (local $y i64)
                (local.set $x (i32.const 7))
                (call $log (i32.add (local.get $x) (local.tee $x (i32.const 35))))
                (local.get $x) (local.set $x (i32.const 1)) (call $log (local.get $x)) (call $log)
                (local.set $y (i64.const 5))
                (i64.sub (local.get $y) (local.tee $y (i64.add (local.get $y) (i64.const 3))))
                (call $log (i32.wrap_i64))
                (i32.wrap_i64 (local.get $y)) (local.set $y (i64.const 99)) (call $log)
                (call $swap (i32.const 3) (i32.const 4)) (call $log) (call $log)
                (local.get $x)
                (block (local.set $x (i32.const 50)))
                (call $log) (call $log (local.get $x))
                (local.set $x (i32.add (local.get $x) (i32.mul (local.get $x) (i32.const 3))))
                (call $log (local.get $x))
                (local.set $x (i32.wrap_i64 (i64.add (local.get $y) (i64.const 0x1_0000_0001))))
                (call $log (local.get $x))
                (call $log (i32.wrap_i64 (i64.shr_u (local.get $y) (i64.const 32))))))"
        ),
        &["f"],
    );
}

#[test]
fn multiple_values_through_blocks_and_branches() {
    same(
        &format!(
            "(module {TO_END}
              (func $three (param i32) (result i32 i64 i32)
                (br_if 0 (i32.const 1) (i64.const 2) (i32.const 3) (local.get 0))
                (drop) (drop) (drop)
                (i32.const 4) (i64.const 5) (local.get 0))
              (func $many (param i32 i64 i32 i32) (result i32 i32 i64 i32)
                (local.get 3) (local.get 2) (local.get 1) (local.get 0))
              (func $log3 (param i32 i64 i32)
                (call $log (local.get 0)) (call $log (i32.wrap_i64 (local.get 1)))
                (call $log (local.get 2)))
              (func (export \"f\") (local $i i32)
                (call $log3 (call $three (i32.const 0)))
                (call $log3 (call $three (i32.const 9)))
                (call $many (i32.const 10) (i64.const 20) (i32.const 30) (i32.const 40))
                (call $log) (call $log (i32.wrap_i64)) (call $log) (call $log)
                (i32.const 0) (i32.const 1)
                (loop $l (param i32 i32) (result i32)
                  (i32.add)
                  (local.tee $i)
                  (local.get $i) (i32.const 2)
                  (br_if $l (i32.lt_s (local.get $i) (i32.const 20)))
                  (drop) (drop))
                (call $log)
                (i32.const 5) (i64.const 6)
                (if (param i32 i64) (result i64 i32) (local.get $i)
                  (then (drop) (drop) (i64.const 77) (i32.const 88))
                  (else (drop) (drop) (i64.const 99) (i32.const 11)))
                (call $log) (call $log (i32.wrap_i64))
                (block (result i32 i32) (i32.const 1) (br 0 (i32.const 2) (i32.const 3)))
                (call $log) (call $log)))"
        ),
        &["f"],
    );
}

#[test]
fn branch_tables() {
    same(
        &format!(
            "(module {TO_END}
              (func $pick (param i32) (result i32)
                (block $d (block $c (block $b (block $a
                  (br_table $a $b $c $a $d (local.get 0)))
                  (return (i32.const 10)))
                  (return (i32.const 20)))
                  (return (i32.const 30)))
                (i32.const 40))
              (func $value (param i32) (result i32)
                (i32.add (i32.const 1000)
                  (block $x (result i32)
                    (i32.mul (i32.const 3)
                      (block $y (result i32)
                        (br_table $x $y 2 $x (i32.const 5) (local.get 0)))))))
              (func $spin (param i32) (result i32) (local $n i32)
                (block $out
                  (loop $again
                    (local.set $n (i32.add (local.get $n) (i32.const 1)))
                    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                    (br_table $out $again $again (local.get 0))))
                (local.get $n))
              (func (export \"f\") (local $i i32)
                (loop $l
                  (call $log (call $pick (local.get $i)))
                  (call $log (call $value (local.get $i)))
                  (br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 7))))
                (call $log (call $pick (i32.const -1)))
                (call $log (call $spin (i32.const 100)))))"
        ),
        &["f"],
    );
}

#[test]
fn indirect_calls_and_their_traps() {
    let module = |call: &str| {
        format!(
            "(module {TO_END}
              (type $t (func (param i32) (result i32))) (type $u (func (param i64)))
              (table 8 funcref) (elem (i32.const 1) $one $two $log)
              (table $more 4 funcref) (elem (table $more) (i32.const 2) func $two)
              (func $one (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
              (func $two (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
              (func (export \"f\") (local $x i32)
                (local.set $x (i32.const 2))
                (call $log (call_indirect (type $t) (i32.const 50) (i32.const 1)))
                (call $log (call_indirect (type $t) (i32.const 50) (local.get $x)))
                (call_indirect (param i32) (i32.const 51) (i32.const 3))
                (call $log (call_indirect $more (type $t) (i32.const 70) (i32.const 2)))
                {call}
                (call $log (i32.const 1))))"
        )
    };
    same(&module(""), &["f"]);
    for call in [
        "(drop (call_indirect (type $t) (i32.const 1) (i32.const 0)))",
        "(drop (call_indirect (type $t) (i32.const 1) (i32.const 8)))",
        "(drop (call_indirect (type $t) (i32.const 1) (i32.const 3)))",
        "(call_indirect (type $u) (i64.const 1) (i32.const 1))",
        "(drop (call_indirect $more (type $t) (i32.const 1) (i32.const 1)))",
        "(drop (call_indirect $more (type $t) (i32.const 1) (i32.const 4)))",
    ] {
        same(&module(call), &["f"]);
    }
}

#[test]
fn tables_and_references() {
    same(
        &format!(
            "(module {TO_END}
              (type $t (func (result i32)))
              (table $a 4 40 funcref) (table $b 3 funcref) (table $x 2 10 externref)
              (elem $passive func $one $two $two) (elem declare func $one)
              (elem (table $b) (i32.const 0) func $two)
              (global $g (mut funcref) (ref.func $two))
              (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
              (func (export \"f\")
                (call $log (table.size $a))
                (call $log (table.grow $a (ref.func $one) (i32.const 3)))
                (call $log (table.grow $a (ref.null func) (i32.const 100)))
                (call $log (table.grow $x (ref.null extern) (i32.const 8)))
                (call $log (table.size $a)) (call $log (table.size $x))
                (call $log (call_indirect $a (type $t) (i32.const 6)))
                (table.init $a $passive (i32.const 0) (i32.const 1) (i32.const 2))
                (call $log (call_indirect $a (type $t) (i32.const 1)))
                (table.copy $a $b (i32.const 3) (i32.const 0) (i32.const 2))
                (call $log (ref.is_null (table.get $a (i32.const 4))))
                (call $log (ref.is_null (table.get $a (i32.const 3))))
                (table.copy $a $a (i32.const 1) (i32.const 0) (i32.const 5))
                (table.set $a (i32.const 0) (global.get $g))
                (global.set $g (ref.null func))
                (call $log (ref.is_null (global.get $g)))
                (call $log (call_indirect $a (type $t) (i32.const 0)))
                (table.fill $a (i32.const 2) (ref.func $one) (i32.const 3))
                (call $log (call_indirect $a (type $t) (i32.const 4)))
                (elem.drop $passive)
                (table.init $a $passive (i32.const 0) (i32.const 0) (i32.const 0))
                (call $log (i32.const 7)))
              (func (export \"init\") (table.init $a $passive (i32.const 0) (i32.const 0) (i32.const 1)))
              (func (export \"get\") (drop (table.get $a (i32.const 7))))
              (func (export \"fill\") (table.fill $a (i32.const 6) (ref.null func) (i32.const 2)))
              (func (export \"set\") (table.set $b (i32.const 3) (ref.null func)))
              (func (export \"copy\") (table.copy $a $b (i32.const 0) (i32.const 2) (i32.const 2))))"
        ),
        &["f", "init", "get", "fill", "set", "copy"],
    );
}

#[test]
fn memory_accesses_at_the_edge() {
    let mut body = String::new();
    for (ty, bytes, operators) in [
        ("i32", 4, "load store"),
        ("i64", 8, "load store"),
        ("f32", 4, "load store"),
        ("f64", 8, "load store"),
        ("i32", 1, "load8_s load8_u store8"),
        ("i32", 2, "load16_s load16_u store16"),
        ("i64", 1, "load8_s load8_u store8"),
        ("i64", 2, "load16_s load16_u store16"),
        ("i64", 4, "load32_s load32_u store32"),
    ] {
        for operator in operators.split(' ') {
            for (size, offset) in
                [(0, 0), (1, 0), (7, 0), (9, 4), (40, 3), (40, 8), (2000, 1000), (2000, 1001)]
            {
                let edge = size - offset - bytes;
                for (number, address) in [edge, edge + 1, -1, 0].into_iter().enumerate() {
                    let name = format!("{ty}_{operator}_{size}_{offset}_{number}");
                    let access = if operator.starts_with("load") {
                        format!("(drop (ADDRESS {ty}.{operator} offset={offset}))")
                    } else {
                        format!("({ty}.{operator} offset={offset} ADDRESS ({ty}.const 77))")
                    };
                    writeln!(body, "{size} {name} {address} {access}").unwrap();
                }
            }
        }
    }
    for size in [0, 1, 7, 9, 40, 2000] {
        let mut text = format!("(module (memory (export \"memory\") {size} (pagesize 1))\n");
        let mut exports = Vec::new();
        for line in body.lines() {
            let mut parts = line.splitn(4, ' ');
            let of: i32 = parts.next().unwrap().parse().unwrap();
            if of != size {
                continue;
            }
            let (name, address, access) =
                (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            for (form, address) in [
                ("constant", format!("(i32.const {address})")),
                ("local", "(local.get $a)".to_owned()),
                ("sum", "(i32.add (local.get $a) (local.get $z))".to_owned()),
                ("shifted", "(i32.add (local.get $a) (i32.shl (local.get $z) (i32.const 2)))".to_owned()),
            ] {
                let access = match access.strip_prefix("(drop (ADDRESS ") {
                    Some(rest) => format!("(drop ({} {address}))", rest.trim_end_matches(')')),
                    None => access.replace("ADDRESS", &address),
                };
                let value = parts_address(line);
                writeln!(
                    text,
                    "(func (export \"{name}_{form}\") (local $a i32) (local $z i32)
                       (local.set $a (i32.const {value})) {access})"
                )
                .unwrap();
                exports.push(format!("{name}_{form}"));
            }
        }
        text.push(')');
        let exports: Vec<&str> = exports.iter().map(String::as_str).collect();
        same(&text, &exports);
    }
}

fn parts_address(line: &str) -> &str {
    line.split(' ').nth(2).unwrap()
}

#[test]
fn fused_addresses_and_values() {
    same(
        "(module (memory (export \"memory\") 1)
          (func (export \"f\") (local $p i32) (local $i i32) (local $v i64) (local $q i32)
            (local.set $p (i32.const 4))
            (loop $l
              (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2)))
                         (i32.add (local.get $i) (i32.const 1000)))
              (i32.store16 (i32.add (i32.shl (local.get $i) (i32.const 1)) (i32.const 4000)) (local.get $i))
              (i32.store8 (i32.add (local.get $i) (i32.const 6000)) (i32.const 77))
              (i32.store offset=8000 (i32.shl (local.get $i) (i32.const 2))
                (i32.load (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2)))))
              (i32.store offset=9000 (i32.shl (local.get $i) (i32.const 2))
                (i32.load16_s (i32.add (i32.const 4000) (i32.shl (local.get $i) (i32.const 1)))))
              (local.set $v (i64.add (local.get $v) (i64.load32_u (i32.add (local.get $i) (local.get $i)))))
              (i64.store (i32.const 12000) (local.get $v))
              (i32.store (select (i32.add (local.get $p) (i32.const 64)) (i32.const 30000) (local.get $i))
                (i32.xor (local.get $i) (i32.shl (local.get $i) (i32.const 13))))
              (i32.store (i32.add (local.get $i) (i32.const 31000))
                (i32.add (local.get $i) (local.tee $p (i32.add (local.get $p) (i32.const 4)))))
              (i32.store (i32.add (local.get $p) (i32.const 4))
                (i32.add (local.get $i) (local.tee $p (i32.add (local.get $p) (i32.const 4)))))
              (local.set $p (select (local.get $p) (i32.const 40) (i32.lt_u (local.get $p) (i32.const 600))))
              (local.set $q (select (local.get $p) (local.get $i) (i32.and (local.get $i) (i32.const 1))))
              (local.set $q (select (local.get $p) (local.get $q) (local.get $q)))
              (local.set $q (select (i32.const 8) (i32.const 9) (local.get $q)))
              (i32.store (i32.const 32000) (i32.add (i32.load (i32.const 32000)) (local.get $q)))
              (i32.store8 (i32.sub (local.get $p) (i32.const 1)) (i32.const 1))
              (i32.store (i32.add (local.get $i) (i32.const 20000))
                (i32.and (i32.shr_u (local.get $i) (i32.const 3)) (i32.const 15)))
              (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 99))))))",
        &["f"],
    );
}

#[test]
fn bulk_memory() {
    same(
        "(module (memory (export \"memory\") 1 2) (data $d \"hello, world\") (data (i32.const 50) \"active\")
          (func (export \"f\")
            (memory.fill (i32.const 100) (i32.const 0x5a) (i32.const 5000))
            (memory.init $d (i32.const 200) (i32.const 2) (i32.const 7))
            (memory.copy (i32.const 150) (i32.const 190) (i32.const 3000))
            (memory.copy (i32.const 1500) (i32.const 150) (i32.const 4000))
            (memory.copy (i32.const 0) (i32.const 65536) (i32.const 0))
            (data.drop $d) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))
          (func (export \"fill\") (memory.fill (i32.const 65535) (i32.const 1) (i32.const 2)))
          (func (export \"copy\") (memory.copy (i32.const 60000) (i32.const 0) (i32.const 6000)))
          (func (export \"init\") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))
          (func (export \"grow\")
            (i32.store (i32.const 0) (memory.grow (i32.const 1)))
            (i32.store (i32.const 4) (memory.grow (i32.const 1)))
            (i32.store (i32.const 8) (memory.size))
            (i32.store (i32.const 131068) (memory.grow (i32.const -1)))
            (memory.fill (i32.const 65530) (i32.const 9) (i32.const 4000))))",
        &["f", "fill", "copy", "init", "grow"],
    );
}

#[test]
fn host_functions_get_and_give_every_type() {
    same(
        "(module (import \"env\" \"mix\" (func $mix (param i32 i64 f32 f64) (result i64)))
          (import \"env\" \"half\" (func $half (param f64) (result f64)))
          (import \"env\" \"nothing\" (func $nothing))
          (memory (export \"memory\") 1) (table funcref (elem $half $nothing))
          (func (export \"f\")
            (call $nothing)
            (i64.store (i32.const 0)
              (call $mix (i32.const -1) (i64.const -2) (f32.const 2.5) (f64.const -10)))
            (f64.store (i32.const 8) (call $half (call $half (f64.const 7))))
            (f64.store (i32.const 16)
              (call_indirect (param f64) (result f64) (f64.const 3) (i32.const 0)))
            (call_indirect (i32.const 1))))",
        &["f"],
    );
}

#[test]
fn tail_calls() {
    same(
        &format!(
            "(module {TO_END}
              (type $t (func (param i32 i64) (result i64)))
              (table funcref (elem $sum))
              (func $sum (param i32 i64) (result i64)
                (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
                (return_call $sum (i32.sub (local.get 0) (i32.const 1))
                  (i64.add (local.get 1) (i64.extend_i32_u (local.get 0)))))
              (func $indirect (param i64 i32) (result i64) (local i32)
                (return_call_indirect (type $t) (local.get 1) (local.get 0) (local.get 2)))
              (func $out (param i32) (return_call $log (local.get 0)))
              (func (export \"f\")
                (call $log (i32.wrap_i64 (call $sum (i32.const 100000) (i64.const 0))))
                (call $log (i32.wrap_i64 (call $indirect (i64.const 5) (i32.const 10))))
                (call $out (i32.const 31))))"
        ),
        &["f"],
    );
}

#[test]
fn globals_and_start() {
    same(
        &format!(
            "(module {TO_END}
              (global $i (mut i32) (i32.const -5)) (global $l (mut i64) (i64.const 0x1_0000_0002))
              (global $fixed f64 (f64.const 2.5)) (global $later i32 (i32.add (i32.const 3) (i32.const 4)))
              (start $start)
              (func $start (local $n i32)
                (loop $l (br_if $l (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                                             (i32.const 50))))
                (global.set $i (local.get $n)))
              (func (export \"f\")
                (call $log (global.get $i))
                (global.set $l (i64.mul (global.get $l) (i64.const 3)))
                (call $log (i32.wrap_i64 (i64.shr_u (global.get $l) (i64.const 32))))
                (call $log (i32.trunc_f64_s (global.get $fixed)))
                (call $log (global.get $later))
                (global.set $i (i32.const 8)))
              (func (export \"g\") (call $log (global.get $i))))"
        ),
        &["f", "g"],
    );
}

#[test]
fn an_import_as_the_start_function() {
    same(
        "(module (import \"env\" \"nothing\" (func $nothing)) (start $nothing)
          (memory (export \"memory\") 1)
          (func (export \"f\") (i32.store (i32.const 4) (i32.const 5))))",
        &["f"],
    );
}

#[test]
fn traps_end_the_activation_alone() {
    let mut loaded = same(
        &format!(
            "(module {TO_END}
              (func $deep (param i32) (result i32)
                (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
              (func (export \"unreachable\") (call $log (i32.const 1)) (unreachable))
              (func (export \"overflow\") (drop (call $deep (i32.const 0))))
              (func (export \"after\") (call $log (i32.const 2))))"
        ),
        &["unreachable", "overflow", "after"],
    );
    assert!(loaded.frames().is_empty());
    assert_eq!(loaded.run("overflow", 100), Outcome::Trapped(TrapKind::StackOverflow));
    let frames = loaded.frames();
    assert_eq!(frames.len(), 8);
    assert!(frames.iter().all(|frame| frame.function == 1), "{frames:?}");
}

/// A function whose frame has more slots than a field reaches.
#[test]
fn big_frames() {
    for (params, locals, ty) in
        [(3, 300, "i32"), (2, 200, "i64"), (260, 10, "i32"), (130, 130, "i64"), (125, 0, "i64")]
    {
        let wrap =
            |value: &str| if ty == "i64" { format!("(i32.wrap_i64 {value})") } else { value.to_owned() };
        let mut text = format!("(module {TO_END} (table funcref (elem $big)) (type $t (func");
        for _ in 0..params {
            write!(text, " (param {ty})").unwrap();
        }
        write!(text, " (result {ty}))) (func $big (type $t)").unwrap();
        for _ in 0..locals {
            write!(text, " (local {ty})").unwrap();
        }
        for local in 0..params + locals {
            writeln!(
                text,
                "(local.set {local} ({ty}.add (local.get {local}) ({ty}.mul (local.get {}) ({ty}.const {}))))",
                (local * 7 + 3) % (params + locals),
                local + 100_000
            )
            .unwrap();
        }
        let last = params + locals - 1;
        writeln!(
            text,
            "(loop $l (local.set {last} ({ty}.add (local.get {last}) (local.get 0)))
               (local.set 0 ({ty}.sub (local.get 0) ({ty}.const 1)))
               (br_if $l (i32.and {} (i32.const 15))))",
            wrap("(local.get 0)")
        )
        .unwrap();
        text.push_str("(local.get 0)");
        for local in 1..params + locals {
            write!(text, "(local.get {local})").unwrap();
        }
        for _ in 1..params + locals {
            write!(text, "({ty}.xor)").unwrap();
        }
        text.push(')');
        let arguments: String = (0..params).map(|n| format!("({ty}.const {})", n * 3 + 1)).collect();
        writeln!(
            text,
            "(func (export \"f\") (call $log {}) (call $log {}))
             (func (export \"deep\") {} (call $big {arguments}) {} (call $log {})))",
            wrap(&format!("(call $big {arguments})")),
            wrap(&format!("(call_indirect (type $t) {arguments} (i32.const 0))")),
            "(i64.const 1)".repeat(150),
            "drop".repeat(0),
            if ty == "i64" { "(i32.wrap_i64)" } else { "" },
        )
        .unwrap();
        // The values held across the last call are dropped at the end.
        let text = text.replace(
            "(call $log (i32.wrap_i64))))",
            &format!("(call $log (i32.wrap_i64)) {}))", "(drop)".repeat(150)),
        );
        let text = text.replace("(call $log )))", &format!("(call $log) {}))", "(drop)".repeat(150)));
        same(&text, &["f", "deep"]);
    }
}

#[test]
fn long_branches() {
    let mut padding = String::new();
    for n in 0..400 {
        write!(padding, "(local.set $y (i32.xor (local.get $y) (i32.const {})))", 1000 + n).unwrap();
    }
    same(
        &format!(
            "(module {TO_END}
              (func (export \"f\") (local $x i32) (local $y i32) (local $n i32)
                (loop $a
                  (if (i32.lt_s (local.get $x) (i32.const 3)) (then {padding}) (else {padding}{padding}))
                  (call $log (local.get $y))
                  (br_if $a (i32.ne (local.tee $x (i32.add (local.get $x) (i32.const 1))) (i32.const 5))))
                (local.set $n (i32.const 4))
                (loop $b {padding}
                  (br_if $b (i32.ne (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $n)))
                  (br_if $b (i32.gt_s (local.get $n) (i32.const 100))))
                (loop $c {padding}
                  (br_if $c (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (call $log (local.get $y))))"
        )
        .replace("(local.set $n (i32.const 4))", "(local.set $n (i32.const 9))"),
        &["f"],
    );
}
