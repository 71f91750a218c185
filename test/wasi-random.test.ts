import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { WasiProgram } from './support/wasi-program.js';

describe('WASI random_get', () => {
  it('gives each run other bytes', async () => {
    await withModule(rustGuest('std-tour'), { args: ['random'] }, async (module) => {
      const seen = new Set<string>();
      for (let run = 0; run < 8; ++run) {
        const text = (await module.run()).stdout.toString();
        assert.match(text, /^[0-9a-f]{32}\n$/);
        seen.add(text);
      }
      assert.equal(seen.size, 8);
    });
  });

  it('fills exactly what was asked for, more than the system gives at once too', async () => {
    const { errnos, memory } = await new WasiProgram()
      .call('random_get', 1000, 4096)
      .call('random_get', 0, 0)
      .run();
    assert.deepEqual(errnos, ['success', 'success']);
    assert.ok(memory.subarray(0, 1000).every((byte) => byte === 0));
    assert.ok(memory.subarray(5096, 8192).every((byte) => byte === 0));
    // 4,096 random bytes contain almost all of the 256 values.
    assert.ok(new Set(memory.subarray(1000, 5096)).size > 200);
    assert.ok(memory.subarray(5000, 5096).some((byte) => byte !== 0));
  });
});
