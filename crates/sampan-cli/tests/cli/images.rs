// SPDX-License-Identifier: Apache-2.0
//! Images that are broken, hostile, or none.

use crate::guests;
use crate::support::{Directory, run, run_bytes};

const BROKEN: i32 = 65;

#[test]
fn what_is_no_module_is_told_as_that() {
    run_bytes(b"").expect(BROKEN, "sampan: app.wasm: not a WebAssembly module: the file is empty\n");
    run_bytes(b"\x7fELF\x02\x01\x01\0\0\0\0\0").expect(
        BROKEN,
        "sampan: app.wasm: not a WebAssembly module: it begins with 7f 45 4c 46, not 00 61 73 6d\n",
    );
    run_bytes(b"(module)").expect_line(BROKEN, "sampan: app.wasm: not a WebAssembly module: it begins", "6d");
    run_bytes(b"\0").expect_line(
        BROKEN,
        "sampan: app.wasm: not a WebAssembly module: it begins with 00,",
        "6d",
    );
}

#[test]
fn every_truncation_is_refused() {
    let whole = wat::parse_str(guests::PRINTS).unwrap();
    for len in (0..whole.len()).step_by(7).chain([8, whole.len() - 1]) {
        let outcome = run_bytes(&whole[..len]);
        // A module that ends after a whole section may be valid, and then it has no entry point.
        assert!(matches!(outcome.code, 65 | 67), "{len}: {outcome:?}");
        outcome.expect_line(outcome.code, "sampan: app.wasm: ", "");
    }
}

#[test]
fn random_bytes_are_refused() {
    let mut state = 1_u32;
    for len in [9, 100, 1000, 100_000] {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend((0..len).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        }));
        run_bytes(&bytes).expect_line(BROKEN, "sampan: app.wasm: ", "");
        run_bytes(&bytes[8..]).expect_line(BROKEN, "sampan: app.wasm: not a WebAssembly module", "");
    }
}

#[test]
fn mutated_modules_end_with_a_documented_code() {
    let whole = wat::parse_str(guests::PRINTS).unwrap();
    for at in (8..whole.len()).step_by(5) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let outcome = run_bytes(&bytes);
        assert!(matches!(outcome.code, 0..=75) && !outcome.stderr.contains("panicked"), "{at}: {outcome:?}");
    }
}

#[test]
fn an_oversized_file_is_refused() {
    let directory = Directory::new();
    let file = std::fs::File::create(directory.path().join("app.wasm")).unwrap();
    file.set_len(40 << 20).unwrap();
    let line = "sampan: app.wasm: larger than 32.0M, the most that a module may have\n";
    directory.sampan(&["run", "app.wasm"]).expect(BROKEN, line);
    directory.sampan(&["run", "/dev/zero"]).expect_line(BROKEN, "sampan: /dev/zero: larger", "");
}

#[test]
fn components_and_other_versions_are_refused() {
    run_bytes(b"\0asm\x0d\0\x01\0").expect_line(BROKEN, "sampan: app.wasm: ", "");
    run_bytes(b"\0asm\x02\0\0\0").expect_line(BROKEN, "sampan: app.wasm: ", "");
}

#[test]
fn unsupported_features_are_refused() {
    for wat in [
        r#"(module (func (export "_start") (drop (i32x4.splat (i32.const 1)))))"#,
        r#"(module (memory 1 1 shared) (func (export "_start") (drop (i32.atomic.load (i32.const 0)))))"#,
        r#"(module (memory i64 1) (func (export "_start")))"#,
        r#"(module (tag) (func (export "_start") (throw 0)))"#,
    ] {
        run(wat, &[]).expect_line(BROKEN, "sampan: app.wasm: ", "");
    }
}

#[test]
fn a_start_function_is_never_run() {
    for body in ["(loop (br 0))", "unreachable", ""] {
        let wat = format!(r#"(module (func $s {body}) (start $s) (func (export "_start")))"#);
        run(&wat, &["--seconds", "1"]).expect_line(BROKEN, "sampan: app.wasm: ", "");
    }
}

#[test]
fn modules_made_to_exhaust_the_loader_are_refused_or_run() {
    let locals = format!(r#"(module (func (export "_start") (local {})))"#, "i64 ".repeat(10_000));
    let nested =
        format!(r#"(module (func (export "_start") {} {}))"#, "(block ".repeat(1333), ")".repeat(1333));
    let params = format!(r#"(module (func (param {})) (func (export "_start")))"#, "i32 ".repeat(1000));
    let branches = format!(
        r#"(module (func (export "_start") (block (br_table {} (i32.const 0)))))"#,
        "0 ".repeat(50_000)
    );
    let table = r#"(module (table 100000 funcref) (func (export "_start")))"#.to_owned();
    for wat in [locals, nested, params, branches, table] {
        let outcome = run(&wat, &["--memory", "64k"]);
        assert!(matches!(outcome.code, 0 | 65 | 71), "{outcome:?}");
        assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
    }
}
