import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile, watGuest } from './support/wat.js';

describe('call of a reactor', () => {
  for (const { aot, mode } of MODES) {
    it(`runs _initialize once before each call, on a fresh instance (${mode})`, async () => {
      const options = { aot, concurrency: 1, args: ['a', 'b'] };
      await withModule(await watGuest('reactor'), options, async (module) => {
        for (let round = 0; round < 3; ++round) {
          assert.equal(await module.call('initialized'), 1);
          assert.equal(await module.call('calls'), 1);
          assert.equal(await module.call('arguments'), 3, "the program's name and two arguments");
        }
      });
    });
  }

  it('fails as _initialize does', async () => {
    const traps = await wasmFile(`(module
      (func (export "_initialize") unreachable)
      (func (export "f")))`);
    await withModule(traps, {}, async (module) => {
      assert.equal((await fails('ERR_TRAP', module.call('f'))).trap, 'unreachable');
    });
    const exits = await wasmFile(`(module
      ${wasiImport('proc_exit')}
      (memory (export "memory") 1)
      (func (export "_initialize") (call $proc_exit (i32.const 4)))
      (func (export "f") unreachable))`);
    await withModule(exits, {}, async (module) => {
      assert.equal((await fails('ERR_GUEST_EXIT', module.call('f'))).exitCode, 4);
    });
  });

  it('runs _initialize once where that is what is called', async () => {
    const file = await wasmFile(`(module
      ${wasiImport('fd_write')}
      (memory (export "memory") 1)
      (global $count (mut i32) (i32.const 0))
      (func (export "_initialize")
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (if (i32.gt_u (global.get $count) (i32.const 1)) (then unreachable))))`);
    await withModule(file, {}, async (module) => {
      assert.equal(await module.call('_initialize'), undefined);
    });
  });
});
