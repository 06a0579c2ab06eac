;; SPDX-License-Identifier: Apache-2.0
;; Exports a `_start` that can't be called without an argument.
(module
  (memory (export "memory") 1)
  (func (export "_start") (param i32)))
