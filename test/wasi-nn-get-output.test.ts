import assert from 'node:assert/strict';

import { MEMORY_END, WASI_NN, callHost } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { complaintOf, outputOf } from './support/run-guest.js';
import { sumAndProductModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';
import {
  ERRNO,
  SUM_ANSWER,
  SUM_MODELS,
  SumSession,
  TENSOR_TYPE,
  putTensor,
} from './support/wasi-nn-session.js';

const models = { ...SUM_MODELS, both: sumAndProductModel() };

describe('wasi_ephemeral_nn get_output', () => {
  it('reads several outputs in the model’s order', async () => {
    const stdout = await outputOf(
      rustGuest('wasi-nn'),
      { models },
      {
        args: '--name both --input 1:f32:2x3 --input 0:f32:2x3 --outputs 2'.split(' '),
        stdin: elements('float32', [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]),
      },
    );
    assert.deepEqual(
      valuesOf('float32', stdout),
      [11, 22, 33, 44, 55, 66, 10, 40, 90, 160, 250, 360],
    );
  });

  it('has nothing before the first run', async () => {
    const session = new SumSession();
    const { errnos, memory } = await callHost(WASI_NN, { models }, session.page, [
      ...session.prepare,
      session.getOutput,
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, ERRNO.invalidArgument]);
    assert.equal(memory.readUInt32LE(session.output), 0xaaaaaaaa);
  });

  it('wants a buffer of the whole tensor and tells how much it wrote', async () => {
    const session = new SumSession();
    const buffer = session.page.room(64);
    const sizes = [0, 4, 15, 16, 17, 64];
    const { errnos, memory } = await callHost(WASI_NN, { models }, session.page, [
      ...session.prepare,
      session.compute,
      ...sizes.map((size): HostCall => [
        'get_output',
        { at: session.context },
        0,
        buffer,
        size,
        session.written,
      ]),
    ]);
    assert.deepEqual(errnos.slice(5), [1, 1, 1, 0, 0, 0]);
    assert.equal(memory.readUInt32LE(session.written), 16);
    assert.deepEqual(valuesOf('float32', memory.subarray(buffer, buffer + 16)), SUM_ANSWER);
    assert.deepEqual(memory.subarray(buffer + 16, buffer + 64), Buffer.alloc(48, 0xaa));
  });

  it('writes nothing into a buffer that is too small', async () => {
    const session = new SumSession();
    const { errnos, memory } = await callHost(WASI_NN, { models }, session.page, [
      ...session.prepare,
      session.compute,
      ['get_output', { at: session.context }, 0, session.output, 15, session.written],
    ]);
    assert.equal(errnos.at(-1), ERRNO.invalidArgument);
    assert.equal(memory.readUInt32LE(session.written), 0xaaaaaaaa);
    assert.deepEqual(memory.subarray(session.output, session.output + 16), Buffer.alloc(16, 0xaa));
    const complaint = await complaintOf(
      1,
      rustGuest('wasi-nn'),
      { models },
      {
        args: '--name sum --input 0:f32:1x4 --input 1:f32:1x4 --output-bytes 15'.split(' '),
        stdin: Buffer.alloc(32),
      },
    );
    assert.equal(complaint, 'get_output: errno 1');
  });

  it('refuses an index that is no output’s', async () => {
    const session = new SumSession();
    const indices = [1, 2, 0xffff, 2 ** 31 - 1, -1];
    const { errnos } = await callHost(WASI_NN, { models }, session.page, [
      ...session.prepare,
      session.compute,
      ...indices.map((index): HostCall => [
        'get_output',
        { at: session.context },
        index,
        session.output,
        16,
        session.written,
      ]),
    ]);
    assert.deepEqual(errnos.slice(5), [1, 1, 1, 1, 1]);
  });

  it('reaches the last bytes of the memory, and set_input reads them', async () => {
    const session = new SumSession();
    const last = MEMORY_END - 16;
    const sumAgain = putTensor(session.page, [1, 4], TENSOR_TYPE.f32, Buffer.alloc(16), {
      data: last,
    });
    const { errnos, memory } = await callHost(WASI_NN, { models }, session.page, [
      ...session.prepare,
      session.compute,
      ['get_output', { at: session.context }, 0, last, 16, session.written],
      ['set_input', { at: session.context }, 0, sumAgain],
      session.compute,
      session.getOutput,
    ]);
    assert.deepEqual(errnos, Array<number>(9).fill(0));
    assert.deepEqual(session.answer(memory), [21, 42, 63, 84]);
  });
});
