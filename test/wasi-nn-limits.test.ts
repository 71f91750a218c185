import assert from 'node:assert/strict';

import { GuestPage, WASI_NN, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { sumModel } from './support/tflite-models.js';
import { ERRNO, SUM_ANSWER, SUM_MODELS, SumSession } from './support/wasi-nn-session.js';

const MOST = 64;

describe('wasi_ephemeral_nn limits of one run', () => {
  it('holds 64 contexts at a time', async () => {
    const session = new SumSession();
    const another: HostCall = ['init_execution_context', { at: session.graph }, session.context];
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      const { errnos, memory } = await run(session.page, [
        session.load,
        ...Array<HostCall>(MOST).fill(another),
        another,
        ['finalize_execution_context', 5],
        another,
        session.setLeft,
        session.setRight,
        session.compute,
        session.getOutput,
      ]);
      assert.deepEqual(errnos, [
        ...Array<number>(1 + MOST).fill(0),
        ERRNO.busy,
        ...Array<number>(6).fill(0),
      ]);
      assert.deepEqual(session.answer(memory), SUM_ANSWER);
      // What the run left behind does not count in the next one.
      assert.deepEqual((await run(session.page, session.all)).errnos, [0, 0, 0, 0, 0, 0]);
    });
  });

  it('holds 64 graphs at a time', async () => {
    const page = new GuestPage();
    const model = sumModel('float32');
    const builder = page.words(page.put(model), model.length);
    const load: HostCall = ['load', builder, 1, 4, 0, page.room(4)];
    const byName: HostCall = ['load_by_name', page.text('sum'), 3, page.room(4)];
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      const { errnos } = await run(page, [
        ...Array<HostCall>(MOST).fill(load),
        load,
        byName,
        ['unload', 63],
        byName,
        byName,
      ]);
      const { busy } = ERRNO;
      assert.deepEqual(errnos, [...Array<number>(MOST).fill(0), busy, busy, 0, 0, 0]);
    });
  });
});
