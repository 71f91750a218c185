/** The bytes that pass through the guest in one timed invocation. */
export const STREAM_BYTES = 256 * 1024 * 1024;
/** The size of each chunk. */
export const PIECE_BYTES = 64 * 1024;

/**
 * The guest of this workload, as WebAssembly text: it copies its standard input to its standard
 * output.
 */
export const STREAM_GUEST_TEXT = `(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (local $at i32) (local $left i32)
    (loop $read
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 65536))
      (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
        (then (unreachable)))
      (local.set $at (i32.const 1024))
      (local.set $left (i32.load (i32.const 8)))
      (if (i32.eqz (local.get $left)) (then (return)))
      (loop $write
        (i32.store (i32.const 0) (local.get $at))
        (i32.store (i32.const 4) (local.get $left))
        (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (unreachable)))
        (local.set $at (i32.add (local.get $at) (i32.load (i32.const 8))))
        (local.set $left (i32.sub (local.get $left) (i32.load (i32.const 8))))
        (br_if $write (local.get $left)))
      (br $read))))`;

/** The same, assembled. */
export const STREAM_GUEST = Buffer.from(
  [
    'AGFzbQEAAAABDAJgBH9/f38Bf2AAAAJEAhZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxB2ZkX3JlYWQAABZ3YXNpX3Nu',
    'YXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAIHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKdAFyAQJ/A0BB',
    'AEGACDYCAEEEQYCABDYCAEEAQQBBAUEIEAAEQAALQYAIIQBBCCgCACEBIAFFBEAPCwNAQQAgADYCAEEEIAE2AgBB',
    'AUEAQQFBCBABBEAACyAAQQgoAgBqIQAgAUEIKAIAayEBIAENAAsMAAsL',
  ].join(''),
  'base64',
);
