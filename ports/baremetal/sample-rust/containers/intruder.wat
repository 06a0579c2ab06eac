;; SPDX-License-Identifier: Apache-2.0
;; Writes where it has no memory.
(module
  (memory (export "memory") 128 (pagesize 1))
  (func (export "_start")
    (i32.store (i32.const 126) (i32.const -1))))
