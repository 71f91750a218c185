;; The trivial guest: its input's first letter says what it is to do; by default it gives its input back.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 2)
  ;; An iovec over the input, and the name of a file.
  (data (i32.const 0) "\00\04\00\00\00\01\00\00")
  (data (i32.const 32) "file")

  (func $letter (result i32) (i32.load8_u (i32.const 1024)))
  (func $is (param $letter i32) (result i32) (i32.eq (call $letter) (local.get $letter)))
  (func $recurse (result i32) (i32.add (call $recurse) (call $letter)))

  ;; For a snapshot: something on the second page, and its sum, which is written over.
  (func (export "prepare")
    (drop (memory.grow (i32.const 1)))
    (memory.fill (i32.const 66000) (i32.const 7) (i32.const 40)))
  (func (export "use") (result i32)
    (local $at i32) (local $sum i32)
    (loop $next
      (local.set $sum
        (i32.add (local.get $sum) (i32.load8_u offset=66000 (local.get $at))))
      (i32.store8 offset=66000 (local.get $at) (i32.const 255))
      (br_if $next
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 40))))
    (local.get $sum))

  (func (export "_start")
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (if (call $is (i32.const 117)) (then unreachable))                              ;; u
    (if (call $is (i32.const 109)) (then (i32.store (i32.const -4) (i32.const 1)))) ;; m
    (if (call $is (i32.const 100))                                                  ;; d
      (then (drop (i32.div_u (call $letter) (i32.sub (call $letter) (i32.const 100))))))
    (if (call $is (i32.const 114)) (then (drop (call $recurse))))                   ;; r
    (if (call $is (i32.const 115)) (then (loop (br 0))))                            ;; s
    (if (call $is (i32.const 120)) (then (call $proc_exit (i32.const 7))))          ;; x
    ;; g: takes another page and some descriptors, and forgets them.
    (if (call $is (i32.const 103))
      (then
        (drop (memory.grow (i32.const 1)))
        (i32.store8 (i32.const 131071) (i32.const 1))
        (loop $again
          (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4)
                                 (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0)
                                 (i32.const 20)))
          (br_if $again (i32.lt_u (i32.load (i32.const 20)) (i32.const 12))))))
    (i32.store (i32.const 4) (i32.load (i32.const 16)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
