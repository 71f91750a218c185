import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';

describe('The event loop', () => {
  // Rounds that take about 150 ms or more in both modes.
  const ROUNDS = { aot: 100_000_000, interpreter: 4_000_000 };

  for (const { aot, mode } of MODES) {
    it(`turns while long guests run on every thread (${mode})`, async () => {
      const options = { aot, concurrency: 2, args: ['spin', String(ROUNDS[mode])] };
      await withModule(rustGuest('std-tour'), options, async (module) => {
        let turns = 0;
        let turning = true;
        const turn = (): void => {
          ++turns;
          if (turning) setImmediate(turn);
        };
        let ticks = 0;
        const timer = setInterval(() => ++ticks, 1);
        turn();
        const results = await Promise.all([module.run(), module.run()]);
        turning = false;
        clearInterval(timer);
        // An event loop that is blocked until the guests end has only a few of either.
        assert.ok(turns > 100, `${turns} turns`);
        assert.ok(ticks > 10, `${ticks} ticks`);
        for (const { stdout } of results) assert.match(stdout.toString(), /^[0-9a-f]{16}\n$/);
        assert.ok(results[0].stdout.equals(results[1].stdout));
      });
    });
  }

  it('turns while a guest sleeps', async () => {
    await withModule(rustGuest('std-tour'), { args: ['sleep', '500'] }, async (module) => {
      let ticks = 0;
      const timer = setInterval(() => ++ticks, 1);
      await module.run();
      clearInterval(timer);
      assert.ok(ticks > 3, `${ticks} ticks`);
    });
  });
});
