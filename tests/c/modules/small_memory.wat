;; SPDX-License-Identifier: Apache-2.0
;; Two kilobytes of memory, with pages of one byte: the last byte is there, the next one is not.
(module
  (memory (export "memory") 2048 2048 (pagesize 1))
  (func (export "_start")
    (i32.store8 (i32.const 2047) (i32.const 1))
    (i32.store8 (i32.const 2048) (i32.const 1))))
