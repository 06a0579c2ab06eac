;; SPDX-License-Identifier: Apache-2.0
;; Keeps a tank between 500 and 520 tenths of a degree, ten times a second, and ends when it's asked to.
(module
  (import "tank" "temperature" (func $temperature (result i32)))
  (import "tank" "heat" (func $heat (param i32)))
  (import "sampan:lifecycle" "stop-requested" (func $stop_requested (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 128 (pagesize 1))
  ;; A subscription of poll_oneoff: clock 1 (monotonic), in 100 000 000 ns.
  (data (i32.const 16) "\01")
  (data (i32.const 24) "\00\e1\f5\05")
  (func (export "_start")
    (loop $again
      (if (i32.lt_s (call $temperature) (i32.const 500)) (then (call $heat (i32.const 1))))
      (if (i32.gt_s (call $temperature) (i32.const 520)) (then (call $heat (i32.const 0))))
      (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 96)))
      (br_if $again (i32.eqz (call $stop_requested))))
    (call $heat (i32.const 0))))
