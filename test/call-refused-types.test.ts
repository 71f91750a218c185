import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

describe('call of functions whose types cannot be passed', () => {
  const GUEST = `(module
    (memory (export "memory") 1)
    (global (export "global") i32 (i32.const 1))
    (func (export "takes-v128") (param v128))
    (func (export "gives-v128") (result v128) (v128.const i64x2 1 2))
    (func (export "takes-externref") (param externref))
    (func (export "gives-funcref") (result funcref) (ref.null func))
    (func (export "among-others") (param i32) (result i32 v128)
      (i32.const 1) (v128.const i64x2 1 2))
    (func (export "works") (result i32) (i32.const 1)))`;

  for (const { aot, mode } of MODES) {
    it(`is refused before anything runs, by its type (${mode})`, async () => {
      await withModule(await wasmFile(GUEST), { aot }, async (module) => {
        for (const [name, args, pattern] of [
          ['takes-v128', [1n], /\(v128\) -> \(\)/],
          ['gives-v128', [], /\(\) -> \(v128\)/],
          ['takes-externref', [0], /\(externref\) -> \(\)/],
          ['gives-funcref', [], /\(\) -> \(funcref\)/],
          ['among-others', [1], /\(i32\) -> \(i32, v128\): only .* i32, i64, f32 and f64/],
        ] as const) {
          const error = await fails('ERR_INVALID_ARGUMENT', module.call(name, ...args));
          assert.match(error.message, pattern);
        }
        for (const name of ['memory', 'global']) {
          await fails('ERR_INVALID_ARGUMENT', module.call(name));
        }
        assert.equal(await module.call('works'), 1);
      });
    });
  }
});
