;; What guests that never end are made of: the first fields of a module, before which there may be
;; further imports only. Of the memory it uses the numbers at 32 and 64, a subscription at 1,024 and
;; an event at 2,048.
(import "wasi_snapshot_preview1" "poll_oneoff"
  (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "random_get"
  (func $random_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
(type $number (func (param i32) (result i32)))
(memory (export "memory") 4 8)
(table $table 1 8 funcref)
(elem (i32.const 0) $count)

;; Doubles with each level: so many calls have no end.
(func $count (param $depth i32) (result i32)
  (if (i32.eqz (local.get $depth)) (then (return (i32.load (i32.const 64)))))
  (i32.xor
    (i32.mul (call $count (i32.sub (local.get $depth) (i32.const 1))) (i32.const 31))
    (call $count (i32.sub (local.get $depth) (i32.const 1)))))

;; One subscription of the monotonic clock, relative.
(func $sleep (param $nanoseconds i64)
  (i32.store (i32.const 1040) (i32.const 1))
  (i64.store (i32.const 1048) (local.get $nanoseconds))
  (drop (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 32))))
