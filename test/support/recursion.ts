import { wasmFile } from './wat.js';

/** The recursive call; its result is used so that no compiler can turn it into a loop. */
const below = (call: string): string =>
  `(i32.xor (i32.mul ${call} (i32.const 31)) (i32.load (local.get $depth)))`;

const DEEPER = '(i32.and (i32.add (local.get $depth) (i32.const 1)) (i32.const 0xfff))';

/** A program that recurses endlessly. */
export const ENDLESS_RECURSION = `(module
  (memory 1)
  (func $f (param $depth i32) (result i32) ${below(`(call $f ${DEEPER})`)})
  (func (export "_start") (drop (call $f (i32.const 0)))))`;

/** Locals and instructions that enlarge a function's frame, by 16 bytes for each vector. */
interface Frame {
  locals: string;
  /** A path that is never taken. */
  path: string;
}

function frame(name: string, vectors: number): Frame {
  const each = (text: (index: number) => string): string =>
    Array.from({ length: vectors }, (_, index) => text(index)).join('\n');
  if (vectors === 0) return { locals: '', path: '' };
  return {
    locals: each((index) => `(local $kept${index} v128)`),
    path: `(if (i32.eq (local.get $depth) (i32.const -1)) (then
      ${each((index) => `(local.set $kept${index} (v128.load offset=${16 * index} (i32.const 0)))`)}
      (i32x4.splat (call $${name} (i32.const 0)))
      ${each((index) => `(i32x4.${index % 2 ? 'add' : 'mul'} (local.get $kept${index}))`)}
      (return (i32x4.extract_lane 0))))`,
  };
}

/**
 * A guest with two functions: `endless` recurses endlessly, with frames of more than 16 KiB, so that
 * about a thousand use up the stack; `ending` recurses as deep as its parameter says.
 */
export function recursionGuest(): Promise<string> {
  const { locals, path } = frame('endless', 1024);
  return wasmFile(`(module
    (memory 1)
    (func $endless (export "endless") (param $depth i32) (result i32)
      ${locals} ${path}
      ${below(`(call $endless ${DEEPER})`)})
    (func $ending (export "ending") (param $depth i32) (result i32)
      (if (i32.eqz (local.get $depth)) (then (return (i32.const 0))))
      (i32.xor (i32.mul (call $ending (i32.sub (local.get $depth) (i32.const 1))) (i32.const 31))
               (local.get $depth))))`);
}

/** The result of `ending`. */
export function endingResult(depth: number): number {
  let result = 0;
  for (let step = 1; step <= depth; ++step) result = Math.imul(result, 31) ^ step;
  return result;
}

/** A direct call of $recurse with the next depth. */
const straight = (depth: string): string => `(call $recurse ${depth})`;

/**
 * A program that recurses endlessly, with the given instruction at each depth, through `call`,
 * which leads to $recurse again, in frames with this many 16-byte vectors.
 */
export function endlessRecursion(
  instruction: string,
  call = straight,
  vectors = 0,
): Promise<string> {
  const { locals, path } = frame('recurse', vectors);
  return wasmFile(`(module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_filestat_get"
      (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_nn" "load_by_name"
      (func $load_by_name (param i32 i32 i32) (result i32)))
    (type $recursive (func (param i32) (result i32)))
    (memory (export "memory") 1)
    ;; One byte of standard output, beyond all that the functions read.
    (data (i32.const 32768) "\\10\\80\\00\\00\\01\\00\\00\\00")
    (data (i32.const 32784) ".")
    (data $passive "passive")
    (table $table 4 funcref)
    (elem (i32.const 0) $recurse $other)
    (elem $functions func $recurse $other)
    (func $other (param $depth i32) (result i32) ${below(`(call $recurse ${DEEPER})`)})
    (func $recurse (param $depth i32) (result i32)
      ${locals}
      ${instruction}
      ${path}
      ${below(call(DEEPER))})
    (func (export "recurse") (result i32) (call $recurse (i32.const 0)))
    (func (export "_start") (drop (call $recurse (i32.const 0))))
    (func (export "good") (result i32) (i32.load8_u (i32.const 32784))))`);
}
