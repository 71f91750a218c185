import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { runOnce, withModule } from './support/run-guest.js';
import { WASI_FUNCTIONS, wasiImport } from './support/wasi-program.js';
import type { WasiFunction } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

const NAMES = Object.keys(WASI_FUNCTIONS) as WasiFunction[];

describe('wasi_snapshot_preview1', () => {
  for (const { aot, mode } of MODES) {
    it(`offers each of its ${NAMES.length} functions with its type (${mode})`, async () => {
      const file = await wasmFile(`(module
        ${NAMES.map(wasiImport).join('\n')}
        (memory (export "memory") 1)
        (func (export "_start") (call $proc_exit (i32.const 7))))`);
      await withModule(file, { aot }, async (module) => {
        assert.equal(module.mode, mode);
        assert.deepEqual(
          module.imports.map((each) => each.name),
          NAMES,
        );
        assert.equal((await module.run()).exitCode, 7);
      });
    });
  }

  it('runs a guest that exports no memory: what needs one answers with an errno', async () => {
    const file = await wasmFile(`(module
      ${wasiImport('random_get')} ${wasiImport('sched_yield')} ${wasiImport('proc_exit')}
      (func (export "_start")
        (if (i32.ne (call $random_get (i32.const 0) (i32.const 1)) (i32.const 21))
          (then (call $proc_exit (i32.const 1))))
        (if (call $sched_yield) (then (call $proc_exit (i32.const 2))))))`);
    assert.equal((await runOnce(file, {})).exitCode, 0);
  });
});
