// SPDX-License-Identifier: Apache-2.0
//! Runs the WebAssembly spec testsuite: `sampan-spec-tests [--engine NAME] [--test GLOB] [--slices N]`.
#![forbid(unsafe_code)]

use sampan_engine_wasmi::RegionAllocator;
use sampan_spec_tests::script;
use sampan_spec_tests::skip::{self, Rule};
use sampan_spec_tests::subject::{self, Subject};
use sampan_spec_tests::suite::{Report, Suite};
use std::alloc::System;
use std::process::ExitCode;

/// Confines what wasmi allocates to the region of the instance; all else comes from the system.
#[global_allocator]
static ALLOCATOR: RegionAllocator<System> = RegionAllocator::new(System);

/// What the command line asks for.
struct Options {
    engine: Option<String>,
    test: String,
    sliced_runs: u64,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options = Self { engine: None, test: "*".to_owned(), sliced_runs: 2 };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            match arg.as_str() {
                "--engine" => options.engine = Some(value),
                "--test" => options.test = value,
                "--slices" => options.sliced_runs = value.parse().map_err(|_| "--slices takes a number")?,
                _ => return Err(format!("unknown option {arg}")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    match Options::read().and_then(|options| run_all(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("sampan-spec-tests: {message}");
            ExitCode::from(2)
        }
    }
}

/// Runs every engine; whether all is as the skip list has it.
fn run_all(options: &Options) -> Result<bool, String> {
    let mut rules = skip::parse(skip::LIST)?;
    let mut as_listed = true;
    let mut engines = 0;
    let wanted = |name: &str| options.engine.as_deref().is_none_or(|engine| engine == name);
    if wanted("wasmi") {
        engines += 1;
        as_listed &= run_engine(&mut subject::Wasmi::new()?, options, &mut rules)?;
    }
    if wanted("packed") {
        engines += 1;
        as_listed &= run_engine(&mut subject::Packed::new(), options, &mut rules)?;
    }
    if engines == 0 {
        return Err("no such engine".to_owned());
    }
    if options.test == "*" && options.engine.is_none() {
        for rule in rules.iter().filter(|rule| rule.used == 0 && !rule.is_of_target()) {
            as_listed = false;
            println!("skip list: nothing fails as this says: {}", rule.text);
        }
    }
    Ok(as_listed)
}

/// Runs one engine, prints its counts, and tells whether nothing failed but what the rules cover.
fn run_engine<S: Subject>(subject: &mut S, options: &Options, rules: &mut [Rule]) -> Result<bool, String> {
    let engine = subject.name();
    let (mut passed, mut failed, mut skipped, mut text_only) = (0, 0, 0, 0);
    for test in script::tests() {
        let name = script::name(&test);
        if !skip::glob(&options.test, &name) {
            continue;
        }
        let script = script::read(&test).map_err(|error| format!("{name}: {error}"))?;
        text_only += script.text_only;
        let report: Report = Suite::new(subject, name, options.sliced_runs).judge(&script);
        passed += report.passed;
        for failure in report.failures {
            match rules.iter_mut().find(|rule| rule.covers(engine, &failure)) {
                Some(rule) => {
                    rule.used += 1;
                    skipped += 1;
                }
                None => {
                    failed += 1;
                    println!(
                        "{engine} {}:{} {}: {}",
                        failure.test, failure.line, failure.class, failure.text
                    );
                }
            }
        }
    }
    println!(
        "spec {engine}: {passed} passed, {failed} failed, {skipped} skipped with a reason \
         ({text_only} more are about the text format alone)"
    );
    Ok(failed == 0)
}
