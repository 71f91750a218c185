import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { wasmFile } from './support/wat.js';

describe('call', () => {
  it('calls an exported function with every number type', async () => {
    const file = await wasmFile(`(module
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
      (func (export "wide") (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
      (func (export "single") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
      (func (export "double") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.1)))
      (func (export "nothing")))`);
    const module = await loadModule(file);
    try {
      assert.equal(module.mode, 'aot');
      assert.equal(await module.call('add', 3, 4), 7);
      assert.equal(await module.call('add', 0xffff_ffff, 0), -1);
      assert.equal(await module.call('wide', 2n ** 63n - 1n), -(2n ** 63n));
      assert.equal(await module.call('single', 3), 1.5);
      assert.equal(await module.call('double', 3), 3 * 0.1);
      assert.equal(await module.call('nothing'), undefined);
      await fails('ERR_INVALID_ARGUMENT', module.call('add', 1));
      await fails('ERR_INVALID_ARGUMENT', module.call('missing'));
    } finally {
      await module.close();
    }
  });
});
