import assert from 'node:assert/strict';

import { WASI_NN, callHost } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { complaintOf } from './support/run-guest.js';
import { ERRNO, SUM_ANSWER, SUM_MODELS, SumSession } from './support/wasi-nn-session.js';

describe('wasi_ephemeral_nn, the functions for answers bit by bit', () => {
  it('says that a TensorFlow Lite model does not answer bit by bit', async () => {
    const session = new SumSession();
    const context = { at: session.context };
    const { errnos, memory } = await callHost(WASI_NN, { models: SUM_MODELS }, session.page, [
      ...session.prepare,
      ['compute_single', context],
      ['get_output_single', context, 0, session.output, 16, session.written],
      ['fini_single', context],
      session.compute,
      session.getOutput,
    ]);
    const unsupported = ERRNO.unsupportedOperation;
    assert.deepEqual(errnos, [0, 0, 0, 0, unsupported, unsupported, unsupported, 0, 0]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('links a guest that uses them', async () => {
    const complaint = await complaintOf(
      1,
      rustGuest('wasi-nn'),
      { models: SUM_MODELS },
      {
        args: '--name sum --input 0:f32:1x4 --input 1:f32:1x4 --single'.split(' '),
        stdin: Buffer.alloc(32),
      },
    );
    assert.equal(complaint, 'compute_single: errno 6');
  });
});
