// SPDX-License-Identifier: Apache-2.0
//! Mutations of good inputs: nothing panics, and what is accepted holds what it says.
//!
//! The corpus is made anew each time, so it can't fall behind the format. `SAMPAN_IMAGE_CASES` sets how many
//! cases run, and `SAMPAN_IMAGE_SEED` which; `ci/fuzz` runs many more than `ci/test` does.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

#[path = "../../../fuzz/checks.rs"]
mod checks;
mod support;

use sampan_image::build::sign;
use sampan_image::{Contents, Part};
use support::seeds::seeds;
use support::*;

const DEFAULT_CASES: u64 = 20_000;

/// xorshift64*: good enough to choose what to break.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit.max(1)
    }
}

fn environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// Good inputs of each kind.
fn corpus() -> Vec<Vec<u8>> {
    seeds().into_iter().filter(|(target, ..)| *target != "manifest").map(|(.., bytes)| bytes).collect()
}

/// Bytes that mean something to one of the formats.
const TELLING: [u8; 20] = [
    0x00, 0x01, 0x14, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x20, 0x40, 0x58, 0x5f, 0x60, 0x80, 0x9f, 0xa0, 0xbf,
    0xd8, 0xf5, 0xff,
];

fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1).min(bytes.len().saturating_sub(1));
        match random.below(7) {
            _ if bytes.is_empty() => bytes.push(0),
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = TELLING[random.below(TELLING.len())],
            2 => bytes.insert(at, TELLING[random.below(TELLING.len())]),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            5 => {
                // A run of its own again, elsewhere.
                let len = random.below(40).min(bytes.len() - at);
                let run = bytes[at..at + len].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, run);
            }
            _ => {
                let from = random.below(other.len());
                let len = random.below(60).min(other.len() - from);
                bytes.splice(at..at, other[from..from + len].iter().copied());
            }
        }
    }
}

/// Reads an input by everything that reads any; tells whether something accepted it.
fn read(bytes: &[u8]) -> bool {
    let accepted = [checks::contents(bytes), checks::trust(bytes), checks::policy(bytes)];
    accepted.contains(&true)
}

#[test]
fn mutated_inputs_are_read_or_refused() {
    let corpus = corpus();
    assert!(corpus.iter().all(|bytes| read(bytes)));
    let cases = environment("SAMPAN_IMAGE_CASES", DEFAULT_CASES);
    let seed = environment("SAMPAN_IMAGE_SEED", 0);
    let mut accepted = 0;
    for case in seed..seed + cases {
        let mut random = Random(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut bytes = corpus[random.below(corpus.len())].clone();
        let other = &corpus[random.below(corpus.len())];
        mutate(&mut bytes, other, &mut random);
        let outcome = std::panic::catch_unwind(|| read(&bytes));
        accepted += u64::from(outcome.unwrap_or_else(|_| panic!("case {case}: {bytes:02x?}")));
    }
    // A mutation that nothing reads tests only the first few checks.
    assert!(cases < 1000 || accepted * 100 > cases, "{accepted} of {cases} were accepted");
}

/// Mutations behind a good signature: all of the manifest's reading is reached, none of the payloads.
#[test]
fn mutated_manifests_that_are_signed() {
    let recipe = Recipe::new();
    let original = recipe.manifest();
    let cases = environment("SAMPAN_IMAGE_CASES", DEFAULT_CASES) / 100;
    for case in 0..cases {
        let mut random =
            Random((case + environment("SAMPAN_IMAGE_SEED", 0)).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut manifest = original.clone();
        mutate(&mut manifest, &original, &mut random);
        if manifest == original {
            continue;
        }
        let image = sign_manifest(&manifest, &recipe.payloads);
        if verify(&image).is_ok() {
            let contents = Contents::read(&image).unwrap();
            assert_eq!(contents.payload(Part::Module), Some(PAYLOAD), "case {case}");
            assert!(sign(&image, &private(DEVELOPER)).is_ok());
        }
    }
}
