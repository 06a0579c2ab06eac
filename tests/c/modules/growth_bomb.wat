;; SPDX-License-Identifier: Apache-2.0
;; Grows its memory until it is refused, then exits with the pages that it has, 255 at most.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (call $exit (i32.and (memory.size) (i32.const 255)))))
