// SPDX-License-Identifier: Apache-2.0
//! What goes where: guests' lines, the tool's own, the report.

use crate::guests::{self, exits};
use crate::support::{Directory, run};

#[test]
fn one_container_prints_as_it_would_alone() {
    let outcome = run(guests::PRINTS, &[]);
    outcome.expect(0, "err\n");
    assert_eq!(outcome.stdout, "out\n");
}

#[test]
fn several_print_under_their_names() {
    let directory = Directory::new().module("a.wasm", guests::PRINTS).module("b.wasm", guests::PRINTS);
    let outcome = directory.sampan(&["run", "a.wasm", "b.wasm"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "[a] out\n[b] out\n"));
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[..2], ["[a] err", "[b] err"]);
    let words: Vec<Vec<&str>> = lines[2..5].iter().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["NAME", "STATE", "REASON", "MEMORY", "PEAK", "LIMIT", "FUEL", "CPU"]);
    assert_eq!(words[1][..5], ["a", "stopped", "exit", "code", "0"]);
    assert_eq!(words[2][0], "b");
    assert!(lines[5].starts_with("all ended, time 0.0"), "{outcome:?}");
    assert_eq!(lines.len(), 6);
}

#[test]
fn verbose_tells_what_the_runtime_does() {
    let outcome = run(&exits(3), &["-v"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""));
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[0], "sampan: app: ended: exit code 3");
    assert!(lines[1].starts_with("NAME"), "{outcome:?}");
    assert_eq!(lines.len(), 4);
}

#[test]
fn json_tells_the_same_to_programs() {
    let directory = Directory::new()
        .module("a \"b\".wasm", guests::PRINTS)
        .module("t.wasm", &guests::runs("unreachable"));
    let outcome = directory.sampan(&["run", "a \"b\".wasm", "t.wasm", "--json"]);
    assert_eq!(outcome.code, 68);
    assert_eq!(outcome.stdout.lines().count(), 2);
    assert_eq!(outcome.stderr, "[ab] err\nsampan: t: ended: trap: unreachable executed\n");
    let report = outcome.report();
    assert_eq!((report["ending"].as_str(), report["exit_code"].as_u64()), (Some("all ended"), Some(68)));
    let [first, second] = [&report["containers"][0], &report["containers"][1]];
    assert_eq!((first["name"].as_str(), first["file"].as_str()), (Some("ab"), Some("a \"b\".wasm")));
    assert_eq!((first["state"].as_str(), first["engine"].as_str()), (Some("stopped"), Some("wasmi")));
    assert_eq!(first["exit"], serde_json::json!({"kind": 1, "code": 0, "text": "exit code 0"}));
    assert_eq!(second["exit"]["kind"], 4);
    assert_eq!(first["memory"]["linear"], 65_536);
    let memory = |key: &str| first["memory"][key].as_u64().unwrap();
    assert!(memory("linear") < memory("used") && memory("used") <= memory("peak"), "{report}");
    assert!(memory("peak") <= memory("limit"), "{report}");
    assert_eq!((first["host_calls"].as_u64(), first["activations"].as_u64()), (Some(2), Some(1)));
    assert!(report["arena"]["container_overhead"].as_u64().unwrap() <= 1024, "{report}");
}
