;; SPDX-License-Identifier: Apache-2.0
;; Has both entry points: `_initialize` runs first and once, so `_start` exits with 1.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $initialised (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $initialised (i32.add (global.get $initialised) (i32.const 1))))
  (func (export "_start") (call $exit (global.get $initialised))))
