import assert from 'node:assert/strict';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/**
 * Functions of types other than WASI's () -> (). With a reference, WasmEdge 0.14 ended the process.
 */
const OTHER_TYPES: [name: string, type: string, body: string, told: string][] = [
  ['_start', '(result funcref) (local funcref)', '(local.get 0)', '() -> funcref'],
  ['_start', '(result externref)', '(ref.null extern)', '() -> externref'],
  ['_start', '(result i32)', '(i32.const 0)', '() -> i32'],
  ['_start', '(param i32)', '', '(i32) -> ()'],
  ['_initialize', '(result externref) (local externref)', '(local.get 0)', '() -> externref'],
  ['_initialize', '(result v128)', '(v128.const i64x2 0 0)', '() -> v128'],
  ['_initialize', '(param funcref)', '', '(funcref) -> ()'],
];

describe('_start and _initialize of other types than WASI has them', () => {
  for (const [name, type, body, told] of OTHER_TYPES) {
    it(`are refused when the module is loaded: ${name} ${told}`, async () => {
      const file = await wasmFile(`(module
        (func (export "${name}") ${type} ${body})
        (func (export "works") (result i32) (i32.const 1)))`);
      const compiled = temporaryPath('guest.so');
      await compileModule(file, compiled);
      const loads: [string, LoadOptions][] = [
        ...ISOLATIONS.map((isolation): [string, LoadOptions] => [file, { isolation }]),
        [file, { aot: 'off' }],
        [compiled, {}],
      ];
      for (const [source, options] of loads) {
        const { message } = await fails('ERR_MODULE_INVALID', loadModule(source, options));
        assert.ok(message.includes(`'${name}' with the type ${told}.`), message);
      }
      // It can still be inspected.
      const { exports } = await inspectModule(file);
      assert.deepEqual(
        exports.map((each) => each.name),
        [name, 'works'],
      );
    });
  }

  for (const { aot, mode } of MODES) {
    it(`matter where they are functions only (${mode})`, async () => {
      const file = await wasmFile(`(module
        (global (export "_initialize") i32 (i32.const 1))
        (memory (export "_start") 1)
        (func (export "works") (result i32) (i32.const 1)))`);
      await withModule(file, { aot }, async (module) => {
        assert.equal(await module.call('works'), 1);
        await fails('ERR_INVALID_ARGUMENT', module.run());
      });
    });
  }
});
