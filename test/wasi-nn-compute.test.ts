import assert from 'node:assert/strict';

import { GuestPage, WASI_NN, callHost } from './support/host-calls.js';
import { gatherModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';
import {
  ERRNO,
  SUM_ANSWER,
  SUM_MODELS,
  SumSession,
  TENSOR_TYPE,
  putTensor,
} from './support/wasi-nn-session.js';

describe('wasi_ephemeral_nn compute', () => {
  it('is refused until every input is set', async () => {
    const session = new SumSession();
    const { errnos, memory } = await callHost(WASI_NN, { models: SUM_MODELS }, session.page, [
      session.load,
      session.init,
      session.compute,
      session.setLeft,
      session.compute,
      session.setRight,
      session.compute,
      session.getOutput,
    ]);
    assert.deepEqual(errnos, [0, 0, 1, 0, 1, 0, 0, 0]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('runs again with the inputs that are still set', async () => {
    const session = new SumSession();
    const { errnos, memory } = await callHost(WASI_NN, { models: SUM_MODELS }, session.page, [
      ...session.prepare,
      session.compute,
      session.compute,
      session.compute,
      session.getOutput,
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('keeps contexts of one graph apart', async () => {
    const session = new SumSession();
    const { page } = session;
    const second = page.room(4);
    const zeros = putTensor(page, [1, 4], TENSOR_TYPE.f32, Buffer.alloc(16));
    const { errnos, memory } = await callHost(WASI_NN, { models: SUM_MODELS }, page, [
      ...session.prepare,
      ['init_execution_context', { at: session.graph }, second],
      ['set_input', { at: second }, 0, zeros],
      ['set_input', { at: second }, 1, zeros],
      session.compute,
      ['compute', { at: second }],
      session.getOutput,
    ]);
    assert.deepEqual(errnos, Array<number>(10).fill(0));
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('tells of a run that failed, and the context serves on', async () => {
    const page = new GuestPage();
    const graph = page.room(4);
    const context = page.room(4);
    const output = page.room(8);
    const written = page.room(4);
    const values = putTensor(page, [4], TENSOR_TYPE.f32, elements('float32', [10, 20, 30, 40]));
    const good = putTensor(page, [2], TENSOR_TYPE.i32, elements('int32', [3, 1]));
    const outside = putTensor(page, [2], TENSOR_TYPE.i32, elements('int32', [0, 1000]));
    const { errnos, memory } = await callHost(
      WASI_NN,
      { models: { gather: gatherModel() } },
      page,
      [
        ['load_by_name', page.text('gather'), 6, graph],
        ['init_execution_context', { at: graph }, context],
        ['set_input', { at: context }, 0, values],
        ['set_input', { at: context }, 1, good],
        ['compute', { at: context }],
        ['set_input', { at: context }, 1, outside],
        ['compute', { at: context }],
        ['get_output', { at: context }, 0, output, 8, written],
        ['set_input', { at: context }, 1, good],
        ['compute', { at: context }],
        ['get_output', { at: context }, 0, output, 8, written],
      ],
    );
    const { runtimeError, invalidArgument } = ERRNO;
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 0, runtimeError, invalidArgument, 0, 0, 0]);
    assert.deepEqual(valuesOf('float32', memory.subarray(output, output + 8)), [40, 20]);
  });
});
