;; SPDX-License-Identifier: Apache-2.0
;; Calls the host once and exits with what it answers. Its memory is one page that counts up from 0.
(module
  (import "test" "act" (func $act (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\00\01\02\03\04\05\06\07")
  (func (export "_start") (call $exit (call $act))))
