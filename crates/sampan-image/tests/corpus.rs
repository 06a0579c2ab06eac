// SPDX-License-Identifier: Apache-2.0
//! The corpus of the fuzz targets: its seeds are what the code makes, and each of its files is read well.
//!
//! After a change of the format, `SAMPAN_CORPUS=write cargo test -p sampan-image --test corpus` writes the seeds.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

#[path = "../../../fuzz/checks.rs"]
mod checks;
mod support;

use std::path::{Path, PathBuf};
use support::seeds::seeds;

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

fn check(target: &str, bytes: &[u8]) -> bool {
    match target {
        "image" => checks::image(bytes),
        "manifest" => checks::manifest(bytes),
        "policy" => checks::policy(bytes),
        "trust" => checks::trust(bytes),
        other => panic!("no target {other}"),
    }
}

#[test]
fn the_seeds_are_what_the_code_makes() {
    let writes = std::env::var("SAMPAN_CORPUS").is_ok_and(|value| value == "write");
    for (target, name, bytes) in seeds() {
        let file = corpus(target).join(name);
        if writes {
            std::fs::create_dir_all(corpus(target)).unwrap();
            std::fs::write(&file, &bytes).unwrap();
        }
        let stored = std::fs::read(&file).unwrap_or_default();
        assert!(stored == bytes, "{} isn't what the code makes: see the top of this test", file.display());
        assert!(check(target, &bytes), "{} isn't accepted", file.display());
    }
}

#[test]
fn every_file_is_read_or_refused() {
    let mut count = 0;
    for target in ["image", "manifest", "policy", "trust"] {
        for file in std::fs::read_dir(corpus(target)).unwrap() {
            check(target, &std::fs::read(file.unwrap().path()).unwrap());
            count += 1;
        }
    }
    assert!(count >= seeds().len());
}
