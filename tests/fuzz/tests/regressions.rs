// SPDX-License-Identifier: Apache-2.0
//! Every module that once told the engines apart must no longer do so.

use sampan_engine_wasmi::RegionAllocator;
use sampan_fuzz_tests::compare::{Verdict, compare};
use sampan_fuzz_tests::generate::Case;
use sampan_fuzz_tests::reference::Reference;
use sampan_fuzz_tests::regression;
use sampan_spec_tests::subject::Packed;
use std::alloc::System;
use std::path::Path;

#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);

#[test]
fn engines_agree_on_every_module_that_told_them_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    paths.sort();
    assert!(!paths.is_empty());
    let (mut first, mut second) = (Reference::new().unwrap(), Packed::new());
    for path in paths {
        let wasm = regression::read(&path).unwrap();
        for seed in 0..regression::SEEDS {
            let verdict = compare(&mut first, &mut second, &Case::of(wasm.clone(), seed), seed);
            assert_eq!(verdict, Verdict::Same, "{}, seed {seed}", path.display());
        }
    }
}
