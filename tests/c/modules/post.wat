;; SPDX-License-Identifier: Apache-2.0
;; Publishes, asks, and ends with the length of the answer.
(module
  (import "sampan:msg/1" "publish" (func $publish (param i32 i32 i32 i32) (result i32)))
  (import "sampan:msg/1" "request" (func $request (param i32 i32 i32 i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "plant/1hello")
  (func (export "_start")
    (drop (call $publish (i32.const 0) (i32.const 7) (i32.const 7) (i32.const 5)))
    (call $exit
      (call $request
        (i32.const 0) (i32.const 7) (i32.const 7) (i32.const 5) (i64.const 1000000) (i32.const 64) (i32.const 16)))))
