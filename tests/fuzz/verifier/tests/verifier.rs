// SPDX-License-Identifier: Apache-2.0
//! A sample of what the fuzzer does: enough for every run of the tests, and little enough for Miri.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use sampan_verifier_tests::corpus;
use sampan_verifier_tests::damage::damage;
use sampan_verifier_tests::trial::{Trial, Verdict};
use std::alloc::System;

/// Blocks come from `malloc`, which aligns them as regions must be, under Miri too.
#[global_allocator]
static ALLOCATOR: System = System;

/// Damaged images of each sample.
const CASES: u64 = if cfg!(miri) { 20 } else { 2000 };

#[test]
fn what_the_verifier_accepts_stays_in_its_memory_and_comes_back() {
    let mut trial = Trial::new();
    let (mut refused, mut ran) = (0, 0);
    for image in corpus::samples() {
        let undamaged = trial.run(&image.bytes, 0);
        assert!(matches!(undamaged, Ok(Verdict::Ran(1..))), "{}: {undamaged:?}", image.name);
        for seed in 0..CASES {
            match trial.run(&damage(&image.bytes, seed), seed) {
                Ok(Verdict::Ran(_)) => ran += 1,
                Ok(_) => refused += 1,
                Err(text) => panic!("{}, seed {seed}: {text}", image.name),
            }
        }
    }
    // Of each sample; the damage is the same every time.
    let some = CASES as usize / 10;
    assert!(refused > some && ran > some, "{refused} refused, {ran} run");
}
