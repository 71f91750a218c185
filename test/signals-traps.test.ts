import assert from 'node:assert/strict';

import type { LoadedModule, Trap } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { endingResult, recursionGuest } from './support/recursion.js';
import { withModule } from './support/run-guest.js';
import { watGuest } from './support/wat.js';

const THREADS = 4;
const TIMES = 10_000;

/** Functions of traps.wat that trap in the usual ways. */
const TRAPS: Record<string, Trap> = {
  load: 'memory-out-of-bounds',
  divide: 'divide-by-zero',
  unreachable: 'unreachable',
  'call-other-type': 'indirect-call-type-mismatch',
};

/** Does a piece of work this many times, on all threads at once. */
async function onAllThreads(times: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < times) await work(next++);
  };
  // So many that none of the threads waits for the event loop, and that they keep their stacks
  // rather than have the system clear new ones.
  await Promise.all(Array.from({ length: 4 * THREADS }, lane));
}

async function traps(expected: Trap, call: Promise<unknown>): Promise<void> {
  const error = await fails('ERR_TRAP', call);
  assert.equal(error.trap, expected, error.message);
}

describe('Traps on all threads at once, with calls that work in between', () => {
  let trapping: string;
  let recursion: string;
  const { stackTraceLimit } = Error;
  before(async () => {
    // Nobody reads the stacks of some 60,000 errors, which take longer to write down than a trap.
    Error.stackTraceLimit = 0;
    trapping = await watGuest('traps');
    recursion = await recursionGuest();
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  const overflow = (module: LoadedModule): Promise<void> =>
    traps('stack-overflow', module.call('endless', 0));

  for (const [name, trap] of Object.entries(TRAPS)) {
    it(`are each time ${trap}: ${TIMES} times in ${name}`, async () => {
      await withModule(trapping, { concurrency: THREADS }, (module) =>
        onAllThreads(TIMES, async (index) => {
          await traps(trap, module.call(name));
          if (index % 5 === 0) assert.equal(await module.call('good'), 42);
        }),
      );
    });
  }

  it(`are each time stack-overflow: ${TIMES} times of recursion without end`, async () => {
    await withModule(recursion, { concurrency: THREADS }, (module) =>
      onAllThreads(TIMES, async (index) => {
        await overflow(module);
        if (index % 5 === 0) assert.equal(await module.call('ending', 1000), endingResult(1000));
      }),
    );
  });

  it('may be of every kind at a time, of two modules', async () => {
    await withModule(trapping, { concurrency: THREADS }, (first) =>
      withModule(recursion, { concurrency: THREADS }, (second) => {
        const kinds = Object.entries(TRAPS);
        return onAllThreads(2000, async (index) => {
          const [name, trap] = kinds[index % kinds.length]!;
          await Promise.all([traps(trap, first.call(name)), overflow(second)]);
          assert.equal(await second.call('ending', 10), endingResult(10));
        });
      }),
    );
  });
});
