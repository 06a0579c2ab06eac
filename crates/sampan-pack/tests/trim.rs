// SPDX-License-Identifier: Apache-2.0
//! Trimming: what goes, what stays, and when memory is cut.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

use sampan_pack::{MemorySize, Options, Trimmed, pack, trim};

fn trimmed(wat: &str) -> Trimmed {
    trim(&wat::parse_str(wat).unwrap(), false).unwrap()
}

fn section_names(wasm: &[u8]) -> Vec<String> {
    let payloads = wasmparser::Parser::new(0).parse_all(wasm).map(Result::unwrap);
    let custom = payloads.filter_map(|payload| match payload {
        wasmparser::Payload::CustomSection(custom) => Some(custom.name().to_owned()),
        _ => None,
    });
    custom.collect()
}

const SECTIONS: &str = r#"(module
    (@custom ".debug_info" "x") (@custom "build_id" "\02\ab\cd") (@custom "mine" "y")
    (@custom "producers" "\00") (@custom "target_features" "\00") (@custom "sourceMappingURL" "\01u")
    (@custom "reloc..debug_info" "z") (@custom ".dep-v0" "q") (@custom "sampan.permissions" "log\n")
    (func $main (export "_start") nop))"#;

#[test]
fn sections_for_tools_go_and_others_stay() {
    let trimmed = trimmed(SECTIONS);
    assert_eq!(section_names(&trimmed.module), ["build_id", "mine", "sampan.permissions"]);
    assert_eq!(trimmed.build_id, Some(vec![0xab, 0xcd]));
    let removed: Vec<_> = trimmed.removed.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        ".debug_info",
        "producers",
        "target_features",
        "sourceMappingURL",
        "reloc..debug_info",
        ".dep-v0",
        "name",
    ] {
        assert!(removed.contains(&name), "{name}");
    }
    assert!(trimmed.has_lost_debug());
    let kept = trim(&wat::parse_str(SECTIONS).unwrap(), true).unwrap();
    assert!(section_names(&kept.module).contains(&"name".to_owned()));
    // What is trimmed stays as it is.
    let again = trim(&trimmed.module, false).unwrap();
    assert_eq!(again.module, trimmed.module);
    assert!(again.removed.is_empty() && !again.has_lost_debug());
    assert!(trim(b"no module", false).is_err());
}

#[test]
fn debug_maps_are_of_the_original() {
    // The memory section gets longer, and a section before the code goes: both move it.
    let wat = r#"(module (@custom ".debug_info" (before code) "0123456789") (memory 1) (data (i32.const 8) "x")
        (global (export "__heap_base") i32 (i32.const 1024))
        (func $main (export "_start") (i32.store8 (i32.const 8) (i32.const 1))))"#;
    let original = wat::parse_str(wat).unwrap();
    let trimmed = trim(&original, false).unwrap();
    assert_eq!(trimmed.memory, MemorySize::Cut { from: 65536, to: 1024 });
    let mut packed = pack(&trimmed.module, &Options::default()).unwrap();
    assert!(packed.debug_map.functions[0].name.is_empty());
    trimmed.restore(&mut packed.debug_map);
    let expected = pack(&original, &Options::default()).unwrap().debug_map.functions;
    assert_eq!(packed.debug_map.functions, expected);
    assert_eq!(expected[0].name, "main");
}

/// A module of wasm-ld's form, with `code` in its only function, and more fields.
fn linked(memory: &str, code: &str, fields: &str) -> MemorySize {
    trimmed(&format!(
        r#"(module (memory {memory}) (global $stack (mut i32) (i32.const 1024))
            (global $base (export "__heap_base") i32 (i32.const 1040)) {fields}
            (func (export "_start") {code}))"#
    ))
    .memory
}

fn why(size: MemorySize) -> String {
    match size {
        MemorySize::Left { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn memory_ends_where_the_heap_would_begin() {
    let cut = MemorySize::Cut { from: 131_072, to: 1040 };
    assert_eq!(linked("2", "", ""), cut);
    assert_eq!(
        linked("2 2", "(drop (i32.load offset=4 (i32.const 1036)))", r#"(data (i32.const 8) "abcd")"#),
        cut
    );
    // The stack behind the data begins at the heap.
    assert_eq!(linked("2", "", "(global $other (mut i32) (i32.const 1040))"), cut);
    // The linker's other marks, which no code reads.
    assert_eq!(linked("2", "", r#"(global (export "__heap_end") i32 (i32.const 131072))"#), cut);
    let sized = r#"(module (memory 1040 1040 (pagesize 1)) (func (export "_start")))"#;
    assert_eq!(trimmed(sized).memory, MemorySize::Fits);
    assert_eq!(trimmed("(module)").memory, MemorySize::Fits);
}

#[test]
fn what_may_reach_further_leaves_memory_as_it_is() {
    for (code, fields, reason) in [
        ("(drop (memory.grow (i32.const 1)))", "", "grows"),
        ("(drop (memory.size))", "", "size"),
        ("(drop (i32.const 1040))", "", "a constant in its code, 0x410"),
        ("(drop (i32.const 131072))", "", "a constant in its code, 0x20000"),
        ("(drop (i64.const 0x500_0000_0000))", "", "a constant"),
        ("(drop (i32.load8_u offset=1040 (i32.const 0)))", "", "an offset"),
        ("(i64.store32 offset=2000 (i32.const 0) (i64.const 0))", "", "an offset"),
        ("(drop (global.get $base))", "", "global 1"),
        ("", r#"(data (i32.const 8) "x\10\04\00\00")"#, "a word of its data, 0x410"),
        ("", r#"(data "\00\00\02\00")"#, "a word of its data, 0x20000"),
        ("", r#"(data (i32.const 1038) "abcd")"#, "data lies above"),
        ("", r#"(data (offset (i32.add (i32.const 8) (i32.const 8))) "abcd")"#, "data lies above"),
        ("", "(global (mut i32) (i32.const 2000))", "global 2"),
        ("", r#"(global (export "x") (mut i32) (i32.const 1040))"#, "global 2"),
        ("", "(global i32 (i32.add (i32.const 8) (i32.const 8)))", "no plain constant"),
    ] {
        let why = why(linked("2", code, fields));
        assert!(why.contains(reason), "{code} {fields}: {why}");
    }
    let without = |fields: &str| why(trimmed(&format!("(module {fields})")).memory);
    assert!(without("(memory 1)").contains("exports no global __heap_base"));
    let base = |value: &str| format!(r#"(memory 1) (global (export "__heap_base") {value})"#);
    assert!(without(&base("(mut i32) (i32.const 8)")).contains("no constant"));
    assert!(without(&base("i32 (i32.const 65537)")).contains("outside"));
    let imported = r#"(import "env" "g" (global i32)) "#.to_owned() + &base("i32 (i32.const 8)");
    assert!(!without(&imported).is_empty());
    // What packed code doesn't offer isn't judged.
    let simd = base("i32 (i32.const 8)") + "(func (drop (v128.const i32x4 0 0 0 0)))";
    assert!(without(&simd).contains("SIMD"), "{}", without(&simd));
}

#[test]
fn a_cut_module_is_valid_and_packs() {
    let module = trimmed(
        r#"(module (memory (export "memory") 17) (global (export "__heap_base") i32 (i32.const 1000))
            (func (export "_start") (i32.store (i32.const 16) (i32.const 7))))"#,
    );
    assert_eq!(module.memory, MemorySize::Cut { from: 17 * 65536, to: 1008 });
    pack(&module.module, &Options::default()).unwrap();
    let payloads = wasmparser::Parser::new(0).parse_all(&module.module).map(Result::unwrap);
    let sizes = payloads.filter_map(|payload| match payload {
        wasmparser::Payload::MemorySection(reader) => reader.into_iter().next(),
        _ => None,
    });
    let memory = sizes.map(Result::unwrap).next().unwrap();
    assert_eq!((memory.initial, memory.maximum, memory.page_size_log2), (1008, Some(1008), Some(0)));
}
