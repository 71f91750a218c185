import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { collect } from './support/garbage.js';
import { TENSORFLOW_LITE, WASI_NN, withHostCalls } from './support/host-calls.js';
import type { HostCall, GuestPage } from './support/host-calls.js';
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

/** 8,000 sessions that were kept would hold hundreds of MiB. */
const BOUND = 32;

describe(`${RUNS} runs of a guest that forgets its sessions`, () => {
  const limits = { sessions: SESSIONS };

  /** Graphs brought and named, contexts with inputs and computed outputs, all of them left. */
  function forgetful(): { page: GuestPage; calls: HostCall[]; tooMuch: HostCall } {
    const session = new SumSession();
    const { page } = session;
    const model = sumModel('float32');
    const builder = page.words(page.put(model), model.length);
    const bring: HostCall = ['load', builder, 1, 4, 0, session.graph];
    const { init, setLeft, setRight, compute } = session;
    const one = [bring, init, setLeft, setRight, compute];
    return { page, calls: Array.from({ length: SESSIONS }, () => one).flat(), tooMuch: init };
  }

  it('of wasi_ephemeral_nn keep no memory, however they end', async () => {
    const { page, calls, tooMuch } = forgetful();
    await withHostCalls(WASI_NN, { concurrency: 1, limits }, async (run) => {
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
  });

  it('of wasmedge_tensorflowlite keep no memory, however they end', async () => {
    const { page, create, appendLeft, appendRight, run: compute } = new TensorFlowLiteSession();
    const one = [create, appendLeft, appendRight, compute];
    const calls = Array.from({ length: SESSIONS }, () => one).flat();
    await withHostCalls(TENSORFLOW_LITE, { concurrency: 1, limits }, async (run) => {
      let count = 0;
      const grown = await growth(async () => {
        if (count++ % 2) {
          await fails('ERR_LIMIT', run(page, [...calls, create]));
        } else {
          const { errnos } = await run(page, calls);
          assert.ok(errnos.every((errno) => errno === 0));
        }
      });
      assert.ok(grown < BOUND, `${Math.round(grown)} MiB more`);
    });
  });
});
