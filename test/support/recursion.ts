import { wasmFile } from './wat.js';

/** How many values each call keeps for after the call below it: so that the stack is used up fast. */
const KEPT = 32;

const kept = (text: (index: number) => string): string =>
  Array.from({ length: KEPT }, (_, index) => text(index)).join('\n');

/**
 * A guest whose functions recurse without end: by themselves, through a table, through one another,
 * with a host call at each depth, and well-behaved to a given depth. The result of each call is
 * used after it, together with what was loaded before it, so that no compiler makes a loop of it.
 */
export function recursionGuest(): Promise<string> {
  const recursive = (name: string, call: string, before = ''): string => `
    (func $${name} (export "${name}") (param $depth i32) (result i32)
      ${kept((index) => `(local $kept${index} v128)`)}
      ${before}
      ${kept((index) => `(local.set $kept${index} (v128.load offset=${16 * index} (local.get $depth)))`)}
      ${call}
      (i32x4.splat)
      ${kept((index) => `(i32x4.add (local.get $kept${index}))`)}
      (i32x4.extract_lane 0))`;
  const deeper = '(i32.and (i32.add (local.get $depth) (i32.const 1)) (i32.const 0xfff))';
  return wasmFile(`(module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (type $recursive (func (param i32) (result i32)))
    (memory (export "memory") 1)
    ;; One byte of standard output, beyond all that the functions read.
    (data (i32.const 32768) "\\10\\80\\00\\00\\01\\00\\00\\00")
    (data (i32.const 32784) ".")
    (table 1 funcref)
    (elem (i32.const 0) $indirect)
    ${recursive('direct', `(call $direct ${deeper})`)}
    ${recursive('indirect', `(call_indirect (type $recursive) ${deeper} (i32.const 0))`)}
    ${recursive('even', `(call $odd ${deeper})`)}
    ${recursive('odd', `(call $even ${deeper})`)}
    ${recursive(
      'writing',
      `(call $writing ${deeper})`,
      `(drop (call $fd_write (i32.const 1) (i32.const 32768) (i32.const 1) (i32.const 32776)))`,
    )}
    (func $start_writing (export "_start") (drop (call $writing (i32.const 0))))
    (func $good (export "good") (param $depth i32) (result i32)
      (if (i32.eqz (local.get $depth)) (then (return (i32.const 0))))
      (i32.add (call $good (i32.sub (local.get $depth) (i32.const 1)))
               (i32.xor (local.get $depth) (i32.load (i32.const 0))))))`);
}
