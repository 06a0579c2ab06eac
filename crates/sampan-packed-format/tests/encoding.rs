// SPDX-License-Identifier: Apache-2.0
//! The table of operations holds together.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;

use sampan_packed_format::image::{HEADER_WORDS, Header, Layout};
use sampan_packed_format::{Disassembled, Field, Operation};

#[test]
fn numbers_and_mnemonics_are_one_to_one() {
    let mut mnemonics = BTreeSet::new();
    for (number, operation) in Operation::ALL.into_iter().enumerate() {
        assert_eq!(operation as usize, number);
        assert_eq!(Operation::from_number(number as u8), Some(operation));
        assert!(mnemonics.insert(operation.description().mnemonic), "{operation:?}");
    }
    assert_eq!(Operation::from_number(Operation::COUNT as u8), None);
}

#[test]
fn fields_do_not_overlap() {
    for operation in Operation::ALL {
        let [a, b, c] = operation.description().encoding.fields();
        assert!(a.bits() <= 8 || (b, c) == (Field::None, Field::None), "{operation:?}");
        assert!(b.bits() <= 8 || c == Field::None, "{operation:?}");
        let rule = Operation::RULES[operation as usize];
        assert_eq!((rule.slots_a(), rule.slots_b(), rule.slots_c()), (a.slots(), b.slots(), c.slots()));
        assert_eq!(rule.is_terminator(), operation.is_terminator());
    }
}

#[test]
fn words_disassemble() {
    let text = |word, position| Disassembled { word, position }.to_string();
    assert_eq!(text(Operation::Add as u32 | 0x0302_0100, 0), "add s1 s2 s3");
    assert_eq!(text(Operation::AddImmediate64 as u32 | 0xff04_0200, 0), "addi.64 s2:64 s4:64 -1");
    assert_eq!(text(Operation::Loop as u32 | 3 << 8, 9), "loop ->7");
    assert_eq!(text(Operation::BranchIfZero as u32 | 0x0010_0500, 9), "bz s5 ->26");
    assert_eq!(text(0xff, 0), ".word 0x000000ff");
}

#[test]
fn headers_read_back_and_lay_out() {
    let header = Header { functions: 2, code_words: 5, entries: 3, blob_bytes: 8, ..Header::default() };
    let words = header.to_words();
    assert_eq!(Header::from_words(&words), Some(header));
    let mut other = words;
    other[0] += 1 << 24;
    assert_eq!(Header::from_words(&other), None);
    other = words;
    other[HEADER_WORDS - 1] = 1;
    assert_eq!(Header::from_words(&other), None);
    let layout = Layout::of(&header).unwrap();
    assert_eq!((layout.functions, layout.code, layout.constants), (96, 112, 132));
    assert_eq!((layout.blob, layout.end), (140, 148));
    assert_eq!(Layout::of(&Header { code_words: u32::MAX / 4, ..header }), None);
}
