import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { GuestPage, WASI_NN, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { sumModel } from './support/tflite-models.js';
import { SUM_ANSWER, SUM_MODELS, SumSession } from './support/wasi-nn-session.js';

const MOST = 64;

describe('wasi_ephemeral_nn limits of one run', () => {
  it('allow 64 contexts at a time', async () => {
    const session = new SumSession();
    const another: HostCall = ['init_execution_context', { at: session.graph }, session.context];
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      const full = [session.load, ...Array<HostCall>(MOST).fill(another)];
      const { errnos, memory } = await run(session.page, [
        ...full,
        ['finalize_execution_context', 5],
        another,
        session.setLeft,
        session.setRight,
        session.compute,
        session.getOutput,
      ]);
      assert.deepEqual(errnos, Array<number>(1 + MOST + 6).fill(0));
      assert.deepEqual(session.answer(memory), SUM_ANSWER);

      const error = await fails('ERR_LIMIT', run(session.page, [...full, another]));
      assert.equal(error.limit, 'sessions');
      // What one run left behind does not count in the next one.
      assert.deepEqual((await run(session.page, session.all)).errnos, [0, 0, 0, 0, 0, 0]);
    });
  });

  it('allow 64 graphs at a time, by bytes and by name', async () => {
    const page = new GuestPage();
    const model = sumModel('float32');
    const builder = page.words(page.put(model), model.length);
    const load: HostCall = ['load', builder, 1, 4, 0, page.room(4)];
    const byName: HostCall = ['load_by_name', page.text('sum'), 3, page.room(4)];
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      const full = Array<HostCall>(MOST).fill(load);
      const { errnos } = await run(page, [...full, ['unload', 63], byName, byName]);
      assert.deepEqual(errnos, Array<number>(MOST + 3).fill(0));
      for (const another of [load, byName]) {
        const error = await fails('ERR_LIMIT', run(page, [...full, another]));
        assert.equal(error.limit, 'models');
      }
    });
  });
});
