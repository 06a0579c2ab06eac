;; SPDX-License-Identifier: Apache-2.0
;; Calls the host without end, and stops with the first answer that is not 0.
(module
  (import "test" "act" (func $act (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $answer i32)
    (loop $again
      (br_if $again (i32.eqz (local.tee $answer (call $act)))))
    (call $exit (local.get $answer))))
