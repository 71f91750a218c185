import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import { compileModule, loadModule } from 'wasmedge-embed';

import { collect, leftByYoungCollections } from './support/garbage.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { assemble, temporaryPath } from './support/wat.js';

const MEBIBYTE = 1 << 20;

const resident = (): number => process.memoryUsage.rss();

/** Repeats `body`, and returns by how much resident memory grew after the first repetitions. */
async function growth(
  body: () => Promise<void>,
  warmUp: number,
  measured: number,
): Promise<number> {
  for (let round = 0; round < warmUp; ++round) await body();
  await collect();
  const before = resident();
  for (let round = 0; round < measured; ++round) {
    await body();
    if (round % 20 === 19) await collect();
  }
  await collect();
  return resident() - before;
}

describe('Garbage collection', () => {
  let tour: string;
  before(async () => {
    tour = temporaryPath('std-tour.so');
    await compileModule(rustGuest('std-tour'), tour, { optimize: 0 });
  });

  it('frees modules that are dropped without close(), with their threads', async () => {
    const threads = readdirSync('/proc/self/task').length;
    const files = { '/large': Buffer.alloc(MEBIBYTE, 1) };
    const grown = await growth(
      async () => {
        const module = await loadModule(tour, { files, concurrency: 2, args: ['read', '/large'] });
        const results = await Promise.all([module.run(), module.run()]);
        assert.equal(results[1].stdout.length, MEBIBYTE);
      },
      20,
      200,
    );
    // 200 modules with their file of 1 MiB: keeping them would take 200 MiB and more.
    assert.ok(grown < 60 * MEBIBYTE, `${Math.round(grown / MEBIBYTE)} MiB more`);
    const left = readdirSync('/proc/self/task').length - threads;
    assert.ok(left <= 4, `${left} threads more`);
  });

  it('frees modules that were loaded and never run, and those that were refused', async () => {
    const files = { '/large': Buffer.alloc(MEBIBYTE, 1) };
    const grown = await growth(
      async () => {
        await loadModule(tour, { files });
        await assert.rejects(
          loadModule(tour, { files, models: { wrong: Buffer.alloc(MEBIBYTE) } }),
        );
      },
      20,
      200,
    );
    assert.ok(grown < 60 * MEBIBYTE, `${Math.round(grown / MEBIBYTE)} MiB more`);
  });

  it('keeps a module with runs under way that nobody holds any more', async () => {
    const results = [];
    for (let round = 0; round < 5; ++round) {
      results.push((await loadModule(tour, { args: ['sleep', '20'] })).run());
      await collect();
    }
    assert.deepEqual(
      (await Promise.all(results)).map((each) => each.exitCode),
      [0, 0, 0, 0, 0],
    );
  });

  it('frees the outputs of runs', async () => {
    await withModule(tour, { args: ['cat'] }, async (module) => {
      const stdin = Buffer.alloc(4 * MEBIBYTE, 'x');
      const grown = await growth(
        async () => {
          assert.equal((await module.run({ stdin })).stdout.length, stdin.length);
        },
        20,
        80,
      );
      // 320 MiB of input and as much output went through.
      assert.ok(grown < 80 * MEBIBYTE, `${Math.round(grown / MEBIBYTE)} MiB more`);
    });
  });

  // What V8 itself allocates while it optimizes is included, and differs from run to run.
  for (const [isolation, most] of [
    ['in-process', 400],
    ['worker-process', 1000],
  ] as const) {
    it(`leaves little of a run to full collections (${isolation})`, async () => {
      await withModule(tour, { args: ['cat'], isolation }, async (module) => {
        const left = await leftByYoungCollections(() => module.run({ stdin: 'x' }), 500);
        assert.ok(left < most, `${Math.round(left)} bytes of each run`);
      });
    });

    it(`leaves little of calls to full collections (${isolation})`, async () => {
      const add = await assemble(
        `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))`,
      );
      await withModule(add, { isolation }, async (module) => {
        const invoked = await leftByYoungCollections(() => module.invoke('add', [1, 2]), 500);
        assert.ok(invoked < most, `${Math.round(invoked)} bytes of each invocation`);
        const instance = await module.instantiate();
        const called = await leftByYoungCollections(() => instance.invoke('add', [1, 2]), 500);
        assert.ok(called < most, `${Math.round(called)} bytes of each call`);
        await instance.close();
      });
    });
  }

  it('leaves an output valid that outlives its module', async () => {
    const stdin = Buffer.alloc(MEBIBYTE, 'y');
    const { stdout } = await withModule(tour, { args: ['cat'] }, (module) => module.run({ stdin }));
    await collect();
    assert.ok(stdout.equals(stdin));
  });
});
