import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const TOUR = rustGuest('std-tour');
const LONG = { args: ['sleep', '100'] };

describe('A full queue', () => {
  it('refuses what is beyond it with ERR_QUEUE_FULL, and the others succeed', async () => {
    await withModule(TOUR, { concurrency: 2, maxQueue: 3 }, async (module) => {
      const accepted = Array.from({ length: 5 }, () => module.run(LONG));
      const refused = Array.from({ length: 4 }, () => fails('ERR_QUEUE_FULL', module.run(LONG)));
      for (const error of await Promise.all(refused)) {
        assert.match(error.message, /2 invocations in progress.*maxQueue is 3/);
      }
      const codes = (await Promise.all(accepted)).map((each) => each.exitCode);
      assert.deepEqual(codes, [0, 0, 0, 0, 0]);
      assert.equal((await module.run({ args: ['exit', '7'] })).exitCode, 7, 'there is room again');
    });
  });

  it('is full with the first where none may wait, and refuses calls alike', async () => {
    await withModule(TOUR, { concurrency: 1, maxQueue: 0 }, async (module) => {
      const running = module.run(LONG);
      await fails('ERR_QUEUE_FULL', module.run());
      await fails('ERR_QUEUE_FULL', module.call('_start'));
      assert.equal((await running).exitCode, 0);
    });
  });

  it('counts waiting runs only: as many as threads are taken at once', async () => {
    await withModule(TOUR, { concurrency: 4, maxQueue: 0 }, async (module) => {
      for (let round = 0; round < 3; ++round) {
        const results = await Promise.all(
          Array.from({ length: 4 }, () => module.run({ args: ['exit', '0'] })),
        );
        assert.equal(results.length, 4);
      }
    });
  });
});
