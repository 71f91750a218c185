import assert from 'node:assert/strict';

import type { LoadOptions } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { eventually, workers } from './support/workers.js';

const TOUR = rustGuest('std-tour');
const QUICK = { args: ['upper'], stdin: 'answer' };

const pool = (workerProcess: LoadOptions['workerProcess'], concurrency = 1): LoadOptions => ({
  isolation: 'worker-process',
  concurrency,
  workerProcess: workerProcess!,
});

describe('Recycling of worker processes', () => {
  it('gives each run its own process after 1', async () => {
    await withModule(TOUR, pool({ recycleAfterRuns: 1 }), async (module) => {
      const seen = new Set<number>();
      for (let run = 0; run < 6; ++run) {
        // Only the one that has the run, or was to have it, has not been replaced yet.
        for (const pid of workers()) seen.add(pid);
        assert.equal((await module.run(QUICK)).stdout.toString(), 'ANSWER');
      }
      assert.ok(seen.size >= 6, `${seen.size} processes`);
    });
    await eventually(() => workers().length === 0);
  });

  it('keeps a process for as many runs as it says', async () => {
    await withModule(TOUR, pool({ recycleAfterRuns: 5 }), async (module) => {
      const [first] = workers();
      for (let run = 0; run < 4; ++run) await module.run(QUICK);
      assert.deepEqual(workers(), [first]);
      await module.run(QUICK);
      await eventually(() => workers().length === 1 && workers()[0] !== first);
    });
  });

  it('loses no run under load', async () => {
    await withModule(TOUR, pool({ recycleAfterRuns: 3, workers: 2 }, 4), async (module) => {
      const runs = Array.from({ length: 60 }, () => module.run(QUICK));
      for (const { stdout } of await Promise.all(runs)) assert.equal(stdout.toString(), 'ANSWER');
    });
  });

  it('replaces a process whose memory has grown', async () => {
    // Any Node process is above 1 MB, none of these above 1 TB.
    await withModule(TOUR, pool({ recycleAboveBytes: 1e6 }), async (module) => {
      const [first] = workers();
      await module.run(QUICK);
      await eventually(() => workers().length === 1 && workers()[0] !== first);
      await module.run(QUICK);
    });
    await withModule(TOUR, pool({ recycleAboveBytes: 1e12 }), async (module) => {
      const [first] = workers();
      for (let run = 0; run < 4; ++run) await module.run(QUICK);
      assert.deepEqual(workers(), [first]);
    });
  });
});
