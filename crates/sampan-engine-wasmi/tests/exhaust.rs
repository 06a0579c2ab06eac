// SPDX-License-Identifier: Apache-2.0
//! The n-th allocation fails, for every n of a load, a run and a reset: a clean end, each time.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{Bench, LIMITS, Names, REGION_BYTES, Script, module};
use sampan_engine::{Engine, Outcome, Status, TrapKind};
use sampan_engine_wasmi::WasmiInstance;
use sampan_engine_wasmi::fault::{Fault, arm, disarm};

/// A container that counts for ever: what happens to another must not disturb it.
struct Bystander {
    instance: WasmiInstance,
    host: Script,
}

impl Bystander {
    fn new(bench: &mut Bench) -> Self {
        let mut instance = bench.load_text(
            r#"(module (import "host" "park" (func $park (param i32) (result i32)))
               (import "host" "log" (func $log (param i32))) (memory (export "memory") 1)
               (func (export "run") (loop $again
                 (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (call $park (i32.const 0))))
                 (call $log (i32.load (i32.const 8))) (br $again))))"#,
        );
        bench.engine.begin(&mut instance, "run").unwrap();
        let mut host = Script::default();
        assert_eq!(bench.engine.resume(&mut instance, None, 1000, &mut host).outcome, Outcome::Waiting);
        Self { instance, host }
    }

    fn turn(&mut self, bench: &mut Bench) {
        let activation = bench.engine.resume(&mut self.instance, Some(1), 1000, &mut self.host);
        assert_eq!(activation.outcome, Outcome::Waiting);
        assert_eq!(self.host.logged.last().copied(), Some(self.host.logged.len() as u64));
    }
}

/// Loads, runs and resets `image` with the n-th allocation failing, until none is left to fail.
fn exhaust(text: &str) -> (u32, u32) {
    let image = module(text);
    let mut bench = Bench::new();
    let mut bystander = Bystander::new(&mut bench);
    let at_rest = bench.arena.used();
    let (mut in_load, mut later) = (0, 0);
    for nth in 1.. {
        let region = bench.arena.allocate(REGION_BYTES).unwrap();
        arm(nth, Fault::NoMemory);
        match bench.engine.load(image, region, &LIMITS, &mut Names::default()) {
            Err(error) => {
                disarm();
                in_load += 1;
                assert_eq!((error.status, error.region.len()), (Status::NoMemory, REGION_BYTES), "{nth}");
                bench.arena.free(error.region);
            }
            Ok(mut instance) => {
                let done = outlive(&mut bench, &mut instance, nth);
                later += u32::from(!done);
                bench.unload(instance);
                if done {
                    return (in_load, later);
                }
            }
        }
        assert_eq!(bench.arena.used(), at_rest);
        bystander.turn(&mut bench);
    }
    (in_load, later)
}

/// Runs and resets it; whether no allocation failed.
fn outlive(bench: &mut Bench, instance: &mut WasmiInstance, nth: u32) -> bool {
    bench.engine.begin(instance, "run").unwrap();
    let outcome = bench.finish(instance, 100, &mut Script::default()).outcome;
    let legal = [
        Outcome::Finished,
        Outcome::OutOfMemory,
        // A growth that was refused, and a module that didn't look.
        Outcome::Trapped(TrapKind::MemoryOutOfBounds),
    ];
    assert!(legal.contains(&outcome), "{nth}: {outcome:?}");
    let reset = bench.engine.reset(instance, &mut Names::default());
    let left = disarm();
    if reset.is_err() {
        assert_eq!((reset, outcome), (Err(Status::NoMemory), Outcome::Finished));
        bench.engine.reset(instance, &mut Names::default()).unwrap();
    }
    assert_eq!(bench.run(instance, 1000, &mut Script::default()).outcome, Outcome::Finished);
    left
}

#[test]
fn an_ordinary_module() {
    let (in_load, later) = exhaust(
        r#"(module (import "host" "park" (func $park (result i32)))
           (import "host" "double" (func $double (param f64) (result f64)))
           (memory (export "memory") 1) (table 4 funcref) (elem (i32.const 0) $a $b)
           (data (i32.const 0) "data") (data $passive "more")
           (func $a (drop (call $park))) (func $b (drop (call $double (f64.const 1))))
           (func (export "run")
             (drop (memory.grow (i32.const 1)))
             (memory.init $passive (i32.const 65536) (i32.const 0) (i32.const 4))
             (call_indirect (i32.const 0)) (call_indirect (i32.const 1))))"#,
    );
    assert!(in_load > 100 && later > in_load, "{in_load} {later}");
}

#[test]
fn deeply_nested_blocks() {
    let (open, close) = ("(block ".repeat(400), ")".repeat(400));
    exhaust(&format!(r#"(module (func (export "run") {open} {close}))"#));
}

#[test]
fn as_many_locals_as_are_let_in() {
    let locals = "i64 ".repeat(300);
    let function = format!("(func (local {locals}) {})", "nop ".repeat(60));
    exhaust(&format!(r#"(module (func (export "run")) {})"#, function.repeat(10)));
}

#[test]
fn as_many_parameters_as_are_let_in() {
    let params = "i32 ".repeat(32);
    exhaust(&format!(
        r#"(module (func (param {params}) (result {params}) unreachable) (func (export "run")))"#
    ));
}

#[test]
fn a_huge_branch_table() {
    let targets = "0 1 ".repeat(2000);
    exhaust(&format!(r#"(module (func (export "run") (block (block (br_table {targets} (i32.const 1))))))"#));
}

#[test]
fn a_large_table() {
    exhaust(r#"(module (table 100000 funcref) (func (export "run")))"#);
}

#[test]
fn a_deep_operand_stack() {
    let (push, drop) = ("(i32.const 1) ".repeat(350), "drop ".repeat(350));
    exhaust(&format!(r#"(module (func (export "run") {push} {drop}))"#));
}

#[test]
fn many_types_and_functions() {
    let functions: String = (0..120)
        .map(|idx| {
            let params: String =
                (0..7).map(|bit| if idx >> bit & 1 == 1 { "i32 " } else { "i64 " }).collect();
            format!("(func (param {params}) {})", "nop ".repeat(45))
        })
        .collect();
    exhaust(&format!(r#"(module (func (export "run")) {functions})"#));
}
