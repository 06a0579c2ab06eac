// SPDX-License-Identifier: Apache-2.0
//! Modules that are refused, and why; the region always comes back whole.

mod common;

use common::{Bench, LIMITS, Names, REGION_BYTES, Script, leak, module};
use sampan_engine::{Engine, Limits, Outcome, Status};

const MODULE: &str = r#"(module (memory (export "memory") 1) (func (export "run")))"#;

#[test]
fn a_region_of_any_size_is_enough_or_refused() {
    let mut bench = Bench::new();
    let image = module(MODULE);
    let mut loads = 0;
    for bytes in (0..120 * 1024).step_by(253) {
        match bench.try_load_in(image, bytes) {
            Ok(instance) => {
                loads += 1;
                bench.unload(instance);
            }
            Err((status, detail)) => {
                assert_eq!((status, loads), (Status::NoMemory, 0), "{bytes}");
                assert!(!detail.is_empty());
            }
        }
        assert_eq!(bench.arena.used(), bench.at_rest);
    }
    assert!(loads > 0);
}

#[test]
fn many_short_functions_are_no_offence() {
    let mut bench = Bench::new();
    let text = format!(r#"(module (func (export "run")) {})"#, "(func)".repeat(1000));
    let instance = bench.try_load_in(module(&text), 4 * REGION_BYTES).unwrap();
    bench.unload(instance);
}

#[test]
fn what_the_engine_does_not_run_is_told() {
    use Status::{BadImage, ImportType, NoMemory, UnknownImport, Unsupported};
    let locals = "i32 ".repeat(513);
    let params = "i32 ".repeat(33);
    let mut bench = Bench::new();
    for (text, expected) in [
        (r#"(module (func $s) (start $s) (func (export "run")))"#.to_owned(), Unsupported),
        (r#"(module (func $s (loop (br 0))) (start $s))"#.to_owned(), Unsupported),
        (r#"(module (import "host" "nothing" (func)))"#.to_owned(), UnknownImport),
        (r#"(module (import "env" "log" (func)))"#.to_owned(), UnknownImport),
        (r#"(module (import "host" "log" (func (param funcref))))"#.to_owned(), ImportType),
        (r#"(module (import "host" "log" (func (result i32 i32))))"#.to_owned(), ImportType),
        (r#"(module (import "env" "memory" (memory 1)))"#.to_owned(), Unsupported),
        (r#"(module (import "env" "table" (table 1 funcref)))"#.to_owned(), Unsupported),
        (r#"(module (import "env" "global" (global i32)))"#.to_owned(), Unsupported),
        (r#"(module (memory 1) (memory 1))"#.to_owned(), Unsupported),
        (r#"(module (memory i64 1))"#.to_owned(), Unsupported),
        (r#"(module (memory 1 1 shared))"#.to_owned(), Unsupported),
        (r#"(module (tag))"#.to_owned(), Unsupported),
        (r#"(module (func (result v128) (v128.const i32x4 0 0 0 0)))"#.to_owned(), Unsupported),
        (r#"(module (func $f (return_call $f)))"#.to_owned(), Unsupported),
        (r#"(module (type (struct)))"#.to_owned(), Unsupported),
        (r#"(component)"#.to_owned(), Unsupported),
        (r#"(module (memory 60000))"#.to_owned(), NoMemory),
        (r#"(module (memory 9))"#.to_owned(), NoMemory),
        (r#"(module (table 200000 funcref))"#.to_owned(), NoMemory),
        (r#"(module (table 4000000000 funcref))"#.to_owned(), NoMemory),
        (r#"(module (memory 1) (data (i32.const 65535) "ab"))"#.to_owned(), BadImage),
        (r#"(module (table 1 funcref) (func $f) (elem (i32.const 1) $f))"#.to_owned(), BadImage),
        (r#"(module (func i32.add drop))"#.to_owned(), BadImage),
        (format!(r#"(module (func (local {locals})))"#), Unsupported),
        (format!(r#"(module (func (param {params})))"#), Unsupported),
    ] {
        let image = module(&text);
        assert!(bench.engine.accepts(image));
        let (status, detail) = bench.try_load_in(image, REGION_BYTES).map(drop).unwrap_err();
        assert_eq!(status, expected, "{text}: {detail}");
        assert_eq!(detail.is_empty(), status == UnknownImport, "{text}");
        assert_eq!(bench.arena.used(), bench.at_rest);
    }
}

#[test]
fn what_is_no_module_is_not_accepted_or_bad() {
    let mut bench = Bench::new();
    for image in [&b""[..], b"\0as", b"\x7fELF\x01\x01\x01", b"SPAN1234"] {
        assert!(!bench.engine.accepts(image));
        let (status, _) = bench.try_load_in(image, REGION_BYTES).map(drop).unwrap_err();
        assert_eq!(status, Status::BadImage);
        assert_eq!(bench.engine.memory_need(image, &LIMITS), Err(Status::BadImage));
    }
    assert_eq!(
        bench.try_load_in(b"\0asm\x02\0\0\0", REGION_BYTES).map(drop).unwrap_err().0,
        Status::Unsupported
    );
}

const RICH: &str = r#"(module (import "host" "log" (func $log (param i32)))
  (type $t (func (param i32) (result i32))) (table 3 funcref) (elem (i32.const 0) $f $f) (memory (export "memory") 1 2)
  (global (mut i32) (i32.const 4)) (data (i32.const 1) "abc")
  (func $f (param i32) (result i32) (local i64 f32) (block (br_table 0 0 (local.get 0))) (i32.const 7))
  (func (export "run") (call $log (call_indirect (type $t) (i32.const 1) (i32.const 1)))))"#;

/// A small generator: the tests need variety, not chance.
struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 as usize
    }
}

/// Loads and, if that worked, runs for a while; whatever happens, nothing may be left.
fn try_out(bench: &mut Bench, image: Vec<u8>) -> bool {
    let image = leak(image);
    let loaded = match bench.try_load_in(image, REGION_BYTES) {
        Err(_) => false,
        Ok(mut instance) => {
            if bench.engine.begin(&mut instance, "run").is_ok() {
                for _ in 0..20 {
                    let activation = bench.engine.resume(&mut instance, None, 500, &mut Script::default());
                    assert_ne!(activation.outcome, Outcome::EngineFault);
                    if activation.outcome != Outcome::Yielded {
                        break;
                    }
                }
            }
            bench.unload(instance);
            true
        }
    };
    assert_eq!(bench.arena.used(), bench.at_rest);
    loaded
}

#[test]
fn truncated_modules_are_refused() {
    let image = module(RICH);
    let mut bench = Bench::new();
    let loaded: Vec<usize> =
        (0..=image.len()).filter(|&len| try_out(&mut bench, image[..len].to_vec())).collect();
    // Whole sections may be missing at the end, as long as none is promised.
    assert_eq!(loaded.last(), Some(&image.len()));
    assert!(loaded.len() < 8, "{loaded:?}");
}

#[test]
fn mutated_modules_harm_nobody() {
    let image = module(RICH);
    let mut bench = Bench::new();
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let mut mutant = image.to_vec();
        for _ in 0..=random.next() % 3 {
            let idx = 8 + random.next() % (mutant.len() - 8);
            mutant[idx] = random.next() as u8;
        }
        match try_out(&mut bench, mutant) {
            true => loaded += 1,
            false => refused += 1,
        }
    }
    assert!(loaded > 100 && refused > 100, "{loaded} {refused}");
}

#[test]
fn the_estimate_suffices_for_ordinary_modules() {
    let mut bench = Bench::new();
    for text in [MODULE, RICH] {
        let image = module(text);
        let need = bench.engine.memory_need(image, &LIMITS).unwrap();
        assert!(!need.exact);
        let instance = bench.try_load_in(image, need.bytes as usize).unwrap();
        bench.unload(instance);
    }
}

#[test]
fn stacks_of_any_size_are_clamped_or_refused() {
    let mut bench = Bench::new();
    let image = module(MODULE);
    for stack_bytes in [0, 1, 100, 1000, 65_536, 300_000_000, u32::MAX] {
        let region = bench.arena.allocate(REGION_BYTES).unwrap();
        match bench.engine.load(image, region, &Limits { stack_bytes }, &mut Names::default()) {
            Ok(mut instance) => {
                assert!(stack_bytes < 400_000);
                assert_eq!(bench.run(&mut instance, 100, &mut Script::default()).outcome, Outcome::Finished);
                bench.unload(instance);
            }
            Err(error) => {
                assert_eq!((error.status, stack_bytes > 400_000), (Status::NoMemory, true));
                bench.arena.free(error.region);
            }
        }
    }
}

#[test]
fn what_wasmi_gets_wrong_is_kept_from_it() {
    let mut bench = Bench::new();
    let many_types = "(type (func))".repeat(1024);
    let wrong = [
        "(func (param i32) (drop (select (i32.const 1) (local.get 0) (i32.eqz (local.get 0)))))",
        "(func (param i32) (drop (select (i32.const 1) (local.get 0) (i32.eq (local.get 0) (i32.const 0)))))",
        "(func (param i32) (drop (select (i32.const 1) (local.get 0) (i32.ne (i32.const 0) (local.get 0)))))",
        "(func (param i32) (drop (select (result i32) (i32.const 1) (local.get 0) (i32.eqz (local.get 0)))))",
        "(global i32 (i32.const 0))
         (func (param i32) (drop (select (i32.const 1) (i32.const 2) (i32.eq (local.get 0) (global.get 0)))))",
        "(func (param i32) (local.get 0) (i64.const 1) (block (param i64) (drop)) (drop))",
        "(func (i64.const 1) (loop (param i64) (drop)))",
        "(func (i64.const 1) (i32.const 1) (if (param i64) (then (drop)) (else (drop))))",
        &format!("{many_types} (type $t (func (result i32 i32))) (func (block (type $t) (unreachable)) (drop) (drop))"),
    ];
    for text in wrong {
        let text = format!("(module {text})");
        let (status, detail) = bench.try_load_in(module(&text), REGION_BYTES).map(drop).unwrap_err();
        assert_eq!(status, Status::Unsupported, "{text}: {detail}");
        assert!(detail.contains("wasmi gets wrong"), "{text}: {detail}");
        assert_eq!(bench.arena.used(), bench.at_rest);
    }
    let right = [
        "(func (param i32) (drop (select (i32.const 1) (local.get 0) (i32.eq (local.get 0) (i32.const 7)))))",
        "(func (param i32 i32) (drop (select (i32.const 1) (local.get 0) (i32.ne (local.get 0) (local.get 1)))))",
        "(func (param i64) (drop (select (i32.const 1) (i32.const 2) (i64.eqz (local.get 0)))))",
        "(func (param i32) (drop (select (i32.const 1) (local.get 0) (local.get 0))) (drop (i32.eqz (local.get 0))))",
        "(func (result i32 i32) (block (result i32 i32) (i32.const 1) (i32.const 2)))",
    ];
    for text in right {
        let instance = bench.try_load_in(module(&format!("(module {text})")), REGION_BYTES);
        bench.unload(instance.unwrap_or_else(|refusal| panic!("{text}: {refusal:?}")));
    }
}
