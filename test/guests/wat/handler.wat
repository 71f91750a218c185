;; A guest for the Lambda handler that does what the byte after FF D8 asks for: 'l' never ends, 't'
;; traps, 'x' exits with the code in the next byte and 'secret: details' on standard error, 'p'
;; prints what is no JSON, 'g' some million bytes as often as the next byte says; anything else is answered with '{"model":"none","topK":[]}'.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\04\00\00\00")      ;; 4 bytes to address 64
  (data (i32.const 16) "\00\01\00\00\10\00\00\00")     ;; 16 bytes at address 256
  (data (i32.const 24) "\00\02\00\00\1a\00\00\00")     ;; 26 bytes at address 512
  (data (i32.const 32) "\00\03\00\00\08\00\00\00")     ;; 8 bytes at address 768
  (data (i32.const 40) "\00\04\00\00\00\fc\00\00")     ;; 64,512 bytes at address 1,024
  (data (i32.const 256) "secret: details\n")
  (data (i32.const 512) "{\"model\":\"none\",\"topK\":[]}")
  (data (i32.const 768) "no JSON\n")
  (func (export "_start")
    (local $what i32)
    (local $times i32)
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 60)))
    (local.set $what (i32.load8_u (i32.const 66)))
    (if (i32.eq (local.get $what) (i32.const 108)) (then (loop $again (br $again))))
    (if (i32.eq (local.get $what) (i32.const 116)) (then unreachable))
    (if (i32.eq (local.get $what) (i32.const 120))
      (then
        (drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 60)))
        (call $proc_exit (i32.load8_u (i32.const 67)))))
    (if (i32.eq (local.get $what) (i32.const 112))
      (then
        (drop (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 60)))
        (call $proc_exit (i32.const 0))))
    (if (i32.eq (local.get $what) (i32.const 103))
      (then
        (memory.fill (i32.const 1024) (i32.const 97) (i32.const 64512))
        (local.set $times (i32.mul (i32.load8_u (i32.const 67)) (i32.const 16)))
        (loop $again
          (drop (call $fd_write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 60)))
          (local.set $times (i32.sub (local.get $times) (i32.const 1)))
          (br_if $again (local.get $times)))
        (call $proc_exit (i32.const 0))))
    (drop (call $fd_write (i32.const 1) (i32.const 24) (i32.const 1) (i32.const 60)))))
