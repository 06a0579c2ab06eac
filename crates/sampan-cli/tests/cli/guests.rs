// SPDX-License-Identifier: Apache-2.0
//! Guests, as WebAssembly text.

/// Never ends by itself.
pub(crate) const LOOPS: &str = r#"(module (func (export "_start") (loop (br 0))))"#;

/// Prints `out` to standard output and `err` to standard error.
pub(crate) const PRINTS: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\20\00\00\00\04\00\00\00\30\00\00\00\03\00\00\00")
    (data (i32.const 32) "out\n")
    (data (i32.const 48) "err")
    (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 16)))))"#;

/// Prints a line of 16 random letters without end, and sleeps a millisecond after each.
pub(crate) const PRINTS_RANDOM: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\40\00\00\00\11\00\00\00")
    (func (export "_start") (local $at i32)
        (i32.store (i32.const 272) (i32.const 1))
        (i64.store (i32.const 280) (i64.const 1000000))
        (loop $lines
            (drop (call $random (i32.const 64) (i32.const 16)))
            (local.set $at (i32.const 0))
            (loop
                (i32.store8 offset=64 (local.get $at)
                    (i32.add (i32.const 97) (i32.rem_u (i32.load8_u offset=64 (local.get $at)) (i32.const 26))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br_if 0 (i32.lt_u (local.get $at) (i32.const 16))))
            (i32.store8 (i32.const 80) (i32.const 10))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $poll (i32.const 256) (i32.const 512) (i32.const 1) (i32.const 600)))
            (br $lines))))"#;

/// Prints its arguments and environment as they lie in memory, terminators and all.
pub(crate) const PRINTS_ARGS: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $print
        (i32.store (i32.const 0) (i32.const 4096))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "_start")
        (drop (call $args_sizes (i32.const 8) (i32.const 4)))
        (drop (call $args (i32.const 256) (i32.const 4096)))
        (call $print)
        (drop (call $env_sizes (i32.const 8) (i32.const 4)))
        (drop (call $env (i32.const 256) (i32.const 4096)))
        (call $print)))"#;

/// Sleeps an hour, unless asked to stop; then exits with 5.
pub(crate) const SLEEPS: &str = r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "sampan:lifecycle" "stop-requested" (func $stop (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
        (i32.store (i32.const 80) (i32.const 1))
        (i64.store (i32.const 88) (i64.const 3600000000000))
        (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 256)))
        (if (call $stop) (then (call $exit (i32.const 5))))))"#;

/// Calls `env.ask` with 20 and -1, and exits with the answer.
pub(crate) const ASKS: &str = r#"(module
    (import "env" "ask" (func $ask (param i32 i64) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (func (export "_start") (call $exit (call $ask (i32.const 20) (i64.const -1)))))"#;

/// Exits with `code`.
pub(crate) fn exits(code: i32) -> String {
    format!(
        r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (func (export "_start") (call $exit (i32.const {code}))))"#
    )
}

/// Runs `body` as its entry point, with a page of memory and a table of one function.
pub(crate) fn runs(body: &str) -> String {
    format!(
        r#"(module (memory 1) (table 2 funcref) (type $none (func)) (type $one (func (param i32)))
        (func $f (param i32)) (elem (i32.const 0) $f) (func (export "_start") {body}))"#
    )
}
