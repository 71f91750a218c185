import assert from 'node:assert/strict';

import { compileModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { addon } from './support/internals.js';
import { ISOLATIONS } from './support/isolations.js';
import { outputOf, withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/**
 * Modules whose `f` makes a tail call and returns 42. In the interpreter of WasmEdge 0.17, a tail
 * call of an imported function, from one with more parameters, wrote beyond the engine's stack.
 */
const GUESTS: Record<string, string> = {
  'of a function of its own': `
    (func $own (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
    (func (export "f") (result i32) (return_call $own (i32.const 40)))`,
  'of one with more parameters, some hundred thousand times': `
    (func $count (param i32 i32 i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call $count
        (i32.sub (local.get 0) (i32.const 1)) (i32.const 42) (i32.const 0)))
    (func (export "f") (result i32)
      (return_call $count (i32.const 300000) (i32.const 0) (i32.const 0)))`,
  'of an import': `
    (func $many (param i32 i32 i32 i32 i32) (result i32) (return_call $sched_yield))
    (func (export "f") (result i32)
      (i32.add (i32.const 42)
        (call $many
          (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5))))`,
  'of an import, through a table': `
    (table funcref (elem $sched_yield))
    (func $many (param i32 i32 i32 i32 i32) (result i32)
      (return_call_indirect (type $errno) (i32.const 0)))
    (func (export "f") (result i32)
      (i32.add (i32.const 42)
        (call $many
          (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5))))`,
};

/** The module, which also writes one byte: the result of `f`. */
const assembled = (text: string): Promise<string> =>
  wasmFile(
    `(module
      (type $errno (func (result i32)))
      (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (type $errno)))
      (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\08\\00\\00\\00\\01\\00\\00\\00")
      ${text.replace('(func (export "f")', '(func $f (export "f")')}
      (func (export "_start")
        (i32.store8 (i32.const 8) (call $f))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))`,
    { tail_call: true },
  );

describe('Tail calls', () => {
  let hasTailCalls: boolean;
  before(async () => {
    hasTailCalls = (await addon().runtime()).version.startsWith('0.17.');
  });

  for (const [what, text] of Object.entries(GUESTS)) {
    it(`${what}: run compiled where WasmEdge has them`, async () => {
      const file = await assembled(text);
      if (!hasTailCalls) {
        await fails('ERR_MODULE_INVALID', loadModule(file));
        await fails('ERR_MODULE_INVALID', compileModule(file, temporaryPath('guest.so')));
        return;
      }
      await withModule(file, {}, async (module) => {
        assert.equal(module.mode, 'aot');
        assert.equal(await module.call('f'), 42);
      });
      for (const isolation of ISOLATIONS) {
        assert.equal((await outputOf(file, { isolation })).toString(), '*');
      }
    });

    it(`${what}: are not interpreted`, async () => {
      const file = await assembled(text);
      const files = [file];
      if (hasTailCalls) {
        const universal = temporaryPath('guest.wasm');
        await compileModule(file, universal);
        files.push(universal);
      }
      for (const each of files) {
        for (const isolation of ISOLATIONS) {
          const load = loadModule(each, { isolation, aot: 'off' });
          const { message } = await fails('ERR_MODULE_INVALID', load);
          if (hasTailCalls) assert.match(message, /makes tail calls.*Load it without aot/);
        }
      }
    });
  }
});
