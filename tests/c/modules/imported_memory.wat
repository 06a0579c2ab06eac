;; SPDX-License-Identifier: Apache-2.0
;; Valid, but wants its memory from the host.
(module
  (import "env" "memory" (memory 1))
  (func (export "_start")))
