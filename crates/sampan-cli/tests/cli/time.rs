// SPDX-License-Identifier: Apache-2.0
//! Clocks, shares and seeds.

use crate::guests;
use crate::support::{Directory, Outcome, run};
use serde_json::Value;
use std::time::Instant;

fn fuel(report: &Value, container: usize) -> f64 {
    report["containers"][container]["fuel"].as_f64().unwrap()
}

#[test]
fn fuel_follows_shares() {
    let directory = Directory::new().module("loop.wasm", guests::LOOPS);
    for (first, second) in [(300, 100), (1000, 100), (100, 700)] {
        let files = [format!("loop.wasm:share={first},priority=7"), format!("loop.wasm:share={second}")];
        let report = directory.sampan(&["run", &files[0], &files[1], "--seconds", "2", "--json"]).report();
        let ratio = fuel(&report, 0) / fuel(&report, 1);
        let due = f64::from(first) / f64::from(second);
        assert!((ratio / due - 1.0).abs() < 0.05, "{ratio} where {due} is due: {report}");
        assert!((fuel(&report, 0) + fuel(&report, 1) - 2e7).abs() < 2e4, "{report}");
    }
}

#[test]
fn an_hour_of_virtual_sleep_takes_no_time() {
    let started = Instant::now();
    let outcome = run(guests::SLEEPS, &["--json"]);
    assert!(started.elapsed().as_secs() < 60);
    outcome.expect(0, "");
    let report = outcome.report();
    assert!(report["time_us"].as_u64().unwrap() >= 3_600_000_000, "{report}");
    assert!(report["containers"][0]["cpu_us"].as_u64().unwrap() < 1000, "{report}");
}

#[test]
fn a_stop_is_heeded_within_the_grace() {
    let outcome = run(guests::SLEEPS, &["--seconds", "1.5", "--grace", "1", "--json"]);
    outcome.expect(5, "");
    let report = outcome.report();
    assert_eq!(report["ending"], "time limit");
    assert_eq!(report["containers"][0]["exit"]["text"], "stopped, exit code 5");
    assert!((1_500_000..1_501_000).contains(&report["time_us"].as_u64().unwrap()), "{report}");
}

#[test]
fn real_time_is_slept() {
    let started = Instant::now();
    run(guests::SLEEPS, &["--seconds", "0.3", "--clock", "real"]).expect_line(69, "sampan: app: killed", "");
    assert!(started.elapsed().as_millis() >= 300);
}

#[test]
fn speed_is_fuel_a_second() {
    let report =
        run(guests::LOOPS, &["--seconds", "1", "--speed", "500000", "--slice", "1000", "--json"]).report();
    assert!((500_000.0..501_100.0).contains(&fuel(&report, 0)), "{report}");
    assert_eq!(report["containers"][0]["longest_us"].as_u64().unwrap() / 100, 20);
}

fn random(options: &[&str]) -> Outcome {
    let directory = Directory::new().module("a.wasm", guests::PRINTS_RANDOM).module("b.wasm", guests::LOOPS);
    let args = [&["run", "a.wasm", "a.wasm", "b.wasm:share=7", "--seconds", "0.2", "-v"], options].concat();
    directory.sampan(&args)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = random(&["--seed", "7", "--json"]);
    assert_eq!(first, random(&["--seed", "7", "--json"]));
    assert!(first.stdout.lines().count() > 100, "{first:?}");
    assert_ne!(first.stdout, random(&["--seed", "8", "--json"]).stdout);
    assert_ne!(random(&[]).stdout, random(&[]).stdout);
}
