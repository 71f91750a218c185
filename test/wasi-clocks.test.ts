import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runOnce } from './support/run-guest.js';
import { WasiProgram } from './support/wasi-program.js';

const REALTIME = 0;
const MONOTONIC = 1;
const CLOCKS = [REALTIME, MONOTONIC, 2, 3];
const YEAR_2020 = 1_577_836_800n;

describe('WASI clocks', () => {
  it("serve Rust's Instant, SystemTime and sleep", async () => {
    // The guest itself compares the clocks with one another and with how long it slept.
    const { stdout, stderr, exitCode } = await runOnce(
      rustGuest('std-tour'),
      {},
      { args: ['clock'] },
    );
    assert.equal(stderr.toString(), '');
    assert.equal(exitCode, 0);
    const [slept, seconds] = stdout.toString().split('\n').map(Number);
    assert.ok(slept! >= 20_000_000, `slept ${String(slept)} ns`);
    assert.ok(seconds! > Number(YEAR_2020), `${String(seconds)} s since 1970`);
  });

  it('all have a time and a resolution', async () => {
    const program = new WasiProgram();
    for (const id of CLOCKS) {
      program.call('clock_res_get', id, 32 * id).call('clock_time_get', id, 1, 32 * id + 8);
      program.call('clock_time_get', id, 1, 32 * id + 16);
    }
    const { errnos, memory } = await program.run();
    assert.deepEqual(new Set(errnos), new Set(['success']));
    for (const id of CLOCKS) {
      const resolution = memory.readBigUInt64LE(32 * id);
      assert.ok(resolution > 0n && resolution <= 1_000_000_000n, `clock ${id}: ${resolution} ns`);
      if (id === REALTIME) continue; // may be set back by the system
      const times = [8, 16].map((at) => memory.readBigUInt64LE(32 * id + at));
      assert.ok(times[0]! <= times[1]!, `clock ${id} went back`);
    }
    assert.ok(memory.readBigUInt64LE(8) / 1_000_000_000n > YEAR_2020);
  });

  it('that do not exist are invalid', async () => {
    const { errnos } = await new WasiProgram()
      .call('clock_res_get', 4, 0)
      .call('clock_time_get', 4, 0, 0)
      .call('clock_time_get', -1, 0, 0)
      .run();
    assert.deepEqual(errnos, ['inval', 'inval', 'inval']);
  });
});
