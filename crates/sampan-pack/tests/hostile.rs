// SPDX-License-Identifier: Apache-2.0
//! Images that no packer made, modules that nobody would write, and requests out of turn.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use std::fmt::Write;

use sampan_engine::{
    Arena, Engine, Host, HostFunction, HostReply, Limits, Linker, Outcome, Status, TrapKind, ValueType,
};
use sampan_engine_packed::PackedEngine;
use sampan_pack::{Options, PackErrorKind, pack};
use support::{Imports, Loaded, Recorder, leak};

const PROGRAM: &str = "(module
    (import \"env\" \"log\" (func $log (param i32))) (import \"env\" \"half\" (func $half (param f64) (result f64)))
    (memory (export \"memory\") 2048 4096 (pagesize 1)) (data (i32.const 100) \"some data\") (data $d \"passive\")
    (table $t 6 12 funcref) (elem (i32.const 1) $twice $log) (elem $e func $twice) (global $g (mut i64) (i64.const 5))
    (func $twice (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
    (func $sum (param i32 i64) (result i64) (local $i i32) (local $s i64)
      (loop $l
        (local.set $s (i64.add (local.get $s) (i64.load16_s (i32.add (local.get 0) (local.get $i)))))
        (i32.store8 offset=300 (local.get $i) (i32.wrap_i64 (local.get $s)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))
      (i64.rotl (local.get $s) (local.get 1)))
    (func (export \"f\") (local $x i32) (local $n i32)
      (block $out (loop $l
        (local.set $x (call_indirect (param i32) (result i32) (local.get $n) (i32.const 1)))
        (global.set $g (i64.add (global.get $g) (call $sum (i32.const 90) (i64.extend_i32_u (local.get $x)))))
        (i64.store offset=1200 (i32.shl (local.get $n) (i32.const 3)) (global.get $g))
        (br_table $out $l $l 0 (i32.and (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 7)))))
      (memory.init $d (i32.const 700) (i32.const 1) (i32.const 4))
      (memory.copy (i32.const 800) (i32.const 0) (i32.const 600))
      (memory.fill (i32.const 1500) (local.get $x) (i32.const 100))
      (drop (memory.grow (i32.const 16)))
      (table.set $t (i32.const 0) (ref.func $twice))
      (table.init $t $e (i32.const 3) (i32.const 0) (i32.const 1))
      (drop (table.grow $t (ref.null func) (i32.const 2)))
      (f64.store (i32.const 0) (call $half (f64.convert_i64_s (global.get $g))))
      (i32.store (i32.const 8) (i32.trunc_sat_f64_u (f64.sqrt (f64.load (i32.const 0)))))
      (call $log (select (local.get $x) (i32.const 5) (i32.lt_s (local.get $n) (local.get $x))))))";

fn image() -> Vec<u8> {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    pack(&wasm, &Options { memory_bytes: Some(3000), table_entries: 9 }).unwrap().image
}

/// A generator of numbers: xorshift.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Links whatever is asked for.
struct Anything;

impl Linker for Anything {
    fn resolve(
        &mut self,
        _module: &str,
        _name: &str,
        _params: &[ValueType],
        _results: &[ValueType],
    ) -> Result<HostFunction, Status> {
        Ok(HostFunction(0))
    }
}

impl Host for Anything {
    fn call(&mut self, _function: HostFunction, values: &mut [u64], memory: &mut [u8]) -> HostReply {
        values[0] = memory.len() as u64;
        HostReply::Return
    }
}

/// An accepted image, whatever it does, keeps to its region and comes back within its fuel.
#[test]
fn mutated_images_are_refused_or_confined() {
    const GUARD: u8 = 0xc3;
    let original = image();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let rounds = std::env::var("SAMPAN_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let limits = Limits { stack_bytes: 1024 };
    let (mut accepted, mut executed) = (0, 0);
    let words: &'static mut [u32] = Vec::leak(vec![0; original.len() / 4]);
    let start = words.as_mut_ptr().cast::<u8>();
    let memory: &'static mut [u8] = Vec::leak(vec![GUARD; 64 * 1024]);
    let memory_start = memory.as_mut_ptr();
    for round in 0..rounds {
        let mut mutated = original.clone();
        for _ in 0..=numbers.next(3) {
            let at = numbers.next(mutated.len());
            mutated[at] = match numbers.next(4) {
                0 => mutated[at] ^ 1 << numbers.next(8),
                1 => mutated[at].wrapping_add(numbers.next(9) as u8).wrapping_sub(4),
                2 => mutated[numbers.next(original.len())],
                _ => numbers.next(256) as u8,
            };
        }
        // SAFETY: as many bytes as words; nothing made of the last image is used any more.
        unsafe { core::ptr::copy_nonoverlapping(mutated.as_ptr(), start, mutated.len()) };
        // SAFETY: as above.
        let image = unsafe { core::slice::from_raw_parts(start.cast_const(), mutated.len()) };
        let mut engine = PackedEngine::new();
        if !engine.accepts(image) {
            continue;
        }
        let Ok(need) = engine.memory_need(image, &limits) else { continue };
        if need.bytes > 32 * 1024 {
            continue;
        }
        // SAFETY: 64 KB, which no instance uses any more.
        let memory = unsafe { core::slice::from_raw_parts_mut(memory_start, 64 * 1024) };
        let mut arena = Arena::new(memory);
        let before = arena.allocate(64).unwrap();
        let Some(region) = arena.allocate(need.bytes as usize) else { continue };
        let mut after = arena.allocate(4096).unwrap();
        let mut before = before;
        before.bytes().fill(GUARD);
        after.bytes().fill(GUARD);
        let Ok(mut instance) = engine.load(image, region, &limits, &mut Anything) else { continue };
        accepted += 1;
        if engine.begin(&mut instance, "f").is_ok() {
            for _ in 0..20 {
                let activation = engine.resume(&mut instance, None, 500, &mut Anything);
                assert!(activation.fuel < 500 + original.len() as u64 * 2, "round {round}: {activation:?}");
                executed += 1;
                if activation.outcome != Outcome::Yielded {
                    break;
                }
            }
        }
        let guards = before.bytes().iter().chain(after.bytes().iter());
        assert!(guards.into_iter().all(|&byte| byte == GUARD), "round {round} wrote outside its region");
    }
    assert!(accepted > rounds / 20, "{accepted} of {rounds} accepted");
    assert!(executed > rounds / 40);
}

#[test]
fn every_truncation_is_refused() {
    let image = image();
    let engine = PackedEngine::new();
    let limits = Limits { stack_bytes: 1024 };
    for len in 0..image.len() {
        assert!(engine.memory_need(&image[..len], &limits).is_err(), "{len} bytes");
    }
    let mut longer = image.clone();
    longer.extend([0; 4]);
    assert!(engine.memory_need(&longer, &limits).is_err());
    assert!(!engine.accepts(&image[..3]));
    let mut version = image;
    version[3] += 1;
    assert!(!engine.accepts(&version));
}

#[test]
fn a_region_one_byte_too_small_is_refused_and_comes_back() {
    let image = leak(&image());
    let limits = Limits { stack_bytes: 1000 };
    let mut engine = PackedEngine::new();
    let need = engine.memory_need(image, &limits).unwrap();
    let mut arena = Arena::new(Vec::leak(vec![0; 32 * 1024]));
    let region = arena.allocate(need.bytes as usize - 1).unwrap();
    let error = engine.load(image, region, &limits, &mut Imports).err().unwrap();
    assert_eq!((error.status, error.region.len()), (Status::NoMemory, need.bytes as usize - 1));
    arena.free(error.region);
    let region = arena.allocate(need.bytes as usize).unwrap();
    let instance = engine.load(image, region, &limits, &mut Imports).unwrap();
    assert_eq!(engine.usage(&instance).region, need.bytes);
    arena.free(engine.unload(instance));
    assert_eq!(arena.used(), 0);
}

#[test]
fn calls_out_of_turn_and_reset() {
    let mut loaded = Loaded::from_image(&image()).unwrap();
    let (engine, instance) = (&mut loaded.engine, &mut loaded.instance);
    assert!(engine.exports(instance, "f") && !engine.exports(instance, "g"));
    assert_eq!(engine.begin(instance, "g"), Err(Status::NotFound));
    let mut host = Recorder { parks: true, ..Recorder::default() };
    assert_eq!(engine.begin(instance, "f"), Ok(()));
    assert_eq!(engine.begin(instance, "f"), Err(Status::WrongState));
    let mut outcome = Outcome::Yielded;
    while outcome == Outcome::Yielded {
        outcome = engine.resume(instance, None, 1000, &mut host).outcome;
    }
    assert_eq!(outcome, Outcome::Waiting);
    assert_eq!(engine.resume(instance, None, 1000, &mut host).outcome, Outcome::EngineFault);
    assert_eq!(engine.begin(instance, "f"), Err(Status::WrongState));
    assert!(engine.memory(instance).is_empty());
    assert_eq!(engine.reset(instance, &mut Imports), Ok(()));
    assert_eq!(engine.memory(instance).len(), 2048);
    assert_eq!(&engine.memory(instance)[100..104], b"some");
    let first = loaded.run("f", 100);
    let memory = loaded.memory().to_vec();
    loaded.engine.reset(&mut loaded.instance, &mut Imports).unwrap();
    assert_eq!((loaded.run("f", 3), first), (Outcome::Finished, Outcome::Finished));
    assert!(loaded.memory() == memory);
}

/// Ends or traps the activation from a host function.
struct Ender(HostReply);

impl Host for Ender {
    fn call(&mut self, _function: HostFunction, _values: &mut [u64], _memory: &mut [u8]) -> HostReply {
        self.0
    }
}

#[test]
fn host_functions_end_activations() {
    let mut loaded = Loaded::from_image(&image()).unwrap();
    for (reply, expected) in [
        (HostReply::End, Outcome::Ended),
        (HostReply::Trap(TrapKind::Unreachable), Outcome::Trapped(TrapKind::Unreachable)),
    ] {
        loaded.engine.begin(&mut loaded.instance, "f").unwrap();
        let mut ender = Ender(reply);
        let activation = loaded.engine.resume(&mut loaded.instance, None, u32::MAX, &mut ender);
        assert_eq!(activation.outcome, expected);
        assert_eq!(loaded.frames().len(), 1);
    }
}

#[test]
fn trap_locations_lead_to_the_module() {
    let wasm = wat::parse_str(
        "(module (import \"env\" \"nothing\" (func))
          (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
          (func (export \"f\") (drop (call $inner (i32.const 0)))))",
    )
    .unwrap();
    let packed = pack(&wasm, &Options::default()).unwrap();
    let mut loaded = Loaded::from_image(&packed.image).unwrap();
    assert_eq!(loaded.run("f", 1000), Outcome::Trapped(TrapKind::DivisionByZero));
    let frames = loaded.frames();
    let functions: Vec<u32> = frames.iter().map(|frame| frame.function).collect();
    assert_eq!(functions, [1, 2]);
    let (function, offset) = packed.debug_map.find(frames[0].offset).unwrap();
    assert_eq!((function.index, function.name.as_str()), (1, "inner"));
    // i32.div_u
    assert_eq!(wasm[offset as usize], 0x6e);
    let (_, offset) = packed.debug_map.find(frames[1].offset).unwrap();
    // call
    assert_eq!(wasm[offset as usize], 0x10);
}

#[test]
fn hostile_modules_are_packed_or_refused() {
    let many = |what: &str, count: usize| what.repeat(count);
    for (text, packs) in [
        (format!("(module (func (export \"f\") {}))", many("(local i64)", 10_000)), true),
        (format!("(module (func (export \"f\") {}))", many("(local i64)", 40_000)), false),
        (format!("(module (func (export \"f\") {} {}))", many("block ", 1333), many("end ", 1333)), true),
        (format!("(module (func {}) (func (export \"f\")))", many("(param i64)", 1000)), true),
        (format!("(module (func (export \"f\") (br_table {} 0 (i32.const 1))))", many("0 ", 50_000)), true),
        ("(module (table 100000 funcref) (func (export \"f\")))".to_owned(), false),
        (
            format!("(module (func (export \"f\") {} {}))", many("i32.const 1 ", 5000), many("drop ", 5000)),
            true,
        ),
    ] {
        let wasm = wat::parse_str(&text).unwrap();
        match pack(&wasm, &Options::default()) {
            Ok(packed) => {
                assert!(packs);
                if let Ok(mut loaded) = Loaded::from_image(&packed.image) {
                    let outcome = loaded.run("f", 1000);
                    assert!(
                        matches!(outcome, Outcome::Finished | Outcome::Trapped(TrapKind::StackOverflow)),
                        "{outcome:?}"
                    );
                }
            }
            Err(error) => {
                assert!(!packs, "{error}");
                assert_eq!(error.kind, PackErrorKind::Unsupported);
            }
        }
    }
}

#[test]
fn refusals_name_function_and_offset() {
    let wasm = wat::parse_str("(module (func) (func (drop (v128.const i64x2 0 0))))").unwrap();
    let error = pack(&wasm, &Options::default()).unwrap_err();
    assert_eq!((error.kind, error.function), (PackErrorKind::Unsupported, Some(1)));
    assert_eq!(wasm[error.offset.unwrap() as usize], 0xfd, "{error}");
    let error = pack(b"\0asm\x01\0\0\0\xff", &Options::default()).unwrap_err();
    assert_eq!(error.kind, PackErrorKind::Invalid);
    for (text, part) in [
        ("(module (import \"a\" \"b\" (memory 1)))", "import a.b is a memory"),
        ("(module (import \"a\" \"b\" (func (param externref))))", "reference"),
        ("(module (memory i64 1))", "memory64"),
    ] {
        let error = pack(&wat::parse_str(text).unwrap(), &Options::default()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(error.kind, PackErrorKind::Unsupported);
    }
    let outside = "(module (memory 1) (data (i32.const 65536) \"x\"))";
    let error = pack(&wat::parse_str(outside).unwrap(), &Options::default()).unwrap_err();
    assert_eq!(error.kind, PackErrorKind::OutOfBounds);
}

/// Else a loop of calls would stretch a slice by what the functions are long.
#[test]
fn a_unit_of_fuel_pays_for_a_word_at_least() {
    const WORDS: usize = 500;
    const CALLS: u64 = 40;
    let square = "(local.set 0 (i32.mul (local.get 0) (local.get 0)))".repeat(WORDS);
    // What nobody reads would be left out.
    let long = format!("{square} (global.set 0 (local.get 0))");
    for call in [
        "(call $first (local.get $i))",
        "(call $last (local.get $i))",
        "(call_indirect (param i32) (local.get $i) (i32.const 0))",
        "(call $tail (local.get $i))",
    ] {
        let text = format!(
            "(module (table 1 funcref) (elem (i32.const 0) $first) (global (mut i32) (i32.const 0))
              (func $first (param i32) {long})
              (func $tail (param i32) (return_call $last (local.get 0)))
              (func (export \"f\") (local $i i32)
                (loop $l
                  {call}
                  (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {CALLS})))))
              (func $last (param i32) {long}))"
        );
        let mut loaded = Loaded::new(&wat::parse_str(&text).unwrap());
        assert_eq!(loaded.run("f", 1000), Outcome::Finished);
        let most = CALLS * (WORDS as u64 * 2 + 40);
        assert!((CALLS * WORDS as u64..most).contains(&loaded.fuel), "{call}: {}", loaded.fuel);
    }
}

#[test]
fn packing_is_deterministic_and_functions_are_named() {
    let mut text = String::from("(module (memory 1) (func (export \"f\")");
    for n in 0..50 {
        write!(text, "(i32.store (i32.const {}) (i32.const {}))", n * 64, n * 1_000_003).unwrap();
    }
    text.push_str("))");
    let wasm = wat::parse_str(&text).unwrap();
    let (first, second) =
        (pack(&wasm, &Options::default()).unwrap(), pack(&wasm, &Options::default()).unwrap());
    assert!(first.image == second.image && first.debug_map == second.debug_map);
}
