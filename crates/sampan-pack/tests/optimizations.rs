// SPDX-License-Identifier: Apache-2.0
//! Every optimisation: where it's made, and next to it where it must not be.
//!
//! What the code has become is read from its disassembly; that it computes the same is compared with wasmi.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use sampan_engine::{Outcome, TrapKind};
use sampan_pack::{Options, pack};
use sampan_packed_format::Disassembled;
use sampan_packed_format::image::{HEADER_WORDS, Header, Layout};
use support::{Loaded, same};
use wasmparser::{Operator, Parser, Payload};

/// Code of a packed module, one operation a line.
fn code(wasm: &[u8]) -> Vec<String> {
    let image = pack(wasm, &Options::default()).unwrap().image;
    let words: Vec<u32> =
        image.chunks_exact(4).map(|quad| u32::from_le_bytes(quad.try_into().unwrap())).collect();
    let header = Header::from_words(words[..HEADER_WORDS].try_into().unwrap()).unwrap();
    let layout = Layout::of(&header).unwrap();
    words[layout.code as usize / 4..layout.constants as usize / 4]
        .iter()
        .enumerate()
        .map(|(position, &word)| Disassembled { word, position: position as u32 }.to_string())
        .collect()
}

/// Runs `f` of a module on both engines, and returns its code. The module has a memory of a page with some bytes in
/// it, a host function `$log`, and the function itself.
fn optimized(locals: &str, body: &str) -> Vec<String> {
    let text = format!(
        "(module (import \"env\" \"log\" (func $log (param i32)))
          (memory (export \"memory\") 1) (data (i32.const 0) \"a few bytes\\ff\\80\\7f\\00 and more\")
          (func (export \"f\") {locals} {body}))"
    );
    same(&text, &["f"]);
    code(&wat::parse_str(&text).unwrap())
}

/// Whether there is an operation with this mnemonic.
fn has(code: &[String], mnemonic: &str) -> bool {
    count(code, mnemonic) > 0
}

fn count(code: &[String], mnemonic: &str) -> usize {
    code.iter().filter(|line| line.split(' ').next() == Some(mnemonic)).count()
}

#[test]
fn copies_share_a_slot() {
    let counting = |after: &str| {
        format!(
            "(loop $l
              (local.set $b (i32.add (local.get $a) (i32.const 3)))
              (call $log (local.get $b))
              (local.set $a (local.get $b))
              {after}
              (br_if $l (i32.lt_u (local.get $a) (i32.const 30))))
            (call $log (local.get $b))"
        )
    };
    let locals = "(local $a i32) (local $b i32)";
    let merged = optimized(locals, &counting(""));
    let moves = merged.iter().filter(|line| line.starts_with("move ")).count();
    // One is left: the argument of the host function.
    assert_eq!(moves, 2, "{merged:#?}");
    let apart = optimized(locals, &counting("(local.set $a (i32.add (local.get $a) (i32.const 1)))"));
    assert!(has(&apart, "addi"), "{apart:#?}");
}

/// A copy that lives on while what it was made from changes in place.
#[test]
fn copies_that_part_keep_their_slots() {
    let code = optimized(
        "(local $a i32) (local $b i32)",
        "(local.set $a (i32.load8_u (i32.const 1)))
         (local.set $b (local.get $a))
         (if (i32.load8_u (i32.const 2)) (then (local.set $a (i32.mul (local.get $a) (i32.const 5)))))
         (local.set $a (select (i32.const 7) (local.get $a) (i32.load8_u (i32.const 3))))
         (call $log (local.get $a))
         (call $log (local.get $b))",
    );
    assert!(has(&code, "move"), "{code:#?}");
}

#[test]
fn zeros_that_are_read_are_set() {
    let unread = optimized(
        "(local $a i32) (local $b i32) (local $c i64)",
        "(local.set $a (i32.const 5)) (local.set $b (i32.const 6)) (local.set $c (i64.const 7))
         (call $log (i32.add (local.get $a) (i32.add (local.get $b) (i32.wrap_i64 (local.get $c)))))",
    );
    assert!(!has(&unread, "zero"), "{unread:#?}");
    let read = optimized(
        "(local $a i32) (local $b i64) (local $c i32)",
        "(call $log (local.get $a)) (call $log (i32.wrap_i64 (i64.shr_u (local.get $b) (i64.const 32))))
         (call $log (i32.wrap_i64 (local.get $b))) (call $log (local.get $c))",
    );
    assert!(has(&read, "zero"), "{read:#?}");
    let on_one_way = optimized(
        "(local $a i32)",
        "(if (i32.load8_u (i32.const 0)) (then (call $log (i32.const 1))) (else (local.set $a (i32.const 4))))
         (call $log (local.get $a))",
    );
    assert!(
        on_one_way.iter().any(|line| line.starts_with("imm ") && line.ends_with(" 0")),
        "{on_one_way:#?}"
    );
}

#[test]
fn constants_that_are_there_are_not_set_again() {
    let body = |between: &str| {
        format!(
            "(local.set $a (i32.const 300)) (call $log (local.get $a)) {between}
             (local.set $a (i32.const 300)) (call $log (local.get $a))"
        )
    };
    let again = |code: &[String]| code.iter().filter(|line| line.ends_with(" 300")).count();
    let locals = "(local $a i32)";
    let once = again(&optimized(locals, &body("")));
    let twice = again(&optimized(locals, &body("(local.set $a (i32.load (i32.const 0)))")));
    assert!(once < twice, "{once} {twice}");
}

#[test]
fn masks_of_what_is_small_enough_go() {
    let masked = |load: &str, mask: u32| {
        optimized("", &format!("(call $log (i32.and ({load} (i32.const 12)) (i32.const {mask})))"))
    };
    assert!(!has(&masked("i32.load8_u", 255), "andi"));
    assert!(has(&masked("i32.load8_u", 127), "andi"));
    assert!(has(&masked("i32.load8_s", 255), "andi"));
    assert!(has(&masked("i32.load16_u", 255), "andi"));
    assert!(!has(&masked("i32.load16_u", 65535), "and"));
    assert!(has(&masked("i32.load16_s", 65535), "and"));
}

/// A loop that raises a byte above 255: what holds before the loop doesn't hold in it.
#[test]
fn masks_in_loops_see_all_ways() {
    let code = optimized(
        "(local $a i32) (local $n i32)",
        "(local.set $a (i32.load8_u (i32.const 0)))
         (loop $l
           (call $log (i32.and (local.get $a) (i32.const 255)))
           (local.set $a (i32.add (local.get $a) (i32.const 100)))
           (br_if $l (i32.ne (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 9))))",
    );
    assert!(has(&code, "andi"), "{code:#?}");
}

#[test]
fn far_addresses_that_cannot_wrap_take_an_index() {
    let table = |index: &str, access: &str| {
        optimized("", &format!("(call $log ({access} offset=5001 (i32.shl {index} (i32.const 2))))"))
    };
    let byte = table("(i32.load8_u (i32.const 0))", "i32.load");
    assert!(has(&byte, "load32.index4") && !has(&byte, "shli"), "{byte:#?}");
    let other_scale = table("(i32.load8_u (i32.const 0))", "i32.load16_u");
    assert!(has(&other_scale, "load16.u.index") && has(&other_scale, "shli"), "{other_scale:#?}");
    let any = table("(i32.and (i32.load (i32.const 20000)) (i32.const 0x3fffffff))", "i32.load");
    assert!(has(&any, "load32.far"), "{any:#?}");
    let shift_used = optimized(
        "(local $a i32)",
        "(local.set $a (i32.shl (i32.load8_u (i32.const 0)) (i32.const 2)))
         (i32.store offset=5001 (local.get $a) (i32.const 1)) (call $log (local.get $a))",
    );
    assert!(has(&shift_used, "shli"), "{shift_used:#?}");
}

#[test]
fn choices_of_the_lesser_and_the_greater() {
    let locals = "(local $a i32) (local $b i32) (local $c i32)";
    let body = |choice: &str| {
        format!(
            "(local.set $a (i32.load8_s (i32.const 11))) (local.set $b (i32.load8_s (i32.const 13)))
             (call $log {choice}) (call $log (local.get $a)) (call $log (local.get $b))
             (local.set $a {choice}) (call $log (local.get $a))"
        )
    };
    for (comparison, swapped, straight) in [
        ("lt_s", "max.s", "min.s"),
        ("lt_u", "max.u", "min.u"),
        ("ge_s", "min.s", "max.s"),
        ("ge_u", "min.u", "max.u"),
        ("gt_s", "min.s", "max.s"),
        ("gt_u", "min.u", "max.u"),
        ("le_s", "max.s", "min.s"),
        ("le_u", "max.u", "min.u"),
    ] {
        let condition = format!("(i32.{comparison} (local.get $a) (local.get $b))");
        let code = optimized(locals, &body(&format!("(select (local.get $a) (local.get $b) {condition})")));
        assert_eq!(count(&code, straight), 2, "{comparison} {code:#?}");
        let code = optimized(locals, &body(&format!("(select (local.get $b) (local.get $a) {condition})")));
        assert_eq!(count(&code, swapped), 2, "{comparison} {code:#?}");
    }
    let others = optimized(
        locals,
        &body("(select (local.get $a) (i32.const 9) (i32.lt_s (local.get $a) (local.get $b)))"),
    );
    assert!(!has(&others, "min.s") && has(&others, "lt.s"), "{others:#?}");
    let condition = "(local.tee $c (i32.lt_s (local.get $a) (local.get $b)))";
    let used = optimized(
        locals,
        &format!(
            "{} (call $log (local.get $c))",
            body(&format!("(select (local.get $a) (local.get $b) {condition})"))
        ),
    );
    assert!(has(&used, "lt.s"), "{used:#?}");
}

#[test]
fn two_moves_in_one() {
    let call = "(module (import \"env\" \"log\" (func $log (param i32))) (memory (export \"memory\") 1)
          (func $two (param i32 i32) (call $log (local.get 0)) (call $log (local.get 1)))
          (func (export \"f\") (local $a i32) (local $b i32)
            (local.set $a (i32.load8_u (i32.const 0))) (local.set $b (i32.const 7))
            (call $two (local.get $b) (local.get $a)) (call $two (local.get $a) (local.get $b))))";
    same(call, &["f"]);
    let code = code(&wat::parse_str(call).unwrap());
    assert!(has(&code, "move.pair"), "{code:#?}");
    let queue = |between: &str| {
        optimized(
            "(local $a i32) (local $b i32) (local $c i32) (local $n i32)",
            &format!(
                "(loop $l
                   (local.set $a (local.get $b)) {between} (local.set $b (local.get $c))
                   (local.set $c (i32.add (local.get $n) (i32.const 10)))
                   (call $log (local.get $a)) (call $log (local.get $b))
                   (br_if $l (i32.ne (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 9))))"
            ),
        )
    };
    let chained = queue("");
    assert!(has(&chained, "move.chain"), "{chained:#?}");
    let apart = queue("(i32.store (local.get $a) (i32.const 1)) (local.set $b (i32.load (i32.const 8)))");
    assert!(!has(&apart, "move.chain"), "{apart:#?}");
}

#[test]
fn low_byte_of_a_sum() {
    let locals = "(local $a i32)";
    let sum = "(i32.add (i32.load8_u (i32.const 11)) (i32.const -58))";
    let code = optimized(locals, &format!("(call $log (i32.and {sum} (i32.const 255)))"));
    assert!(has(&code, "add8"), "{code:#?}");
    let used = optimized(
        locals,
        &format!("(call $log (i32.and (local.tee $a {sum}) (i32.const 255))) (call $log (local.get $a))"),
    );
    assert!(!has(&used, "add8"), "{used:#?}");
    let other = optimized(locals, &format!("(call $log (i32.and {sum} (i32.const 127)))"));
    assert!(!has(&other, "add8"), "{other:#?}");
}

#[test]
fn shifts_go_into_what_they_are_combined_with() {
    let locals = "(local $a i32) (local $b i32)";
    let body = |expression: &str| {
        format!(
            "(local.set $a (i32.load (i32.const 10))) (local.set $b (i32.load (i32.const 1)))
             (local.set $a {expression})
             (i32.store (i32.const 100) (local.get $a)) (i32.store (i32.const 104) (local.get $b))"
        )
    };
    for (mnemonic, expression) in [
        ("xor.rotli", "(i32.xor (local.get $a) (i32.rotl (local.get $b) (i32.const 7)))"),
        ("xor.rotli", "(i32.xor (i32.rotr (local.get $b) (i32.const 7)) (local.get $a))"),
        ("shri.u.xor", "(i32.xor (local.get $b) (i32.shr_u (local.get $a) (i32.const 8)))"),
        ("shri.u.xor", "(i32.xor (i32.shr_u (local.get $a) (i32.const 33)) (local.get $b))"),
        ("shli.or", "(i32.or (i32.shl (local.get $a) (i32.const 6)) (local.get $b))"),
    ] {
        let code = optimized(locals, &body(expression));
        assert!(has(&code, mnemonic), "{expression} {code:#?}");
    }
    for expression in [
        "(i32.xor (local.get $b) (i32.shr_s (local.get $a) (i32.const 8)))",
        "(i32.or (i32.shl (local.get $b) (i32.const 6)) (local.get $a))",
        "(i32.or (i32.shl (local.get $a) (i32.const 6)) (local.get $a))",
        "(i32.xor (local.tee $b (i32.rotl (local.get $b) (i32.const 7))) (local.get $a))",
    ] {
        let code = optimized(locals, &body(expression));
        for mnemonic in ["xor.rotli", "shri.u.xor", "shli.or"] {
            assert!(!has(&code, mnemonic), "{expression} {code:#?}");
        }
    }
}

#[test]
fn products_go_into_sums_of_floats() {
    let locals = "(local $sum f32) (local $x f32) (local $p f32)";
    let body = |expression: &str| {
        format!(
            "(local.set $sum (f32.const 16777216)) (local.set $x (f32.const 1.1))
             (local.set $sum {expression})
             (f32.store (i32.const 100) (local.get $sum)) (f32.store (i32.const 104) (local.get $p))"
        )
    };
    let product = "(f32.mul (local.get $x) (f32.const 0.9))";
    let code = optimized(locals, &body(&format!("(f32.add (local.get $sum) {product})")));
    assert!(has(&code, "f.mla"), "{code:#?}");
    for expression in [
        format!("(f32.add {product} (local.get $sum))"),
        format!("(f32.add (local.get $sum) (local.tee $p {product}))"),
        format!("(f32.sub (local.get $sum) {product})"),
    ] {
        let code = optimized(locals, &body(&expression));
        assert!(!has(&code, "f.mla"), "{expression} {code:#?}");
    }
}

#[test]
fn wide_products() {
    let locals = "(local $a i32) (local $w i64)";
    let body = |expression: &str| {
        format!(
            "(local.set $a (i32.load (i32.const 9)))
             (call $log (i32.wrap_i64 (i64.shr_s {expression} (i64.const 16))))
             (call $log (i32.wrap_i64 (local.get $w)))"
        )
    };
    let extended = "(i64.extend_i32_s (local.get $a))";
    let other = "(i64.extend_i32_s (i32.load (i32.const 1)))";
    let code = optimized(locals, &body(&format!("(i64.mul {extended} {other})")));
    assert!(has(&code, "mul.s.wide") && !has(&code, "ext.s"), "{code:#?}");
    for expression in [
        format!("(i64.mul {extended} (i64.extend_i32_u (local.get $a)))"),
        format!("(i64.mul {extended} (local.tee $w {other}))"),
        format!("(i64.mul {extended} (i64.const 100000))"),
    ] {
        let code = optimized(locals, &body(&expression));
        assert!(!has(&code, "mul.s.wide"), "{expression} {code:#?}");
    }
}

#[test]
fn a_byte_and_its_pointer() {
    let locals = "(local $p i32) (local $q i32) (local $n i32)";
    let walk = |step: &str| {
        format!(
            "(local.set $n (i32.const 1))
             (loop $l (call $log (local.get $n)) {step} (br_if $l (local.get $n)))
             (call $log (local.get $p)) (call $log (local.get $q))"
        )
    };
    let load = "(local.set $n (i32.load8_u (local.get $p)))";
    let next = "(local.set $p (i32.add (local.get $p) (i32.const 1)))";
    let after = optimized(locals, &walk(&format!("{load} {next}")));
    assert!(has(&after, "load8.u.inc"), "{after:#?}");
    let before = optimized(
        locals,
        &walk(&format!("(local.set $q (local.get $p)) {next} (local.set $n (i32.load8_u (local.get $q)))")),
    );
    assert!(has(&before, "load8.u.inc"), "{before:#?}");
    for step in [
        // What lies between needs the pointer as it was.
        format!("{load} (i32.store8 offset=100 (local.get $p) (i32.const 1)) {next}"),
        format!("{load} (local.set $q (i32.mul (local.get $p) (i32.const 3))) {next}"),
        // Another place, size or sign.
        format!("(local.set $n (i32.load8_u offset=1 (local.get $p))) {next}"),
        format!("(local.set $n (i32.load16_u (local.get $p))) {next}"),
        // The load uses the pointer as it is afterwards.
        format!("{next} {load}"),
    ] {
        let code = optimized(locals, &walk(&step));
        assert!(!has(&code, "load8.u.inc"), "{step} {code:#?}");
    }
}

/// A load that was fused traps where the module has the load, before its pointer has gone on.
#[test]
fn traps_of_fused_loads_are_those_of_the_load() {
    let wasm = wat::parse_str(
        "(module (memory 1)
          (func (export \"f\") (local $p i32) (local $n i32)
            (loop $l
              (local.set $n (i32.add (local.get $n) (i32.load8_u (local.get $p))))
              (local.set $p (i32.add (local.get $p) (i32.const 1)))
              (br $l))))",
    )
    .unwrap();
    assert!(has(&code(&wasm), "load8.u.inc"));
    let mut loaded = Loaded::new(&wasm);
    assert_eq!(loaded.run("f", 1000), Outcome::Trapped(TrapKind::MemoryOutOfBounds));
    let frames = loaded.frames();
    let map = pack(&wasm, &Options::default()).unwrap().debug_map;
    let place = map.find(frames[0].offset).unwrap();
    let mut expected = None;
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            for pair in body.get_operators_reader().unwrap().into_iter_with_offsets() {
                if let (Operator::I32Load8U { .. }, offset) = pair.unwrap() {
                    expected = Some(offset as u32);
                }
            }
        }
    }
    assert_eq!(Some(place.1), expected);
}
