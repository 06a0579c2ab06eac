;; SPDX-License-Identifier: Apache-2.0
;; Prints two lines and a half to standard output, one to standard error, and returns.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "first\nsecond\nhalf")
  (data (i32.const 96) "oops\n")
  (func $print (param $fd i32) (param $start i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $start))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (call $print (i32.const 1) (i32.const 64) (i32.const 17))
    (call $print (i32.const 2) (i32.const 96) (i32.const 5))))
