import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { collect } from './support/garbage.js';
import { TENSORFLOW_LITE, WASI_NN, withHostCalls } from './support/host-calls.js';
import type { GuestPage, HostCall, HostModule } from './support/host-calls.js';
import { TensorFlowLiteSession } from './support/tensorflow-lite-session.js';
import { sumModel } from './support/tflite-models.js';
import { SumSession } from './support/wasi-nn-session.js';

const RUNS = 1_000;
const WARM_UP = 200;
const SESSIONS = 8;
const MEBIBYTE = 1 << 20;

/** By how many MiB resident memory grew in the runs after the first ones. */
async function growth(run: () => Promise<void>): Promise<number> {
  for (let count = 0; count < WARM_UP; ++count) await run();
  await collect();
  const before = process.memoryUsage.rss();
  for (let count = 0; count < RUNS; ++count) await run();
  await collect();
  return (process.memoryUsage.rss() - before) / MEBIBYTE;
}

/** Keeping 8,000 sessions would take hundreds of MiB. */
const BOUND = 32;

describe(`${RUNS} runs of a guest that forgets its sessions`, () => {
  const limits = { sessions: SESSIONS };

  /**
   * Runs these calls repeatedly, every other time with one more, which exceeds the number of
   * sessions.
   */
  async function keepsNoMemory(
    host: HostModule,
    page: GuestPage,
    calls: readonly HostCall[],
    tooMuch: HostCall,
  ): Promise<void> {
    await withHostCalls(host, { concurrency: 1, limits }, async (run) => {
      let count = 0;
      const grown = await growth(async () => {
        if (count++ % 2) {
          await fails('ERR_LIMIT', run(page, [...calls, tooMuch]));
        } else {
          const { errnos } = await run(page, calls);
          assert.ok(errnos.every((errno) => errno === 0));
        }
      });
      assert.ok(grown < BOUND, `${Math.round(grown)} MiB more`);
    });
  }

  it('of wasi_ephemeral_nn keep no memory, however they end', async () => {
    // Loaded and named graphs, contexts with inputs and computed outputs, none of them released.
    const session = new SumSession();
    const { page, init, setLeft, setRight, compute } = session;
    const model = sumModel('float32');
    const builder = page.words(page.put(model), model.length);
    const bring: HostCall = ['load', builder, 1, 4, 0, session.graph];
    const one = [bring, init, setLeft, setRight, compute];
    const calls = Array.from({ length: SESSIONS }, () => one).flat();
    await keepsNoMemory(WASI_NN, page, calls, init);
  });

  it('of wasmedge_tensorflowlite keep no memory, however they end', async () => {
    const { page, create, appendLeft, appendRight, run: compute } = new TensorFlowLiteSession();
    const one = [create, appendLeft, appendRight, compute];
    const calls = Array.from({ length: SESSIONS }, () => one).flat();
    await keepsNoMemory(TENSORFLOW_LITE, page, calls, create);
  });
});
