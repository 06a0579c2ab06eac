// SPDX-License-Identifier: Apache-2.0
//! Guests, as WebAssembly text.

/// Returns at once.
pub(crate) const RETURNS: &str = r#"(module (func (export "_start")))"#;

/// Never ends by itself.
pub(crate) const LOOPS: &str = r#"(module (func (export "_start") (loop (br 0))))"#;

/// Traps.
pub(crate) const TRAPS: &str = r#"(module (memory 0)
    (func (export "_start") (drop (i32.load (i32.const 4)))))"#;

/// Recurses until its stack is full.
pub(crate) const RECURSES: &str = r#"(module (func $f (export "_start") (call $f)))"#;

/// Divides by zero deep in calls.
pub(crate) const DIVIDES: &str = r#"(module
    (func $f (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (call $f (i32.sub (local.get 0) (i32.const 1))))
            (else (i32.div_u (i32.const 1) (local.get 0)))))
    (func (export "_start") (drop (call $f (i32.const 10)))))"#;

/// Sleeps an hour.
pub(crate) const SLEEPS: &str = r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
        (i32.store (i32.const 80) (i32.const 1))
        (i64.store (i32.const 88) (i64.const 3600000000000))
        (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 256)))))"#;

/// Exits with what `env.ask` answers to 20 and 1.
pub(crate) const ASKS: &str = r#"(module
    (import "env" "ask" (func $ask (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (call $exit (call $ask (i32.const 20) (i32.const 1)))))"#;

/// Asks 300 times, and exits with 0 if every answer was 7.
pub(crate) const ASKS_OFTEN: &str = r#"(module
    (import "env" "ask" (func $ask (param i32 i32) (result i32)))
    (func (export "_start") (local $left i32)
        (local.set $left (i32.const 300))
        (loop
            (if (i32.ne (i32.const 7) (call $ask (local.get $left) (i32.const 0))) (then (unreachable)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if 0 (local.get $left)))))"#;

/// Grows its memory until that is refused, writes to all of it, and returns.
pub(crate) const GROWS: &str = r#"(module (memory 0)
    (func (export "_start")
        (loop (br_if 0 (i32.ne (i32.const -1) (memory.grow (i32.const 1)))))
        (memory.fill (i32.const 0) (i32.const 5) (i32.mul (memory.size) (i32.const 65536)))))"#;

/// Works in 2 KiB of memory.
pub(crate) const SMALL_PAGES: &str = r#"(module (memory (export "memory") 2048 2048 (pagesize 1))
    (func (export "_start") (local $at i32)
        (loop
            (i32.store8 (local.get $at) (local.get $at))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get $at) (i32.const 2048))))))"#;

/// Prints 16 random bytes as letters, and the time in microseconds modulo 26 as one more.
pub(crate) const PRINTS_RANDOM: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\40\00\00\00\11\00\00\00")
    (func (export "_start") (local $at i32)
        (drop (call $random (i32.const 64) (i32.const 16)))
        (loop
            (i32.store8 offset=64 (local.get $at)
                (i32.add (i32.const 97) (i32.rem_u (i32.load8_u offset=64 (local.get $at)) (i32.const 26))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get $at) (i32.const 16))))
        (i32.store8 (i32.const 80) (i32.const 10))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;
