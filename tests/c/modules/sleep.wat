;; SPDX-License-Identifier: Apache-2.0
;; Sleeps for a second of the monotonic clock, then exits with 3, or with 4 if the sleep failed.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1)) ;; clock: monotonic
    (i64.store (i32.const 24) (i64.const 1000000000)) ;; timeout in nanoseconds
    (if (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 96))
      (then (call $exit (i32.const 4))))
    (call $exit (i32.const 3))))
