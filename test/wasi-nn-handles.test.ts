import assert from 'node:assert/strict';

import { WASI_NN, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { ERRNO, SUM_ANSWER, SUM_MODELS, SumSession } from './support/wasi-nn-session.js';

const FORGED = [1, 2, 63, 64, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, -1];

describe('wasi_ephemeral_nn handles', () => {
  it('refuses each function a forged one, and the session stays as it was', async () => {
    const session = new SumSession();
    const { left, output, written, graph } = session;
    const forged = FORGED.flatMap((handle): HostCall[] => [
      ['init_execution_context', handle, written],
      ['set_input', handle, 0, left],
      ['compute', handle],
      ['get_output', handle, 0, output, 16, written],
      ['get_output_single', handle, 0, output, 16, written],
      ['compute_single', handle],
      ['fini_single', handle],
      ['unload', handle],
      ['finalize_execution_context', handle],
    ]);
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      for (let round = 0; round < 2; round++) {
        const { errnos, memory } = await run(session.page, [
          ...session.prepare,
          ...forged,
          session.compute,
          session.getOutput,
        ]);
        assert.deepEqual(errnos, [
          ...[0, 0, 0, 0],
          ...forged.map(() => ERRNO.invalidArgument),
          ...[0, 0],
        ]);
        assert.deepEqual(session.answer(memory), SUM_ANSWER);
        assert.equal(memory.readUInt32LE(graph), 0);
      }
    });
  });

  it('takes no graph for a context', async () => {
    const session = new SumSession();
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      const { errnos } = await run(session.page, [
        session.load,
        ['set_input', { at: session.graph }, 0, session.left],
        ['compute', { at: session.graph }],
        ['finalize_execution_context', { at: session.graph }],
      ]);
      assert.deepEqual(errnos, [0, 1, 1, 1]);
    });
  });

  it('does not give one of an earlier run to the next', async () => {
    const session = new SumSession();
    await withHostCalls(WASI_NN, { models: SUM_MODELS, concurrency: 1 }, async (run) => {
      assert.deepEqual((await run(session.page, session.all)).errnos, [0, 0, 0, 0, 0, 0]);
      const { errnos } = await run(session.page, [
        ['compute', 0],
        ['get_output', 0, 0, session.output, 16, session.written],
        ['init_execution_context', 0, session.context],
      ]);
      assert.deepEqual(errnos, [1, 1, 1]);
    });
  });
});
