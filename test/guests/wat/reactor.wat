;; A reactor: its state is set up by _initialize, which must have run once before each call.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (global $calls (mut i32) (i32.const 0))
  (func (export "_initialize")
    (global.set $initialized (i32.add (global.get $initialized) (i32.const 1)))
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4))))
  (func (export "initialized") (result i32) (global.get $initialized))
  (func (export "arguments") (result i32) (i32.load (i32.const 0)))
  (func (export "calls") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (global.get $calls)))
