// SPDX-License-Identifier: Apache-2.0
//! Every exit code, and the line that goes with it.

use crate::guests::{self, exits, runs};
use crate::support::{Directory, command, run};
use std::process::Stdio;

#[test]
fn a_container_s_own_code_is_the_tool_s() {
    run(r#"(module (func (export "_start")))"#, &[]).expect(0, "");
    for code in [0, 1, 2, 42, 63] {
        run(&exits(code), &[]).expect(code, "");
    }
    for code in [64, 255, 256, -1] {
        let line = format!("sampan: app: exit code {code} is outside 0 to 63\n");
        run(&exits(code), &[]).expect(75, &line);
    }
}

#[test]
fn a_wrong_command_line_is_64_and_one_line() {
    let directory = Directory::new().module("a.wasm", guests::LOOPS);
    let wrong: [&[&str]; 27] = [
        &["run"],
        &["walk"],
        &["run", "a.wasm", "--unknown"],
        &["run", "a.wasm", "--memory"],
        &["run", "a.wasm", "--memory", "0"],
        &["run", "a.wasm", "--memory", "4096M"],
        &["run", "a.wasm", "--memory", "-5"],
        &["run", "a.wasm", "--stack", "0"],
        &["run", "a.wasm", "--share", "0"],
        &["run", "a.wasm", "--share", "1001"],
        &["run", "a.wasm", "--priority", "8"],
        &["run", "a.wasm", "--slice", "0"],
        &["run", "a.wasm", "--slice", "10000001"],
        &["run", "a.wasm", "--seconds", "-1"],
        &["run", "a.wasm", "--seconds", "soon"],
        &["run", "a.wasm", "--arena", "2000M"],
        &["run", "a.wasm", "--speed", "0"],
        &["run", "a.wasm", "--clock", "sand"],
        &["run", "a.wasm", "--name", "a name"],
        &["run", "a.wasm", "--name", "this-name-is-far-too-long"],
        &["run", "a.wasm", "--env", "novalue"],
        &["run", "a.wasm", "a.wasm", "--name", "both"],
        &["run", "a.wasm:name=x", "a.wasm:name=x"],
        &["run", "a.wasm:share=none"],
        &["run", "a.wasm", "--provide", "env.f"],
        &["run", "a.wasm", "--provide", "wasi_snapshot_preview1.f=()"],
        &["run", "a.wasm", "--provide", "env.f=()", "--provide", "env.f=()i"],
    ];
    for args in wrong {
        directory.sampan(args).expect_line(64, "sampan: ", "");
    }
    let long = "x".repeat(4096);
    directory.sampan(&["run", "a.wasm", "--arg", &long]).expect_line(
        64,
        "sampan: a.wasm: refused: ",
        "too long",
    );
    let many = ["run"].into_iter().chain(std::iter::repeat_n("a.wasm", 65)).collect::<Vec<_>>();
    directory.sampan(&many).expect(64, "sampan: 65 containers are more than 64\n");
}

#[test]
fn a_file_that_can_t_be_read_is_66() {
    let directory = Directory::new();
    directory.sampan(&["run", "none.wasm"]).expect_line(66, "sampan: none.wasm: can't be read: ", ")");
    directory.sampan(&["run", "."]).expect_line(66, "sampan: .: can't be read: ", ")");
    directory.sampan(&["run", ""]).expect_line(66, "sampan: : can't be read: ", ")");
}

#[test]
fn what_can_t_be_linked_is_67_and_named() {
    run(guests::ASKS, &[]).expect(67, "sampan: app.wasm: import env.ask: nothing provides it\n");
    run(guests::ASKS, &["--provide", "env.ask=()i"]).expect_line(
        67,
        "sampan: app.wasm: import env.ask: ",
        "",
    );
    run(r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i64))) (func (export "_start")))"#, &[])
        .expect_line(67, "sampan: app.wasm: import wasi_snapshot_preview1.proc_exit: ", "");
    for no_entry in [
        "(module)",
        r#"(module (func (export "main")))"#,
        r#"(module (func (export "_start") (param i32)))"#,
        r#"(module (func (export "_start") (result i32) i32.const 0))"#,
    ] {
        run(no_entry, &[]).expect_line(67, "sampan: app.wasm: ", "`_start` without parameters and results");
    }
}

#[test]
fn a_trap_is_68_and_says_which() {
    let traps = [
        ("unreachable", "unreachable executed"),
        ("(drop (i32.load (i32.const 65533)))", "memory access out of bounds"),
        ("(i64.store (i32.const -1) (i64.const 0))", "memory access out of bounds"),
        ("(drop (i32.div_s (i32.const 1) (i32.const 0)))", "division by zero"),
        ("(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))", "integer overflow"),
        ("(drop (i32.trunc_f32_s (f32.const nan)))", "invalid conversion to integer"),
        ("(call_indirect (type $none) (i32.const 0))", "indirect call type mismatch"),
        ("(call_indirect (type $none) (i32.const 1))", "indirect call to null"),
        ("(call_indirect (type $none) (i32.const 2))", "table access out of bounds"),
    ];
    for (body, text) in traps {
        run(&runs(body), &[]).expect(68, &format!("sampan: app: ended: trap: {text}\n"));
    }
    let recursion = r#"(module (func $f (export "_start") (call $f) (call $f)))"#;
    run(recursion, &[]).expect(68, "sampan: app: ended: trap: stack overflow\n");
    run(recursion, &["--stack", "1"]).expect_line(68, "sampan: app: ended: trap: ", "stack overflow");
}

#[test]
fn the_time_limit_is_69() {
    let line = "sampan: app: killed at the time limit of 0.100000 s\n";
    run(guests::LOOPS, &["--seconds", "0.1"]).expect(69, line);
    run(guests::SLEEPS, &["--seconds", "0.1"]).expect(69, line);
    run(guests::LOOPS, &["--seconds", "0.1", "--grace", "0.05"]).expect(69, line);
    run(guests::LOOPS, &["--seconds", "0.1", "--clock", "real"]).expect(69, line);
    run(guests::LOOPS, &["--seconds", "0"])
        .expect(69, "sampan: app: killed at the time limit of 0.000000 s\n");
}

#[test]
fn out_of_memory_is_71() {
    run(guests::LOOPS, &["--arena", "1"])
        .expect(71, "sampan: an arena of 1 bytes can't hold the runtime; see --arena\n");
    let hint = "(see --memory, --stack and --arena)";
    run(guests::LOOPS, &["--arena", "16k"]).expect_line(
        71,
        "sampan: app.wasm: out of memory: the arena has no",
        hint,
    );
    run(guests::LOOPS, &["--memory", "1"]).expect_line(71, "sampan: app.wasm: out of memory", hint);
    run(guests::LOOPS, &["--memory", "4095M"]).expect_line(71, "sampan: app.wasm: out of memory", hint);
    run(guests::LOOPS, &["--stack", "4095M"]).expect_line(71, "sampan: app.wasm: out of memory", hint);
    let large = r#"(module (memory 65535) (func (export "_start")))"#;
    run(large, &[]).expect_line(71, "sampan: app.wasm: out of memory", hint);
}

#[test]
fn a_failed_host_function_is_72() {
    let line = "sampan: app: ended: host function failed with -5\n";
    run(guests::ASKS, &["--provide", "env.ask=(iI)i:fail=-5"]).expect(72, line);
}

#[test]
fn a_deadlock_is_73() {
    let line = "sampan: app: running, and waits for what nobody will bring\n";
    run(guests::ASKS, &["--provide", "env.ask=(iI)i:never", "--seconds", "5"]).expect(73, line);
}

#[test]
fn output_that_nobody_reads_is_74() {
    let directory = Directory::new().module("app.wasm", guests::PRINTS_RANDOM);
    let mut command = command(directory.path(), &["run", "app.wasm"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(74), &[][..]));
}

#[test]
fn errors_that_nobody_reads_keep_their_code() {
    let directory = Directory::new();
    for (args, code) in [(&["run", "none.wasm"], 66), (&["run", "--none"], 64)] {
        let mut child = command(directory.path(), args).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args:?}");
    }
}

#[test]
fn of_several_containers_the_first_that_failed_tells() {
    let directory = Directory::new()
        .module("well.wasm", &exits(0))
        .module("three.wasm", &exits(3))
        .module("trap.wasm", &runs("unreachable"))
        .module("unlinked.wasm", guests::ASKS);
    assert_eq!(directory.sampan(&["run", "well.wasm", "well.wasm"]).code, 0);
    assert_eq!(directory.sampan(&["run", "well.wasm", "three.wasm", "trap.wasm"]).code, 3);
    assert_eq!(directory.sampan(&["run", "trap.wasm", "three.wasm", "well.wasm"]).code, 68);
    directory
        .sampan(&["run", "trap.wasm", "unlinked.wasm"])
        .expect(67, "sampan: unlinked.wasm: import env.ask: nothing provides it\n");
}
