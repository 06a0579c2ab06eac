;; SPDX-License-Identifier: Apache-2.0
;; Sleeps for an hour at a time until it is asked to stop, then exits with 9.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "sampan:lifecycle" "stop-requested" (func $stop_requested (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 3600000000000))
    (loop $again
      (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 96)))
      (br_if $again (i32.eqz (call $stop_requested))))
    (call $exit (i32.const 9))))
