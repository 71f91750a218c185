import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import type { WasmEdgeError } from 'wasmedge-embed';
import { compileModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { skip } from './support/skip.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const BEYOND = 70_000;

/**
 * A load whose value is not chosen, in the three forms that compilers turn into a conditional move.
 */
function guest(type: string, load: string): Promise<string> {
  return wasmFile(`(module (memory 1)
    (func (export "second") (param i32) (result ${type})
      (select (${type}.const 1) (${load} (local.get 0)) (local.get 0)))
    (func (export "first") (param i32) (result ${type})
      (select (${load} (local.get 0)) (${type}.const 1) (i32.eqz (local.get 0))))
    (func (export "if") (param i32) (result ${type}) (local ${type})
      (local.set 1 (${load} (local.get 0)))
      (if (result ${type}) (i32.eqz (local.get 0)) (then (local.get 1)) (else (${type}.const 1)))))`);
}

const FUNCTIONS = ['second', 'first', 'if'];

describe('A load whose value is not used', () => {
  for (const [type, load] of [
    ['i32', 'i32.load'],
    ['i32', 'i32.load16_s'],
    ['i64', 'i64.load'],
    ['i64', 'i64.load32_u'],
  ] as const) {
    for (const { aot, mode } of MODES) {
      it(`traps where it is out of bounds: ${load} (${mode})`, async () => {
        const module = await loadModule(await guest(type, load), { aot });
        for (const name of FUNCTIONS) {
          const error = await fails('ERR_TRAP', module.call(name, BEYOND));
          assert.equal(error.trap, 'memory-out-of-bounds', name);
          assert.equal(Number(await module.call(name, 8)), 1);
        }
        await module.close();
      });
    }
  }

  for (const [type, load] of [
    ['f32', 'f32.load'],
    ['f64', 'f64.load'],
  ] as const) {
    it(`traps compiled for any processor, and interpreted: ${load}`, async () => {
      const file = await guest(type, load);
      const generic = temporaryPath('generic.so');
      await compileModule(file, generic, { generic: true });
      for (const [source, aot] of [
        [generic, 'auto'],
        [file, 'off'],
      ] as const) {
        const module = await loadModule(source, { aot });
        for (const name of FUNCTIONS) await fails('ERR_TRAP', module.call(name, BEYOND));
        await module.close();
      }
    });

    it(`does not trap compiled for a processor with AVX-512, as SECURITY.md says: ${load}`, async function () {
      if (!/\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) {
        skip(this, 'this processor has no AVX-512');
      }
      const module = await loadModule(await guest(type, load));
      for (const name of FUNCTIONS) assert.equal(await module.call(name, BEYOND), 1, name);
      await module.close();
    });
  }
});

describe('A recursion without end', () => {
  it('that the compiler can make a loop of ends by its time limit, if not by its stack', async () => {
    const file = await wasmFile(`(module
      (func $f (export "f") (param i32) (result i32) (call $f (i32.add (local.get 0) (i32.const 1)))))`);
    const module = await loadModule(file, { limits: { timeoutMs: 500 } });
    await assert.rejects(module.call('f', 0), ({ code, trap }: WasmEdgeError) => {
      assert.ok(code === 'ERR_TIMEOUT' || trap === 'stack-overflow', code);
      return true;
    });
    await module.close();
  });
});
