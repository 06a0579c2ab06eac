;; SPDX-License-Identifier: Apache-2.0
;; Ends at once, by returning.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
