// SPDX-License-Identifier: Apache-2.0
//! Every numeric operator at edge values: operands in locals, and as constants on either side.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod support;

use sampan_engine::Outcome;
use support::{Loaded, Reference};

const I32: [u64; 14] =
    [0, 1, 2, 5, 31, 32, 127, 128, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ff80, 0xffff_fffe, 0xffff_ffff];
const I64: [u64; 13] = [
    0,
    1,
    63,
    64,
    0x7f,
    0x80,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x0123_4567_89ab_cdef,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
];
const F32: [f32; 20] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.999_999_94,
    8_388_609.0,
    2_147_483_648.0,
    -2_147_483_904.0,
    4_294_967_296.0,
    9_223_372_036_854_775_808.0,
    f32::MIN_POSITIVE,
    f32::MAX,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];
const F64: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -3.5,
    0.999_999_999_999_999_9,
    4_503_599_627_370_495.5,
    2_147_483_647.5,
    -2_147_483_648.5,
    -2_147_483_649.0,
    4_294_967_295.5,
    4_294_967_296.0,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    18_446_744_073_709_551_616.0,
    f64::MIN_POSITIVE,
    1e-320,
    f64::MAX,
    f64::NEG_INFINITY,
    f64::NAN,
];

fn values(ty: &str) -> Vec<u64> {
    match ty {
        "i32" => I32.to_vec(),
        "i64" => I64.to_vec(),
        "f32" => F32.iter().map(|value| u64::from(value.to_bits())).collect(),
        _ => F64.iter().map(|value| value.to_bits()).collect(),
    }
}

fn constant(ty: &str, bits: u64) -> String {
    match ty {
        "i32" => format!("(i32.const {})", bits as u32),
        "i64" => format!("(i64.const {bits})"),
        "f32" => format!("(f32.reinterpret_i32 (i32.const {}))", bits as u32),
        _ => format!("(f64.reinterpret_i64 (i64.const {bits}))"),
    }
}

/// A module whose export `f` computes one expression of values at 0 and 8 into 16.
fn module(result: &str, expression: &str, first: &str, second: &str) -> Vec<u8> {
    let text = format!(
        "(module (memory (export \"memory\") 64 (pagesize 1))
           (func (export \"f\") (local $x {first}) (local $y {second})
             (local.set $x ({first}.load (i32.const 0)))
             (local.set $y ({second}.load (i32.const 8)))
             ({result}.store (i32.const 16) {expression})))"
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn is_nan(ty: &str, bits: u64) -> bool {
    match ty {
        "f32" => f32::from_bits(bits as u32).is_nan(),
        "f64" => f64::from_bits(bits).is_nan(),
        _ => false,
    }
}

fn compare(wasm: &[u8], result: &str, inputs: &[(u64, u64)], what: &str) {
    let mut reference = Reference::new(wasm);
    let mut loaded = Loaded::new(wasm);
    for &(x, y) in inputs {
        for memory in [reference.memory(), loaded.memory()] {
            memory[0..8].copy_from_slice(&x.to_le_bytes());
            memory[8..16].copy_from_slice(&y.to_le_bytes());
            memory[16..24].fill(0);
        }
        let expected = reference.run("f");
        assert_eq!(loaded.run("f", 1000), expected, "{what} of {x:#x} and {y:#x}");
        let bits = |memory: &[u8]| u64::from_le_bytes(memory[16..24].try_into().unwrap());
        let (expected_bits, found) = (bits(reference.memory()), bits(loaded.memory()));
        let both_nan = is_nan(result, expected_bits) && is_nan(result, found);
        if both_nan && expected == Outcome::Finished {
            let quiet = if result == "f32" { 1 << 22 } else { 1 << 51 };
            assert!(found & quiet != 0, "{what} of {x:#x} and {y:#x}: a signalling NaN");
        } else {
            assert_eq!(found, expected_bits, "{what} of {x:#x} and {y:#x}");
        }
    }
}

/// One operator on two values of type `ty`.
fn binary(ty: &str, operator: &str, result: &str) {
    let name = format!("{ty}.{operator}");
    let edge = values(ty);
    let pairs: Vec<(u64, u64)> = edge.iter().flat_map(|&x| edge.iter().map(move |&y| (x, y))).collect();
    let wasm = module(result, &format!("({name} (local.get $x) (local.get $y))"), ty, ty);
    compare(&wasm, result, &pairs, &name);
    let ones: Vec<(u64, u64)> = edge.iter().map(|&x| (x, 0)).collect();
    for &bits in &edge {
        let fixed = constant(ty, bits);
        for expression in [
            format!("({name} (local.get $x) {fixed})"),
            format!("({name} {fixed} (local.get $x))"),
            format!("({name} ({name} (local.get $x) {fixed}) (local.get $x))"),
        ] {
            if expression.matches(&name).count() > 1 && result != ty {
                continue;
            }
            compare(&module(result, &expression, ty, ty), result, &ones, &expression);
        }
    }
    if result == "i32" && ty == "i32" {
        branches(&name, &pairs);
    }
}

/// A comparison as the condition of branches and choices.
fn branches(name: &str, pairs: &[(u64, u64)]) {
    for expression in [
        format!(
            "(if (result i32) ({name} (local.get $x) (local.get $y)) (then (i32.const 3)) (else (i32.const 4)))"
        ),
        format!(
            "(if (result i32) (i32.eqz ({name} (local.get $x) (local.get $y))) (then (i32.const 3)) (else (i32.const 4)))"
        ),
        format!(
            "(block (result i32) (br_if 0 (i32.const 3) ({name} (local.get $x) (local.get $y))) drop (i32.const 4))"
        ),
        format!("(select (local.get $x) (i32.const 77) ({name} (local.get $x) (local.get $y)))"),
        format!("(select (i32.const 77) (local.get $x) ({name} (local.get $x) (i32.const 5)))"),
    ] {
        compare(&module("i32", &expression, "i32", "i32"), "i32", pairs, &expression);
    }
}

fn unary(ty: &str, name: &str, result: &str) {
    let inputs: Vec<(u64, u64)> = values(ty).iter().map(|&x| (x, 0)).collect();
    let wasm = module(result, &format!("({name} (local.get $x))"), ty, ty);
    compare(&wasm, result, &inputs, name);
}

#[test]
fn integers() {
    for ty in ["i32", "i64"] {
        for operator in [
            "add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s",
            "shr_u", "rotl", "rotr",
        ] {
            binary(ty, operator, ty);
        }
        for operator in ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"] {
            binary(ty, operator, "i32");
        }
        for operator in ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"] {
            unary(ty, &format!("{ty}.{operator}"), ty);
        }
        unary(ty, &format!("{ty}.eqz"), "i32");
    }
    unary("i64", "i64.extend32_s", "i64");
    unary("i64", "i32.wrap_i64", "i32");
    unary("i32", "i64.extend_i32_s", "i64");
    unary("i32", "i64.extend_i32_u", "i64");
}

#[test]
fn floats() {
    for ty in ["f32", "f64"] {
        for operator in ["add", "sub", "mul", "div", "min", "max", "copysign"] {
            binary(ty, operator, ty);
        }
        for operator in ["eq", "ne", "lt", "gt", "le", "ge"] {
            binary(ty, operator, "i32");
        }
        for operator in ["abs", "neg", "sqrt", "ceil", "floor", "trunc", "nearest"] {
            unary(ty, &format!("{ty}.{operator}"), ty);
        }
    }
}

#[test]
fn conversions() {
    for to in ["i32", "i64"] {
        for from in ["f32", "f64"] {
            for sign in ["s", "u"] {
                unary(from, &format!("{to}.trunc_{from}_{sign}"), to);
                unary(from, &format!("{to}.trunc_sat_{from}_{sign}"), to);
                unary(to, &format!("{from}.convert_{to}_{sign}"), from);
            }
        }
    }
    unary("f64", "f32.demote_f64", "f32");
    unary("f32", "f64.promote_f32", "f64");
    unary("f32", "i32.reinterpret_f32", "i32");
    unary("i64", "f64.reinterpret_i64", "f64");
}
