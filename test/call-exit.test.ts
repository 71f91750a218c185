import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

describe('proc_exit in a called function', () => {
  const GUEST = `(module
    ${wasiImport('proc_exit')} ${wasiImport('fd_write')}
    (memory (export "memory") 1)
    (data (i32.const 0) "\\10\\00\\00\\00\\04\\00\\00\\00")
    (data (i32.const 16) "text")
    (func (export "exit") (param i32) (result i32)
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
      (call $proc_exit (local.get 0))
      (i32.const 1))
    (func (export "stay") (result i32) (i32.const 5)))`;

  for (const { aot, mode } of MODES) {
    it(`is an ERR_GUEST_EXIT with the code and what was written (${mode})`, async () => {
      await withModule(await wasmFile(GUEST), { aot }, async (module) => {
        for (const [given, seen] of [
          [0, 0],
          [1, 1],
          [255, 255],
          [256, 0],
          [-1, 255],
        ] as const) {
          const error = await fails('ERR_GUEST_EXIT', module.call('exit', given));
          assert.equal(error.exitCode, seen);
          assert.equal(String(error.stdout), 'text');
          assert.equal(String(error.stderr), 'text');
          assert.equal(await module.call('stay'), 5);
        }
      });
    });
  }
});
