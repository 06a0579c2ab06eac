;; SPDX-License-Identifier: Apache-2.0
;; Has a start function, which would run while it is loaded.
(module
  (memory (export "memory") 1)
  (func $early (loop $again (br $again)))
  (start $early)
  (func (export "_start")))
