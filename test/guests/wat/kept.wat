;; A guest that is kept between calls: it has state everywhere, writes, waits, and ends in many ways.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1 8)
  (global $initialized (mut i32) (i32.const 0))
  (global $sum (export "sum") (mut i64) (i64.const 0))
  (global (export "pi") f64 (f64.const 3.25))
  (global $count (export "count") (mut i32) (i32.const 0))
  (global (export "nothing") (mut funcref) (ref.null func))
  (func (export "_initialize")
    (global.set $initialized (i32.add (global.get $initialized) (i32.const 1)))
    (drop (call $args_sizes_get (i32.const 64) (i32.const 68))))
  (func (export "initialized") (result i32) (global.get $initialized))
  (func (export "arguments") (result i32) (i32.load (i32.const 64)))
  (func (export "push") (param i32) (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.set $sum (i64.add (global.get $sum) (i64.extend_i32_s (local.get 0))))
    (i32.wrap_i64 (global.get $sum)))
  (func (export "touch"))
  (func (export "divmod") (param i32 i64) (result i64 f32 f64 i32)
    (i64.div_s (local.get 1) (i64.extend_i32_s (local.get 0)))
    (f32.convert_i32_s (local.get 0))
    (f64.convert_i64_s (local.get 1))
    (i32.const -7))
  ;; Divides by its argument: 0 is a trap.
  (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "spin") (loop (br 0)))
  ;; Has something left to do at every depth, so that no compiler makes a loop of it.
  (func $deeper (export "recurse") (param i32) (result i32)
    (local $below i32)
    (local.set $below (call $deeper (i32.add (local.get 0) (i32.const 1))))
    (i32.store (i32.const 2048) (local.get 0))
    (i32.add (local.get $below) (i32.load (i32.const 2048))))
  (func (export "exit") (param i32) (call $proc_exit (local.get 0)))
  ;; Writes so many bytes of what lies at 1024.
  (func (export "write") (param $descriptor i32) (param $length i32)
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (local.get $descriptor) (i32.const 0) (i32.const 1) (i32.const 8))))
  ;; Reads standard input to 1024; gives how much that was.
  (func (export "read") (param $length i32) (result i32)
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.load (i32.const 8)))
  ;; Processor time that the guest has spent, by its clock, in nanoseconds.
  (func (export "processorTime") (result i64)
    (drop (call $clock_time_get (i32.const 2) (i64.const 0) (i32.const 16)))
    (i64.load (i32.const 16)))
  ;; Counts down.
  (func (export "work") (param $rounds i32) (result i32)
    (loop
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if 0 (i32.gt_s (local.get $rounds) (i32.const 0))))
    (local.get $rounds)))
