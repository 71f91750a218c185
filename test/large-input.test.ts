import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { isAlive, workers } from './support/workers.js';

const TOUR = rustGuest('std-tour');
const MIB = 2 ** 20;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that reveal a missing or misplaced part. */
function pattern(size: number): Buffer {
  const numbers = new Uint32Array(Math.ceil(size / 4));
  for (let index = 0; index < numbers.length; ++index) numbers[index] = index * 2654435761;
  return Buffer.from(numbers.buffer, 0, size);
}

type Resizable = ArrayBuffer & { resize(size: number): void };

function resizable(size: number): Resizable {
  // From ECMAScript 2024: in Node, but not in these types.
  const Constructor = ArrayBuffer as unknown as new (
    size: number,
    options: { maxByteLength: number },
  ) => Resizable;
  return new Constructor(size, { maxByteLength: 2 * size });
}

describe('An input of more than 16 MiB', () => {
  for (const isolation of ISOLATIONS) {
    const options: LoadOptions = { isolation, args: ['cat'], concurrency: 2 };

    describe(isolation, () => {
      it('arrives as it is, and the event loop turns meanwhile', async () => {
        const stdin = pattern(40 * MIB + 3);
        await withModule(TOUR, options, async (module) => {
          const run = module.run({ stdin });
          // Work done by run() before it returned is not a copy.
          let turns = 0;
          const timer = setInterval(() => ++turns, 1);
          const { stdout, timings } = await run;
          clearInterval(timer);
          assert.equal(digest(stdout), digest(stdin));
          assert.ok(turns > 3, `${turns} turns`);
          assert.ok(timings.queueMs >= 0);
        });
      });

      it('that is transferred or shortened meanwhile fails the run, and harms nothing', async () => {
        await withModule(TOUR, options, async (module) => {
          const gone = new Uint8Array(20 * MIB);
          const failed = fails('ERR_INVALID_ARGUMENT', module.run({ stdin: gone }));
          structuredClone(gone, { transfer: [gone.buffer] });
          assert.match((await failed).message, /stdin was transferred or resized/);
          const buffer = resizable(20 * MIB);
          const resized = fails('ERR_INVALID_ARGUMENT', module.run({ stdin: buffer }));
          buffer.resize(1000);
          await resized;
          assert.equal((await module.run({ stdin: 'on' })).stdout.toString(), 'on');
        });
      });

      it('ends with its abort or its time limit while it is on its way', async () => {
        const stdin = Buffer.alloc(64 * MIB);
        await withModule(TOUR, options, async (module) => {
          const controller = new AbortController();
          const aborted = fails('ERR_ABORTED', module.run({ stdin, signal: controller.signal }));
          setImmediate(() => {
            controller.abort('enough');
          });
          assert.equal((await aborted).cause, 'enough');
          await fails('ERR_TIMEOUT', module.run({ stdin, timeoutMs: 1 }));
          assert.equal((await module.run({ stdin: 'on' })).stdout.toString(), 'on');
        });
      });

      it('is waited for by close()', async () => {
        const module = await loadModule(TOUR, options);
        const run = module.run({ stdin: Buffer.alloc(20 * MIB, 'a') });
        await module.close();
        assert.equal((await run).stdout.length, 20 * MIB);
        await fails('ERR_CLOSED', module.run({ stdin: Buffer.alloc(20 * MIB) }));
      });
    });
  }

  it('is counted by limits.stdinBytes before anything is copied', async () => {
    await withModule(TOUR, { limits: { stdinBytes: 20 * MIB } }, async (module) => {
      const { limit } = await fails('ERR_LIMIT', module.run({ stdin: Buffer.alloc(20 * MIB + 1) }));
      assert.equal(limit, 'stdinBytes');
    });
  });

  it('keeps no place in the queue: more than may be accepted are refused', async () => {
    const options = { concurrency: 1, maxQueue: 1, args: ['cat'] };
    await withModule(TOUR, options, async (module) => {
      const stdin = Buffer.alloc(17 * MIB);
      const runs = await Promise.allSettled([1, 2, 3, 4].map(() => module.run({ stdin })));
      const codes = runs.map((run) =>
        run.status === 'fulfilled' ? 'done' : (run.reason as { code: string }).code,
      );
      assert.ok(codes.filter((code) => code === 'ERR_QUEUE_FULL').length >= 1, codes.join());
      assert.ok(codes.includes('done'));
    });
  });

  it('does not silence its worker process, and others there go on', async () => {
    const workerProcess = { workers: 1, unresponsiveMs: 1000, graceMs: 200 };
    const options = { isolation: 'worker-process', concurrency: 3, workerProcess } as const;
    await withModule(TOUR, options, async (module) => {
      const [worker] = workers();
      const stdin = Buffer.alloc(700 * MIB);
      const large = module.run({ args: ['exit', '3'], stdin });
      // Each is answered while the large one is on its way, and its time limit affects no other.
      await fails('ERR_TIMEOUT', module.run({ args: ['sleep', '60000'], timeoutMs: 30 }));
      await fails('ERR_TIMEOUT', module.run({ stdin, timeoutMs: 20 }));
      assert.equal((await module.run({ args: ['exit', '4'] })).exitCode, 4);
      assert.equal((await large).exitCode, 3);
      assert.ok(isAlive(worker!));
    });
  });
});

describe('Files that a worker process is given as bytes', () => {
  it('are those of the load, also for a process that is started later', async () => {
    const bytes = Buffer.from('as given');
    const large = pattern(18 * MIB);
    const expected = digest(large);
    const files = { '/small': bytes, '/large': large };
    const options = { isolation: 'worker-process', files, workerProcess: { recycleAfterRuns: 1 } };
    await withModule(TOUR, options as LoadOptions, async (module) => {
      bytes.fill('x');
      large.fill(0);
      for (let round = 0; round < 3; ++round) {
        const { stdout } = await module.run({ args: ['read', '/small'] });
        assert.equal(stdout.toString(), 'as given');
      }
      assert.equal(digest((await module.run({ args: ['read', '/large'] })).stdout), expected);
    });
  });
});
