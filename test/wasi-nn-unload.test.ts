import assert from 'node:assert/strict';

import { WASI_NN, callHost } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';
import { elements, valuesOf } from './support/tflite.js';
import { SUM_ANSWER, SUM_MODELS, SumSession } from './support/wasi-nn-session.js';

const models = SUM_MODELS;

describe('wasi_ephemeral_nn unload and finalize_execution_context', () => {
  it('lets a guest give back what it took', async () => {
    const stdout = await outputOf(
      rustGuest('wasi-nn'),
      { models },
      {
        args: '--name sum --input 0:f32:1x4 --input 1:f32:1x4 --repeat 3 --unload'.split(' '),
        stdin: elements('float32', [1, 2, 3, 4, 1, 1, 1, 1]),
      },
    );
    assert.deepEqual(valuesOf('float32', stdout), [2, 3, 4, 5]);
  });

  it('leaves the contexts of an unloaded graph usable', async () => {
    const session = new SumSession();
    const { errnos, memory } = await callHost(WASI_NN, { models }, session.page, [
      ...session.prepare,
      ['unload', { at: session.graph }],
      session.compute,
      session.getOutput,
      ['unload', { at: session.graph }],
      session.init,
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('ends a context for good', async () => {
    const session = new SumSession();
    const context = { at: session.context };
    const { errnos } = await callHost(WASI_NN, { models }, session.page, [
      ...session.all,
      ['finalize_execution_context', context],
      session.setLeft,
      session.compute,
      session.getOutput,
      ['compute_single', context],
      ['finalize_execution_context', context],
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('loads a name anew after it was unloaded', async () => {
    const session = new SumSession();
    const { errnos, memory } = await callHost(WASI_NN, { models }, session.page, [
      session.load,
      ['unload', { at: session.graph }],
      ...session.all,
    ]);
    assert.deepEqual(errnos, Array<number>(8).fill(0));
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
    assert.notEqual(memory.readUInt32LE(session.graph), 0, 'an old handle never comes back');
  });
});
