;; SPDX-License-Identifier: Apache-2.0
;; Waits for the first message, publishes 15000, and takes what comes until it's told that no more will; ends with how many
;; it took, or with the error that publishing answered.
(module
  (import "sampan:msg/1" "publish" (func $publish (param i32 i32 i32 i32) (result i32)))
  (import "sampan:msg/1" "subscribe" (func $subscribe (param i32 i32) (result i32)))
  (import "sampan:msg/1" "receive" (func $receive (param i32 i32 i32 i32 i32) (result i32)))
  (import "sampan:event/1" "wait" (func $wait (param i64 i32) (result i32)))
  (import "test" "act" (func $act (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "all/all/#")
  (global $taken (mut i32) (i32.const 0))
  (func $drain
    (loop $next
      (if (i32.ge_s (call $receive (i32.const 64) (i32.const 64) (i32.const 128) (i32.const 64) (i32.const 192)) (i32.const 0))
        (then
          (global.set $taken (i32.add (global.get $taken) (i32.const 1)))
          (br $next)))))
  (func (export "_start")
    (local $left i32) (local $result i32)
    (if (i32.lt_s (call $subscribe (i32.const 4) (i32.const 5)) (i32.const 0)) (then (unreachable)))
    (drop (call $wait (i64.const -1) (i32.const 256)))
    (local.set $left (i32.const 15000))
    (loop $again
      (call $drain)
      (local.set $result (call $publish (i32.const 4) (i32.const 3) (i32.const 0) (i32.const 8)))
      (if (i32.lt_s (local.get $result) (i32.const 0)) (then (call $exit (local.get $result))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left)))
    (loop $until_told
      (call $drain)
      (br_if $until_told (i32.eqz (call $act))))
    (call $drain)
    (call $exit (global.get $taken))))
