import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

const FAULT = 21;
const LAST = 0xffff_ffff;

describe('A memory of all 4 GiB', () => {
  for (const { aot, mode } of MODES) {
    it(`is the guest's to its last byte, and no further, in host calls (${mode})`, async () => {
      const file = await wasmFile(`(module
        ${wasiImport('random_get')} ${wasiImport('clock_time_get')}
        (memory (export "memory") 1)
        (func (export "random") (param i32 i32) (result i32)
          (drop (memory.grow (i32.const 65535)))
          (call $random_get (local.get 0) (local.get 1)))
        (func (export "clock") (param i32) (result i64)
          (drop (memory.grow (i32.const 65535)))
          (if (call $clock_time_get (i32.const 0) (i64.const 0) (local.get 0)) (then (return (i64.const -1))))
          (i64.load (local.get 0)))
        (func (export "pages") (result i32)
          (drop (memory.grow (i32.const 65535)))
          (memory.size)))`);
      await withModule(file, { aot, concurrency: 1 }, async (module) => {
        assert.equal(await module.call('pages'), 65_536);
        assert.equal(await module.call('random', LAST, 1), 0);
        assert.equal(await module.call('random', LAST, 2), FAULT);
        assert.equal(await module.call('random', LAST - 15, 16), 0);
        assert.equal(await module.call('random', LAST - 15, 17), FAULT);
        assert.ok(Number(await module.call('clock', LAST - 7)) > 0);
        assert.equal(await module.call('clock', LAST - 6), -1n);
      });
    });
  }
});
