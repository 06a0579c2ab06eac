// SPDX-License-Identifier: Apache-2.0
//! What options do, for all containers and for one.

use crate::guests;
use crate::support::{Directory, run, sampan_in};
use std::path::Path;

#[test]
fn without_arguments_a_short_help_is_shown() {
    let outcome = sampan_in(Path::new("."), &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (64, ""));
    assert!(outcome.stderr.contains("Usage: sampan <COMMAND>"), "{outcome:?}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let version = sampan_in(Path::new("."), &["--version"]);
    assert_eq!(version.stdout, format!("sampan {}\n", env!("CARGO_PKG_VERSION")));
    let help = sampan_in(Path::new("."), &["run", "--help"]);
    for text in ["Examples:", "Exit codes:", "Units:", "[default: 16M]", "   75  ", "FILE:key=value"] {
        assert!(help.stdout.contains(text), "{text}");
    }
    let engines = sampan_in(Path::new("."), &["engines"]);
    assert!(engines.stdout.starts_with("packed\t") && engines.stdout.contains("\nwasmi\t"), "{engines:?}");
    assert_eq!((version.code, help.code, engines.code), (0, 0, 0));
    assert_eq!(version.stderr + &help.stderr + &engines.stderr, "");
}

#[test]
fn arguments_and_environment_arrive() {
    let outcome = run(guests::PRINTS_ARGS, &["--arg", "-v", "--arg", "", "--env", "A=1", "--env", "B=x=y"]);
    outcome.expect(0, "");
    assert_eq!(outcome.stdout, "app\0-v\0\0A=1\0B=x=y\0\n");
    let directory = Directory::new().module("app.wasm", guests::PRINTS_ARGS);
    let outcome = directory.sampan(&[
        "run",
        "app.wasm:name=one,arg=b,env=A=2,env=C=3",
        "app.wasm",
        "app.wasm",
        "--arg",
        "a",
        "--env",
        "A=1",
    ]);
    assert_eq!(outcome.stdout, "[one] one\0a\0b\0A=2\0C=3\0\n[app] app\0a\0A=1\0\n[app-2] app-2\0a\0A=1\0\n");
}

#[test]
fn the_name_is_the_file_s_where_that_is_a_name() {
    let directory = Directory::new();
    for file in
        ["sampan.wasm", "café ☕.wasm", "☕.wasm", "a-name-of-more-than-23-letters.wasm", "noextension"]
    {
        std::fs::write(directory.path().join(file), wat::parse_str(guests::PRINTS_ARGS).unwrap()).unwrap();
        let name = match file {
            "café ☕.wasm" => "caf",
            "noextension" => "noextension",
            "a-name-of-more-than-23-letters.wasm" => "a-name-of-more-than-23-",
            _ => "app",
        };
        assert_eq!(directory.sampan(&["run", file]).stdout, format!("{name}\0\n"));
    }
    let twice = directory.sampan(&[
        "run",
        "a-name-of-more-than-23-letters.wasm",
        "a-name-of-more-than-23-letters.wasm",
    ]);
    assert!(twice.stdout.contains("[a-name-of-more-than-2-2] "), "{twice:?}");
}

#[test]
fn provided_functions_answer_and_are_told() {
    let outcome = run(guests::ASKS, &["--provide", "env.ask=(iI)i:42"]);
    outcome.expect(42, "");
    let outcome = run(guests::ASKS, &["--provide", "env.ask=(iI)i:0x2a", "-v"]);
    assert_eq!(outcome.code, 42);
    assert!(outcome.stderr.contains("sampan: app: env.ask(20, -1) -> 42\n"), "{outcome:?}");
    assert!(outcome.stderr.contains("sampan: app: ended: exit code 42\n"), "{outcome:?}");
}

#[test]
fn memory_is_what_was_given() {
    let grows = r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory 0)
        (func (export "_start")
            (loop (br_if 0 (i32.ne (i32.const -1) (memory.grow (i32.const 1)))))
            (call $exit (memory.size))))"#;
    let pages = |memory: &str| run(grows, &["--memory", memory, "--arena", "4M"]).code;
    let (small, large) = (pages("160k"), pages("1M"));
    assert!((1..=2).contains(&small) && (4..=16).contains(&large), "{small} {large}");
}

#[test]
fn file_options_reach_their_container_only() {
    let directory = Directory::new().module("loop.wasm", guests::LOOPS);
    let outcome = directory.sampan(&[
        "run",
        "loop.wasm:memory=64k,name=small",
        "loop.wasm:name=large",
        "--memory",
        "128k",
        "--seconds",
        "0.01",
        "--json",
    ]);
    let limits: Vec<u64> = outcome.report()["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|container| container["memory"]["limit"].as_u64().unwrap())
        .collect();
    assert_eq!(limits, [64 << 10, 128 << 10]);
}
