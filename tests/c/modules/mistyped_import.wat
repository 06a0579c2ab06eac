;; SPDX-License-Identifier: Apache-2.0
;; Imports `test.act` with a parameter that it doesn't have.
(module
  (import "test" "act" (func (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
