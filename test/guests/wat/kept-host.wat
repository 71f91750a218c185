;; A guest that is kept and calls host functions, in its constructors as well.
(module
  (import "env" "ask" (func $ask (param i32) (result i32)))
  (import "env" "begin" (func $begin))
  (import "env" "wide" (func $wide (param i64 f32 f64) (result i64 f64)))
  (memory (export "memory") 1 64)
  (global $sum (export "sum") (mut i32) (i32.const 0))
  (func (export "_initialize") (call $begin))
  ;; Adds what it is told.
  (func (export "add") (param i32) (result i32)
    (global.set $sum (i32.add (global.get $sum) (call $ask (local.get 0))))
    (global.get $sum))
  (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
  (func (export "wide") (param i64 f32 f64) (result i64 f64)
    (call $wide (local.get 0) (local.get 1) (local.get 2)))
  (func (export "total") (result i32) (global.get $sum))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "trap") (unreachable))
  (func (export "spin") (loop (br 0)))
  ;; Counts down.
  (func (export "work") (param $rounds i32) (result i32)
    (loop
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if 0 (i32.gt_s (local.get $rounds) (i32.const 0))))
    (local.get $rounds))
  (func (export "touch")))
