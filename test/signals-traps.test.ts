import assert from 'node:assert/strict';

import type { LoadedModule, Trap } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { recursionGuest } from './support/recursion.js';
import { withModule } from './support/run-guest.js';
import { watGuest } from './support/wat.js';

const THREADS = 4;
const TIMES = 10_000;

/** Functions of traps.wat that trap as most guests do. */
const TRAPS: Record<string, Trap> = {
  load: 'memory-out-of-bounds',
  divide: 'divide-by-zero',
  unreachable: 'unreachable',
  'call-other-type': 'indirect-call-type-mismatch',
};

/** Does a piece of work so many times, on all threads at once. */
async function onAllThreads(times: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < times) await work(next++);
  };
  // Twice as many as threads: none of them waits for the event loop.
  await Promise.all(Array.from({ length: 2 * THREADS }, lane));
}

async function trapsWith(module: LoadedModule, name: string, trap: Trap): Promise<void> {
  const args = module.exports.find((each) => each.name === name)?.params?.map(() => 0) ?? [];
  const error = await fails('ERR_TRAP', module.call(name, ...args));
  assert.equal(error.trap, trap, error.message);
}

describe('Traps on all threads at once, with calls that work in between', () => {
  let traps: string;
  let recursion: string;
  before(async () => {
    traps = await watGuest('traps');
    recursion = await recursionGuest();
  });

  for (const [name, trap] of Object.entries(TRAPS)) {
    it(`are each time ${trap}: ${TIMES} times in ${name}`, async () => {
      await withModule(traps, { concurrency: THREADS }, (module) =>
        onAllThreads(TIMES, async (index) => {
          await trapsWith(module, name, trap);
          if (index % 5 === 0) assert.equal(await module.call('good'), 42);
        }),
      );
    });
  }

  it(`are each time stack-overflow: ${TIMES} times of recursion without end`, async () => {
    await withModule(recursion, { concurrency: THREADS }, (module) =>
      onAllThreads(TIMES, async (index) => {
        await trapsWith(module, 'direct', 'stack-overflow');
        if (index % 5 === 0) assert.equal(await module.call('good', 1000), 500_500);
      }),
    );
  });

  it('may be of every kind at a time, of two modules', async () => {
    await withModule(traps, { concurrency: THREADS }, (first) =>
      withModule(recursion, { concurrency: THREADS }, (second) => {
        const kinds = Object.entries(TRAPS);
        return onAllThreads(2000, async (index) => {
          const [name, trap] = kinds[index % kinds.length]!;
          await Promise.all([
            trapsWith(first, name, trap),
            trapsWith(second, 'direct', 'stack-overflow'),
          ]);
          assert.equal(await second.call('good', 10), 55);
        });
      }),
    );
  });
});

describe('Recursion without end', () => {
  let recursion: string;
  before(async () => {
    recursion = await recursionGuest();
  });

  for (const { aot, mode } of MODES) {
    // The time limit keeps a guest that is not stopped from taking all of the machine's memory.
    const options = { aot, concurrency: 1, limits: { timeoutMs: 5_000 } };

    for (const [name, what] of [
      ['direct', 'by a function of itself'],
      ['even', 'by two functions of one another'],
      ['indirect', 'through a table'],
      ['writing', 'with a host call at each depth'],
    ] as const) {
      it(`is a stack-overflow: ${what} (${mode})`, async () => {
        await withModule(recursion, options, async (module) => {
          for (let repetition = 0; repetition < 20; ++repetition) {
            await trapsWith(module, name, 'stack-overflow');
            assert.equal(await module.call('good', 1000), 500_500);
          }
        });
      });
    }

    it(`leaves in the error what was written at each depth (${mode})`, async () => {
      await withModule(recursion, options, async (module) => {
        const depths = new Set<number>();
        for (let repetition = 0; repetition < 5; ++repetition) {
          const error = await fails('ERR_TRAP', module.run());
          assert.equal(error.trap, 'stack-overflow');
          assert.match(String(error.stdout), /^\.+$/);
          depths.add(error.stdout!.length);
        }
        assert.equal(depths.size, 1, `as deep each time, not ${[...depths].join()}`);
        assert.ok([...depths][0]! > 1000);
      });
    });

    it(`that ends may be deep: 50,000 calls (${mode})`, async () => {
      await withModule(recursion, options, async (module) => {
        assert.equal(await module.call('good', 50_000), 1_250_025_000);
      });
    });
  }
});
