;; SPDX-License-Identifier: Apache-2.0
;; Imports what nothing provides.
(module
  (import "plant" "open_valve" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
