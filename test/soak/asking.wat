;; A guest that asks its host, and remembers: what it asks for says what the host function is to do.
(module
  (import "env" "give" (func $give (param i32) (result i32)))
  (memory (export "memory") 1 4)
  (global $sum (mut i32) (i32.const 0))
  (func (export "ask") (param $what i32) (result i32) (call $give (local.get $what)))
  (func (export "push") (param $value i32) (result i32)
    (global.set $sum (i32.add (global.get $sum) (local.get $value)))
    (global.get $sum))
  (func (export "trap") (unreachable))
  (func (export "spin") (loop (br 0))))
