;; SPDX-License-Identifier: Apache-2.0
;; Traps in the way that its host asks for, by the number of `enum sampan_trap_kind`.
(module
  (import "test" "act" (func $which (result i32)))
  (type $plain (func))
  (type $other (func (result i32)))
  (memory (export "memory") 1 1)
  (table 4 funcref)
  (elem (i32.const 0) $recurse)
  (func $recurse (call $recurse))
  (func $at (param i32) (result i32) (i32.load (local.get 0)))
  (func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func $convert (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
  (func $indirect (param i32) (call_indirect (type $plain) (local.get 0)))
  (func $indirect_other (param i32) (result i32) (call_indirect (type $other) (local.get 0)))
  (func (export "_start")
    (block $stack
      (block $conversion
        (block $overflow
          (block $division
            (block $type
              (block $null
                (block $table
                  (block $memory
                    (block $unreachable
                      (br_table $unreachable $unreachable $memory $table $null $type $division $overflow
                        $conversion $stack (call $which)))
                    (unreachable))
                  (drop (call $at (i32.const 65533)))
                  (return))
                (call $indirect (i32.const 4))
                (return))
              (call $indirect (i32.const 1))
              (return))
            (drop (call $indirect_other (i32.const 0)))
            (return))
          (drop (call $divide (i32.const 1) (i32.const 0)))
          (return))
        (drop (call $divide (i32.const 0x80000000) (i32.const -1)))
        (return))
      (drop (call $convert (f32.const nan)))
      (return))
    (call $recurse)))
