// SPDX-License-Identifier: Apache-2.0
//! `sampan-verifier-tests [--seed FIRST] [--cases N] [--seconds N] [--corpus DIR]... [--keep FILE]`
//!
//! Damages images by the seeds FIRST, FIRST + 1 and so on, gives them to the verifier and runs what it
//! accepts. A finding prints its seed and ends the run; `--seed SEED --cases 1` runs it again, and `--keep`
//! writes its image. Built with AddressSanitizer, see `ci/fuzz`, an access outside of an image's memory ends
//! the process as well, and `case SEED` is the last line of it.
#![forbid(unsafe_code)]

use fastrand::Rng;
use sampan_verifier_tests::corpus::{self, Image};
use sampan_verifier_tests::damage::damage;
use sampan_verifier_tests::trial::{Trial, Verdict};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Generated modules in the corpus of a run.
const GENERATED: u64 = 60;
/// Seconds after which a trial, which takes milliseconds, is held to hang.
const HANGS_AFTER_S: u64 = 30;
/// How often the watchdog looks.
const WATCH_EVERY: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Options {
    seed: u64,
    cases: Option<u64>,
    seconds: Option<u64>,
    corpus: Vec<PathBuf>,
    keep: Option<PathBuf>,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            let number = || value.parse().map_err(|_| format!("{arg} takes a number"));
            match arg.as_str() {
                "--seed" => options.seed = number()?,
                "--cases" => options.cases = Some(number()?),
                "--seconds" => options.seconds = Some(number()?),
                "--corpus" => options.corpus.push(value.into()),
                "--keep" => options.keep = Some(value.into()),
                _ => return Err(format!("unknown option {arg}")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    match Options::read().and_then(|options| fuzz(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("sampan-verifier-tests: {message}");
            ExitCode::from(2)
        }
    }
}

/// The images that are damaged. Each must be accepted and run as it is.
fn corpus(options: &Options, trial: &mut Trial) -> Result<Vec<Image>, String> {
    let mut images = corpus::samples();
    for path in &options.corpus {
        images.extend(corpus::folder(path)?);
    }
    images.extend((0..GENERATED).filter_map(corpus::generated));
    for image in &images {
        match trial.run(&image.bytes, 1) {
            Ok(Verdict::Ran(_) | Verdict::TooLarge) => {}
            other => return Err(format!("{}, undamaged: {other:?}", image.name)),
        }
    }
    Ok(images)
}

/// Runs cases until the time, or their number, is over; whether nothing was found.
fn fuzz(options: &Options) -> Result<bool, String> {
    let mut trial = Trial::new();
    let images = corpus(options, &mut trial)?;
    let current = watchdog();
    let (mut refused, mut large, mut ran, mut runs) = (0_u64, 0_u64, 0_u64, 0);
    let limit = options.seconds.map(Duration::from_secs);
    let start = Instant::now();
    let end = options.cases.map_or(u64::MAX, |cases| options.seed.saturating_add(cases));
    for seed in options.seed..end {
        if limit.is_some_and(|limit| start.elapsed() >= limit) {
            break;
        }
        current.store(seed, Ordering::Relaxed);
        let Some(image) = Rng::with_seed(seed).choice(&images) else { break };
        let damaged = damage(&image.bytes, seed);
        if let Some(path) = &options.keep {
            std::fs::write(path, &damaged).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let tried = catch_unwind(AssertUnwindSafe(|| trial.run(&damaged, seed)));
        match tried.unwrap_or_else(|_| Err("a panic".to_owned())) {
            Ok(Verdict::Refused) => refused += 1,
            Ok(Verdict::TooLarge) => large += 1,
            Ok(Verdict::Ran(count)) => {
                ran += 1;
                runs += count;
            }
            Err(text) => {
                println!("FINDING seed {seed}, {}: {text}", image.name);
                return Ok(false);
            }
        }
    }
    let total = refused + large + ran;
    println!(
        "verifier: {total} damaged images of {} from seed {}: {refused} refused, {ran} accepted and run ({runs} runs), \
         {large} accepted but too large",
        images.len(),
        options.seed
    );
    // A fuzzer whose images are all refused, or none, tries nothing.
    let tries = total < 1000 || (refused > total / 20 && ran > total / 20);
    if !tries {
        println!("FINDING: hardly any image is refused, or accepted");
    }
    Ok(tries)
}

/// Ends the process if one case takes too long: an image that was accepted didn't come back.
fn watchdog() -> Arc<AtomicU64> {
    let current = Arc::new(AtomicU64::new(u64::MAX));
    let watched = Arc::clone(&current);
    std::thread::spawn(move || {
        let (mut last, mut since) = (u64::MAX, Instant::now());
        loop {
            std::thread::sleep(WATCH_EVERY);
            let seed = watched.load(Ordering::Relaxed);
            if seed != last {
                (last, since) = (seed, Instant::now());
            } else if since.elapsed().as_secs() >= HANGS_AFTER_S {
                println!("FINDING seed {seed}: it doesn't come back");
                std::process::exit(1);
            }
        }
    });
    current
}
