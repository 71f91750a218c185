import assert from 'node:assert/strict';

import type { Kernels } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { GuestPage, TENSORFLOW_LITE, callHost } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { complaintOf, outputOf } from './support/run-guest.js';
import { ERRNO, SUM_ANSWER, TensorFlowLiteSession } from './support/tensorflow-lite-session.js';
import { gatherModel, sumAndProductModel, sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

const GUEST = rustGuest('tensorflow-lite');

describe('wasmedge_tensorflowlite sessions', () => {
  const cases = [
    { type: 'float32', left: [0.5, 1, 2, -3], right: [0.25, 1, 2, 3], sum: [0.75, 2, 4, 0] },
    { type: 'uint8', left: [1, 2, 3, 200], right: [4, 5, 6, 100], sum: [5, 7, 9, 255] },
    { type: 'int8', left: [1, -2, -100, 100], right: [4, 5, -100, 100], sum: [5, 3, -128, 127] },
    { type: 'int32', left: [1, 2, 3, 4], right: [-5, 70_000, 0, 1], sum: [-4, 70_002, 3, 5] },
    { type: 'int64', left: [1, 2 ** 40, 3, 4], right: [1, 1, -5, 0], sum: [2, 2 ** 40 + 1, -2, 4] },
  ] as const;
  for (const kernels of ['xnnpack', 'builtin'] satisfies Kernels[]) {
    for (const { type, left, right, sum } of cases) {
      it(`adds ${type} exactly on ${kernels}`, async () => {
        const model = sumModel(type);
        const leftBytes = elements(type, left);
        const stdout = await outputOf(
          GUEST,
          { files: { '/sum.tflite': model }, inference: { kernels } },
          {
            args: [
              '/sum.tflite',
              ...['--input', 'left', String(leftBytes.length), '--input', 'right', '-'],
              ...['--output', 'sum'],
            ],
            stdin: Buffer.concat([leftBytes, elements(type, right)]),
          },
        );
        assert.deepEqual(valuesOf(type, stdout), sum);
      });
    }
  }

  it('finds several inputs and outputs by their names, in any order', async () => {
    const stdout = await outputOf(
      GUEST,
      { files: { '/both.tflite': sumAndProductModel() } },
      {
        args: '/both.tflite --input right 24 --input left 24 --output product --output sum'.split(
          ' ',
        ),
        stdin: elements('float32', [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]),
      },
    );
    assert.deepEqual(
      valuesOf('float32', stdout),
      [10, 40, 90, 160, 250, 360, 11, 22, 33, 44, 55, 66],
    );
  });

  it('runs again with the inputs that are still set', async () => {
    const stdout = await outputOf(
      GUEST,
      { files: { '/sum.tflite': sumModel('float32') } },
      {
        args: '/sum.tflite --input left 16 --input right 16 --output sum --repeat 5'.split(' '),
        stdin: elements('float32', [1, 2, 3, 4, 1, 1, 1, 1]),
      },
    );
    assert.deepEqual(valuesOf('float32', stdout), [2, 3, 4, 5]);
  });

  it('keeps several sessions apart', async () => {
    const first = new TensorFlowLiteSession();
    const { page } = first;
    const second = page.room(4);
    const zeros = page.put(Buffer.alloc(16));
    const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, page, [
      ...first.prepare,
      ['create_session', first.model, first.modelLength, second],
      ['append_input', { at: second }, first.leftName, 4, zeros, 16],
      ['append_input', { at: second }, first.rightName, 5, zeros, 16],
      first.run,
      ['run_session', { at: second }],
      first.getData,
    ]);
    assert.deepEqual(errnos, Array<number>(10).fill(0));
    assert.deepEqual(first.answer(memory), SUM_ANSWER);
    assert.equal(memory.readUInt32LE(second), 1);
  });

  it('refuses what is no model', async () => {
    const model = sumModel('float32');
    for (const wrong of [
      Buffer.alloc(0),
      Buffer.from('TFL3'),
      Buffer.alloc(256),
      model.subarray(0, model.length - 40),
    ]) {
      const page = new GuestPage();
      const session = page.room(4);
      const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, page, [
        ['create_session', page.put(wrong), wrong.length, session],
      ]);
      assert.deepEqual(errnos, [ERRNO.invalidArgument]);
      assert.equal(memory.readUInt32LE(session), 0xaaaaaaaa, 'nothing is written on failure');
    }
  });

  it('tells a run that failed', async () => {
    const complaint = await complaintOf(
      1,
      GUEST,
      { files: { '/gather.tflite': gatherModel() } },
      {
        args: '/gather.tflite --input values 16 --input indices 8'.split(' '),
        stdin: Buffer.concat([Buffer.alloc(16), elements('int32', [0, 1000])]),
      },
    );
    assert.equal(complaint, 'run_session: errno 5');
  });

  it('is refused a run until every input is set', async () => {
    const session = new TensorFlowLiteSession();
    const { errnos } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      session.create,
      session.run,
      session.appendRight,
      session.run,
      session.appendLeft,
      session.run,
    ]);
    assert.deepEqual(errnos, [0, 1, 0, 1, 0, 0]);
  });

  it('ends when it is deleted, and its number never comes back', async () => {
    const session = new TensorFlowLiteSession();
    const { errnos, memory } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...session.all,
      session.remove,
      session.run,
      session.getData,
      session.remove,
      session.create,
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0]);
    assert.notEqual(memory.readUInt32LE(session.session), 0);
  });

  it('are 64 at a time at most', async () => {
    const session = new TensorFlowLiteSession();
    const full = Array.from({ length: 64 }, () => session.create);
    const { errnos } = await callHost(TENSORFLOW_LITE, {}, session.page, [
      ...full,
      ['delete_session', 7],
      session.create,
    ]);
    assert.deepEqual(errnos, Array<number>(66).fill(0));
    const error = await fails(
      'ERR_LIMIT',
      callHost(TENSORFLOW_LITE, {}, session.page, [...full, session.create]),
    );
    assert.equal(error.limit, 'sessions');
  });
});
