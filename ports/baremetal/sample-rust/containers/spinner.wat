;; SPDX-License-Identifier: Apache-2.0
;; Never comes back.
(module
  (func (export "_start")
    (loop $again (br $again))))
