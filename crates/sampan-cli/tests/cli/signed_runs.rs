// SPDX-License-Identifier: Apache-2.0
//! Signed images in the simulator: what the device refuses doesn't run, and the policy decides the rest.

use crate::signing::{PROJECT, VERIFY, ok, read, workshop};
use crate::support::{Directory, Outcome};

/// Prints its arguments and environment, one a line, and ends with 7.
const TELLS: &str = r#"(module
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1 1)
    (func $lines (param $at i32) (param $len i32)
        (local $i i32)
        (loop $next
            (if (i32.lt_u (local.get $i) (local.get $len)) (then
                (if (i32.eqz (i32.load8_u (i32.add (local.get $at) (local.get $i))))
                    (then (i32.store8 (i32.add (local.get $at) (local.get $i)) (i32.const 10))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $next))))
        (i32.store (i32.const 0) (local.get $at))
        (i32.store (i32.const 4) (local.get $len))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "_start")
        (drop (call $args_sizes (i32.const 16) (i32.const 20)))
        (drop (call $args (i32.const 32) (i32.const 1024)))
        (call $lines (i32.const 1024) (i32.load (i32.const 20)))
        (drop (call $env_sizes (i32.const 16) (i32.const 20)))
        (drop (call $env (i32.const 32) (i32.const 2048)))
        (call $lines (i32.const 2048) (i32.load (i32.const 20)))
        (call $exit (i32.const 7))))"#;

/// An image of it, signed as the device wants it.
fn shipped() -> Directory {
    let project = PROJECT.replace("memory = \"64k\"", "memory = \"256k\"\nstack = \"8k\"\nactivation_ms = 8");
    let directory = workshop().module("app.wasm", TELLS).file("sampan.toml", project.as_bytes());
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    directory
}

fn run(directory: &Directory, file: &str, options: &[&str]) -> Outcome {
    directory.sampan(&[&["run", file], &VERIFY[2..], options].concat())
}

const PRINTED: &str = "plant.pump\n--fast\nMODE=test\n";

#[test]
fn the_policy_decides_what_options_do_for_a_module() {
    let directory = shipped();
    let outcome = run(&directory, "sampan.suit", &["--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (7, ""), "{outcome:?}");
    assert!(outcome.stdout.starts_with(PRINTED), "{outcome:?}");
    let container = &outcome.report()["containers"][0];
    assert_eq!((&container["name"], &container["engine"]), (&"plant.pump".into(), &"packed".into()));
    assert_eq!(container["memory"]["limit"], 256 * 1024);
    let told = run(&directory, "sampan.suit", &["-v"]).stderr;
    let granted = "plant.pump: verified, sequence number 7; granted: kv:2048, log, msg.pub:plant/1/temp; asked for in vain: gpio:led0";
    assert!(told.contains(granted) && told.contains("not carried out here: activation_ms, fault"), "{told}");
}

#[test]
fn each_engine_takes_its_part() {
    let directory = shipped();
    for engine in ["packed", "wasmi"] {
        let outcome = run(&directory, "sampan.suit", &["--engine", engine, "--json"]);
        assert_eq!((outcome.code, &outcome.report()["containers"][0]["engine"]), (7, &engine.into()));
    }
    let both = run(&directory, "sampan.suit", &["--engine", "both"]);
    assert!(
        both.code == 7 && both.stderr.contains("the engines agree") && both.stdout == PRINTED,
        "{both:?}"
    );
    let packed = PROJECT.replace("module = \"app.wasm\"", "module = \"app.wasm\"\nengines = [\"packed\"]");
    let directory = directory.file("sampan.toml", packed.replace("64k", "256k").as_bytes());
    ok(&directory, &["pack", "sampan.toml", "--key", "dev.pem", "--key", "op.pem"]);
    assert_eq!(run(&directory, "sampan.suit", &[]).code, 7);
    run(&directory, "sampan.suit", &["--engine", "wasmi"])
        .expect(65, "sampan: sampan.suit: it has no module\n");
}

#[test]
fn nothing_of_a_refused_image_runs() {
    let directory = shipped();
    let image = read(&directory, "sampan.suit");
    let refused = |file: &str, options: &[&str], why: &str| {
        let outcome = run(&directory, file, options);
        outcome.expect_line(77, &format!("sampan: {file}: refused: "), "");
        assert!(outcome.stdout.is_empty() && outcome.stderr.contains(why), "{outcome:?}");
    };
    refused("sampan.suit", &["--counter", "7"], "not above the counter");
    refused("sampan.suit", &["--floor", "8"], "below the floor");
    let foreign = run(&directory, "sampan.suit", &["--vendor", "00000000-0000-0000-0000-000000000000"]);
    foreign.expect_line(77, "sampan: trust.suit: refused: another vendor's id", "");
    ok(&directory, &["sign", "sampan.suit", "--key", "stranger.pem", "-o", "stranger.suit"]);
    refused("stranger.suit", &[], "no trusted key");
    ok(&directory, &["pack", "sampan.toml", "-o", "unsigned.suit"]);
    refused("unsigned.suit", &[], "no signature");
    ok(&directory, &["sign", "unsigned.suit", "--key", "dev.pem"]);
    refused("unsigned.suit", &[], "nobody with the role");
    refused("app.wasm", &[], "no signed image");
    for at in (0..image.len()).step_by(97).chain([image.len() - 1]) {
        let mut tampered = image.clone();
        tampered[at] ^= 0x10;
        std::fs::write(directory.path().join("tampered.suit"), &tampered).unwrap();
        refused("tampered.suit", &[], "");
        std::fs::write(directory.path().join("cut.suit"), &image[..at]).unwrap();
        refused("cut.suit", &[], "");
    }
    // One of several keeps the others from running.
    let both = directory.sampan(&[&["run", "sampan.suit", "stranger.suit"], &VERIFY[2..]].concat());
    assert!(both.code == 77 && both.stdout.is_empty(), "{both:?}");
    ok(&directory, &["trust", "revoke", "trust.suit", "--key", "dev.pem.pub", "--sign-with", "root2.pem"]);
    refused("sampan.suit", &[], "revoked key");
}

#[test]
fn command_lines_that_do_not_fit() {
    let directory = shipped();
    directory
        .sampan(&["run", "sampan.suit"])
        .expect(64, "sampan: sampan.suit: a signed image: --trust and --root say whose signatures count\n");
    for options in [
        &["--memory", "1M"][..],
        &["--arg", "x"],
        &["--env", "A=b"],
        &["--name", "x"],
        &["--permit", "log"],
        &["--share", "5"],
    ] {
        run(&directory, "sampan.suit", options).expect_line(
            64,
            "sampan: options for containers are for plain",
            "",
        );
    }
    assert_eq!(run(&directory, "sampan.suit:priority=1", &[]).code, 64);
    for args in [&["--trust", "trust.suit"][..], &["--root", "root1.pem.pub"], &["--counter", "3"]] {
        assert_eq!(directory.sampan(&[&["run", "app.wasm"], args].concat()).code, 64, "{args:?}");
    }
    assert_eq!(directory.sampan(&["verify", "sampan.suit"]).code, 64);
}

#[test]
fn a_plain_module_is_permitted_what_the_command_line_says() {
    let directory = Directory::new().module("app.wasm", TELLS);
    assert_eq!(directory.sampan(&["run", "app.wasm", "--permit", "log", "--permit", "gpio:led0"]).code, 7);
    assert_eq!(directory.sampan(&["run", "app.wasm:permit=kv:4096,permit=log"]).code, 7);
    directory.sampan(&["run", "app.wasm", "--permit", "gpio"]).expect_line(
        64,
        "sampan: invalid value 'gpio'",
        "",
    );
    let many: Vec<String> =
        (0..65).flat_map(|number| ["--permit".to_owned(), format!("x{number}")]).collect();
    let many: Vec<&str> = ["run", "app.wasm"].into_iter().chain(many.iter().map(String::as_str)).collect();
    directory.sampan(&many).expect(64, "sampan: more than 64 permissions for app\n");
}
