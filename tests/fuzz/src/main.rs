// SPDX-License-Identifier: Apache-2.0
//! `sampan-fuzz-tests [--seed FIRST] [--cases N] [--seconds N] [--corpus DIR] [--findings DIR]`
//! `sampan-fuzz-tests --module FILE.wat`
//!
//! Runs the cases of FIRST, FIRST + 1 and so on. A finding prints its seed; `--seed SEED --cases 1` runs it again.
//! Or runs one module with several argument sets, as the regressions are run.
#![forbid(unsafe_code)]

use sampan_engine_wasmi::RegionAllocator;
use sampan_fuzz_tests::compare::{Verdict, compare};
use sampan_fuzz_tests::generate::{Case, Generator};
use sampan_fuzz_tests::reference::{Reference, is_doubtful};
use sampan_fuzz_tests::regression;
use sampan_spec_tests::subject::{Packed, Subject};
use std::alloc::System;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Confines what wasmi allocates to the region of the instance; all else comes from the system.
#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);

/// Findings after which a run ends: more of them are likely the same one.
const MAX_FINDINGS: usize = 10;

struct Options {
    seed: u64,
    cases: u64,
    seconds: u64,
    corpus: Option<PathBuf>,
    findings: Option<PathBuf>,
    module: Option<PathBuf>,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options =
            Self { seed: 0, cases: u64::MAX, seconds: u64::MAX, corpus: None, findings: None, module: None };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            let number = || value.parse().map_err(|_| format!("{arg} takes a number"));
            match arg.as_str() {
                "--seed" => options.seed = number()?,
                "--cases" => options.cases = number()?,
                "--seconds" => options.seconds = number()?,
                "--corpus" => options.corpus = Some(value.into()),
                "--module" => options.module = Some(value.into()),
                "--findings" => options.findings = Some(value.into()),
                _ => return Err(format!("unknown option {arg}")),
            }
        }
        Ok(options)
    }

    /// Every `.wasm` in the corpus, by name.
    fn corpus(&self) -> Result<Vec<Vec<u8>>, String> {
        let Some(folder) = &self.corpus else { return Ok(Vec::new()) };
        let describe = |error: std::io::Error| format!("{}: {error}", folder.display());
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(describe)? {
            paths.push(entry.map_err(describe)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
        paths.sort();
        paths.iter().map(|path| std::fs::read(path).map_err(describe)).collect()
    }
}

fn main() -> ExitCode {
    let result = Options::read().and_then(|options| match &options.module {
        Some(path) => run_module(path),
        None => fuzz(&options),
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("sampan-fuzz-tests: {message}");
            ExitCode::from(2)
        }
    }
}

/// Runs one module with several argument sets; whether the engines agree.
fn run_module(path: &Path) -> Result<bool, String> {
    let wasm = regression::read(path)?;
    let (mut first, mut second) = (Reference::new()?, Packed::new());
    let mut all_same = true;
    for seed in 0..regression::SEEDS {
        let verdict = judge(&mut first, &mut second, &Case::of(wasm.clone(), seed), seed);
        println!("seed {seed}: {verdict:?}");
        all_same &= verdict == Verdict::Same;
    }
    Ok(all_same)
}

/// Runs cases until the time, or their number, is over; whether nothing was found.
fn fuzz(options: &Options) -> Result<bool, String> {
    let generator = Generator::new(options.corpus()?)?;
    let (mut first, mut second) = (Reference::new()?, Packed::new());
    let (mut same, mut inconclusive, mut invalid, mut findings) = (0_u64, 0_u64, 0_u64, 0);
    let end = Instant::now().checked_add(Duration::from_secs(options.seconds));
    for seed in (options.seed..=u64::MAX).take(usize::try_from(options.cases).unwrap_or(usize::MAX)) {
        if findings == MAX_FINDINGS || end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
        let Some(case) = generator.case(seed) else {
            invalid += 1;
            continue;
        };
        match judge(&mut first, &mut second, &case, seed) {
            Verdict::Same => same += 1,
            Verdict::Inconclusive(reason) => {
                inconclusive += 1;
                if options.cases == 1 {
                    println!("seed {seed}: inconclusive: {reason}");
                }
            }
            Verdict::Different(text) => {
                findings += 1;
                println!("FINDING seed {seed}: {text}");
                save(options, &case, seed)?;
            }
        }
    }
    let total = same + inconclusive + invalid + findings as u64;
    println!(
        "fuzz: {total} cases from seed {}: {same} same, {inconclusive} inconclusive, {invalid} not valid, \
         {findings} found",
        options.seed
    );
    Ok(findings == 0)
}

/// Compares; a panic anywhere is a finding too. A difference is none where the reference is known to be wrong.
fn judge<A: Subject, B: Subject>(first: &mut A, second: &mut B, case: &Case, seed: u64) -> Verdict {
    match catch_unwind(AssertUnwindSafe(|| compare(first, second, case, seed))) {
        Ok(Verdict::Different(_)) if is_doubtful(&case.wasm) => {
            Verdict::Inconclusive("wasmi gets blocks with parameters wrong".to_owned())
        }
        Ok(verdict) => verdict,
        Err(_) => Verdict::Different("a panic".to_owned()),
    }
}

fn save(options: &Options, case: &Case, seed: u64) -> Result<(), String> {
    let Some(folder) = &options.findings else { return Ok(()) };
    let path = folder.join(format!("{seed}.wat"));
    let text = wasmprinter::print_bytes(&case.wasm).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    println!("  written to {}", path.display());
    Ok(())
}
