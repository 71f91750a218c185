import { Writable } from 'node:stream';

import { wasmFile } from './wat.js';

/**
 * Shared by the guests below: `$read` returns 0 at the end of stdin, `$write` writes everything.
 */
const PRELUDE = `
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 3)
  (func $read (param $at i32) (param $size i32) (result i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $size))
    (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
    (i32.load (i32.const 8)))
  (func $write (param $fd i32) (param $at i32) (param $size i32)
    (local $errno i32)
    (loop $more
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $size))
      (local.set $errno
        (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
      (if (local.get $errno) (then (call $exit (local.get $errno))))
      (local.set $at (i32.add (local.get $at) (i32.load (i32.const 8))))
      (local.set $size (i32.sub (local.get $size) (i32.load (i32.const 8))))
      (br_if $more (local.get $size))))`;

const COPY = `(local $n i32)
  (loop $more
    (local.set $n (call $read (i32.const 1024) (i32.const 65536)))
    (if (local.get $n) (then
      (call $write (i32.const 1) (i32.const 1024) (local.get $n))
      (br $more))))`;

/** More than the default of `limits.outputBytes`, which does not count what goes to a stream. */
export const LARGE_BYTES = 257 * 2 ** 20;

/** More than the longest string of V8 has, 512 MiB, and a buffer that doubles passes that as well. */
export const GIGABYTE = 2 ** 30;

/** Writes so many bytes in a single call, if all of them are accepted. */
const writeAtOnce = (bytes: number): string => `
  (if (i32.eq (memory.grow (i32.const ${bytes / 65_536})) (i32.const -1)) (then (unreachable)))
  (call $write (i32.const 1) (i32.const 65536) (i32.const ${bytes}))`;

/** The guests for the tests of streams, by what their program does. */
const PROGRAMS = {
  /** Copies standard input to standard output. */
  copy: COPY,
  /** Does nothing. */
  nothing: '',
  /** Reads once and passes that on. */
  first: `(call $write (i32.const 1) (i32.const 1024) (call $read (i32.const 1024) (i32.const 16)))`,
  /** Writes 64 KiB to standard output repeatedly, after "x" to standard error. */
  flood: `(i32.store8 (i32.const 16) (i32.const 120))
    (call $write (i32.const 2) (i32.const 16) (i32.const 1))
    (loop $more (call $write (i32.const 1) (i32.const 1024) (i32.const 65536)) (br $more))`,
  /** Writes 4 KiB to standard output 1,000 times. */
  small: `(local $n i32)
    (loop $more
      (call $write (i32.const 1) (i32.const 1024) (i32.const 4096))
      (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 1000))))`,
  /** Writes {@link LARGE_BYTES} in a single call. */
  large: writeAtOnce(LARGE_BYTES),
  /** Likewise a gigabyte. */
  gigabyte: writeAtOnce(GIGABYTE),
  /**
   * Passes on what it reads; traps afterwards if that begins with "l", and before if it begins with
   * "t".
   */
  byInput: `(local $n i32)
    (local.set $n (call $read (i32.const 1024) (i32.const 64)))
    (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 116)) (then (unreachable)))
    (call $write (i32.const 1) (i32.const 1024) (local.get $n))
    (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 108)) (then (unreachable)))`,
  /** Passes on what it reads, or computes if there is nothing to read. */
  endsOrComputes: `(local $n i32)
    (local.set $n (call $read (i32.const 1024) (i32.const 16)))
    (if (local.get $n)
      (then (call $write (i32.const 1) (i32.const 1024) (local.get $n)))
      (else (loop $more (br $more))))`,
  /** Passes on what it reads, then computes if that begins with "c". */
  passesOnOrComputes: `
    (call $write (i32.const 1) (i32.const 1024) (call $read (i32.const 1024) (i32.const 16)))
    (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 99)) (then (loop $more (br $more))))`,
  /** Reads once, then computes. */
  reads: '(drop (call $read (i32.const 1024) (i32.const 16))) (loop $more (br $more))',
  /** Writes to both outputs, then traps. */
  traps: `(i64.store (i32.const 16) (i64.const 0x646e65207275_6f79))
    (call $write (i32.const 1) (i32.const 16) (i32.const 4))
    (call $write (i32.const 2) (i32.const 16) (i32.const 8))
    (unreachable)`,
  /** Copies, and exits with 7. */
  exits: `${COPY} (call $exit (i32.const 7))`,
} as const;

/** The name of one of them. */
export type StreamGuest = keyof typeof PROGRAMS;

const files = new Map<StreamGuest, Promise<string>>();

/** A guest by its name; it also exports its function as `main`, for `invoke`. */
export function streamGuest(name: StreamGuest): Promise<string> {
  let file = files.get(name);
  if (!file) {
    const body = PROGRAMS[name];
    file = wasmFile(`(module ${PRELUDE}
      (func $main (export "_start") ${body})
      (func (export "main") (call $main)))`);
    files.set(name, file);
  }
  return file;
}

/** A target that keeps what it receives. */
export class Kept extends Writable {
  readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.chunks.push(chunk);
    setImmediate(done);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** A promise that settles after the event loop has turned for this long. */
export function milliseconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count));
}

/** A promise that never settles. */
export function never<T = void>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
