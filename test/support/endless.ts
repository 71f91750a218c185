import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { LoadedModule, WasmEdgeError } from 'wasmedge-embed';

import { ROOT } from './paths.js';
import { wasmFile } from './wat.js';

const prelude = readFileSync(path.join(ROOT, 'test/guests/endless-prelude.wat'), 'utf8');

/** What a guest can do forever, by the byte of standard input that requests it. */
export const ENDLESS = {
  'a tight loop': { key: 'a', body: '(br $again)' },
  'a loop that computes': {
    key: 'b',
    body: `(i32.store (i32.const 64)
             (i32.add (i32.mul (i32.load (i32.const 64)) (i32.const 31)) (i32.const 7)))
           (br $again)`,
  },
  'calls without end': { key: 'c', body: '(drop (call $count (i32.const 60))) (br $again)' },
  'calls through a table': {
    key: 'd',
    body: '(drop (call_indirect (type $number) (i32.const 60) (i32.const 0))) (br $again)',
  },
  'memory.grow': { key: 'e', body: '(drop (memory.grow (i32.const 1))) (br $again)' },
  'memory.fill': {
    key: 'f',
    body: '(memory.fill (i32.const 65536) (i32.const 1) (i32.const 65536)) (br $again)',
  },
  'memory.copy': {
    key: 'g',
    body: '(memory.copy (i32.const 65536) (i32.const 66000) (i32.const 65000)) (br $again)',
  },
  'table.grow': {
    key: 'h',
    body: '(drop (table.grow $table (ref.null func) (i32.const 1))) (br $again)',
  },
  'a sleep': { key: 'i', body: '(call $sleep (i64.const 3_600_000_000_000)) (br $again)' },
  'short sleeps': { key: 'j', body: '(call $sleep (i64.const 1000)) (br $again)' },
  'host calls': { key: 'k', body: '(drop (call $sched_yield)) (br $again)' },
  'host calls of some length': {
    key: 'l',
    body: '(drop (call $random_get (i32.const 65536) (i32.const 65536))) (br $again)',
  },
} as const;

/** What it writes before it begins, and what it writes if it has nothing to do forever. */
const BEGUN = 'begun\n';
export const ANSWER = 'answer\n';

/**
 * A guest that does what standard input requests: with a key of {@link ENDLESS} it never ends,
 * without one it answers. `where` is the function that reads standard input: `_start` or the start
 * function. With `_initialize`, a call never ends, without any input, and only `_start` answers.
 */
export function endlessGuest(
  where: '_start' | 'start' | '_initialize' = '_start',
): Promise<string> {
  const cases = Object.values(ENDLESS).map(
    ({ key, body }) => `
      (if (i32.eq (local.get $key) (i32.const ${key.charCodeAt(0)}))
        (then (loop $again ${body})))`,
  );
  const places = {
    _start: '(func (export "_start") (call $obey) (call $answer))',
    start: '(start $obey) (func (export "_start") (call $answer))',
    _initialize: `(func (export "_initialize") (call $begin) (loop $again (br $again)))
      (func (export "_start") (call $answer))`,
  };
  return wasmFile(`(module
    (import "wasi_snapshot_preview1" "fd_read"
      (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    ${prelude}
    ;; Vectors of one buffer each: what is written at the begin, the answer, the key.
    (data (i32.const 0) "\\00\\01\\00\\00\\06\\00\\00\\00")
    (data (i32.const 8) "\\08\\01\\00\\00\\07\\00\\00\\00")
    (data (i32.const 16) "\\10\\01\\00\\00\\01\\00\\00\\00")
    (data (i32.const 256) "${BEGUN.trim()}\\n")
    (data (i32.const 264) "${ANSWER.trim()}\\n")

    (func $write (param $vector i32)
      (drop (call $fd_write (i32.const 1) (local.get $vector) (i32.const 1) (i32.const 32))))
    (func $begin (call $write (i32.const 0)))
    (func $answer (call $write (i32.const 8)))
    (func $obey (local $key i32)
      (drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 32)))
      (if (i32.eqz (i32.load (i32.const 32))) (then (return)))
      (local.set $key (i32.load8_u (i32.const 272)))
      (call $begin)
      ${cases.join('')})

    (func (export "answer") (result i32) (i32.const 42))
    ${places[where]})`);
}

/**
 * Stops a guest that never ends, after longer and longer times, until it had begun by then. Returns
 * the error of that run, which contains its output.
 */
export async function stoppedAfterBegin(
  run: (milliseconds: number) => Promise<WasmEdgeError>,
): Promise<WasmEdgeError> {
  for (let milliseconds = 10; ; milliseconds *= 2) {
    const error = await run(milliseconds);
    const written = String(error.stdout);
    if (written === BEGUN) return error;
    assert.equal(written, '');
  }
}

/** The guest answers: the thread is free, and nothing remains of earlier runs. */
export async function answers(module: LoadedModule, threads = 1): Promise<void> {
  const runs = Array.from({ length: threads }, () => module.run({ timeoutMs: 2 ** 31 - 1 }));
  for (const { stdout, stderr, exitCode } of await Promise.all(runs)) {
    assert.deepEqual([stdout.toString(), stderr.length, exitCode], [ANSWER, 0, 0]);
  }
}
