import assert from 'node:assert/strict';

import { WASI_NN, callHost, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { ISOLATIONS } from './support/isolations.js';
import { rustGuest } from './support/paths.js';
import { complaintOf, outputOf } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';
import { valuesOf } from './support/tflite.js';
import {
  ERRNO,
  SUM_ANSWER,
  SUM_MODELS,
  SumSession,
  TENSOR_TYPE,
  putTensor,
} from './support/wasi-nn-session.js';

const DATA = Buffer.alloc(16);

describe('wasi_ephemeral_nn set_input', () => {
  it('takes the input’s own rank and type, and the size of its shape only', async () => {
    const session = new SumSession();
    const { page } = session;
    const { f32 } = TENSOR_TYPE;
    const wrong = [
      ...[[4], [1, 4, 1], [4, 2], [1, 5], [1, 3], [0, 4], [0xffff_ffff, 4], []].map((shape) =>
        putTensor(page, shape, f32, DATA),
      ),
      ...[0, 2, 3, 4, 5, 6, 255].map((type) => putTensor(page, [1, 4], type, DATA)),
      ...[0, 4, 15, 17, 32].map((size) => putTensor(page, [1, 4], f32, Buffer.alloc(size))),
    ];
    const calls = wrong.map((tensor): HostCall => [
      'set_input',
      { at: session.context },
      0,
      tensor,
    ]);
    const { errnos } = await callHost(WASI_NN, { models: SUM_MODELS }, page, [
      session.load,
      session.init,
      session.setRight,
      ...calls,
      session.compute,
    ]);
    const refused = [...wrong, 'compute without the left input'].map(() => ERRNO.invalidArgument);
    assert.deepEqual(errnos, [0, 0, 0, ...refused]);
  });

  it('resizes an input that is set in another shape', async () => {
    const session = new SumSession();
    const { page } = session;
    const column = putTensor(
      page,
      [4, 1],
      TENSOR_TYPE.f32,
      Buffer.from(Float32Array.of(0, 1, 2, 3).buffer),
    );
    const output = page.room(64);
    const { errnos, memory } = await callHost(WASI_NN, { models: SUM_MODELS }, page, [
      session.load,
      session.init,
      ['set_input', { at: session.context }, 0, column],
      session.setRight,
      session.compute,
      session.getOutput,
      ['get_output', { at: session.context }, 0, output, 64, session.written],
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 1, 0]);
    assert.equal(memory.readUInt32LE(session.written), 64);
    const values = valuesOf('float32', memory.subarray(output, output + 64));
    assert.deepEqual(
      values,
      [0, 1, 2, 3].flatMap((left) => [10, 20, 30, 40].map((right) => left + right)),
    );
  });

  it('refuses an index that is no input’s', async () => {
    const session = new SumSession();
    const indices = [2, 3, 0xffff, 2 ** 31 - 1, -1];
    const { errnos } = await callHost(WASI_NN, { models: SUM_MODELS }, session.page, [
      session.load,
      session.init,
      ...indices.map((index): HostCall => [
        'set_input',
        { at: session.context },
        index,
        session.left,
      ]),
    ]);
    assert.deepEqual(errnos, [0, 0, 1, 1, 1, 1, 1]);
  });

  it('looks at the one byte of the type, not at the padding behind it', async () => {
    const session = new SumSession();
    const data = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);
    const padded = putTensor(session.page, [1, 4], 0xcdcd_cd00 | TENSOR_TYPE.f32, data);
    const { errnos, memory } = await callHost(WASI_NN, { models: SUM_MODELS }, session.page, [
      session.load,
      session.init,
      ['set_input', { at: session.context }, 0, padded],
      session.setRight,
      session.compute,
      session.getOutput,
    ]);
    assert.deepEqual(errnos, [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('keeps the last of what is set, and the old when a new one is refused', async () => {
    const session = new SumSession();
    const other = putTensor(
      session.page,
      [1, 4],
      TENSOR_TYPE.f32,
      Buffer.from(Float32Array.of(5, 5, 5, 5).buffer),
    );
    const short = putTensor(session.page, [1, 4], TENSOR_TYPE.f32, Buffer.alloc(4));
    const set = (tensor: number): HostCall => ['set_input', { at: session.context }, 0, tensor];
    await withHostCalls(WASI_NN, { models: SUM_MODELS }, async (run) => {
      const replaced = await run(session.page, [
        ...session.prepare,
        set(other),
        session.compute,
        session.getOutput,
      ]);
      assert.deepEqual(session.answer(replaced.memory), [15, 25, 35, 45]);
      const refused = await run(session.page, [
        ...session.prepare,
        set(short),
        session.compute,
        session.getOutput,
      ]);
      assert.deepEqual(refused.errnos, [0, 0, 0, 0, 1, 0, 0]);
      assert.deepEqual(session.answer(refused.memory), SUM_ANSWER);
    });
  });

  describe('takes the numbers that WasmEdge 0.13 and 0.14 have for types', () => {
    const former: [type: 'uint8' | 'int8' | 'int32', number: number, bytes: number][] = [
      ['uint8', 2, 1],
      ['int8', 2, 1],
      ['int32', 3, 4],
    ];
    for (const isolation of ISOLATIONS) {
      for (const [type, number, bytes] of former) {
        it(`${number} for ${type}: ${isolation}`, async () => {
          const data = Buffer.alloc(2 * 4 * bytes, 1);
          const output = await outputOf(
            rustGuest('wasi-nn'),
            { isolation, models: { sum: sumModel(type) } },
            {
              args: [
                ...['--name', 'sum', '--input', `0:${number}/${bytes}:1x4`],
                ...['--input', `1:${number}/${bytes}:1x4`],
              ],
              stdin: data,
            },
          );
          assert.deepEqual(output, Buffer.alloc(4 * bytes, 2));
        });
      }
    }
  });

  it('takes no number of the one numbering for what it means in the other', async () => {
    const wrong: [type: 'uint8' | 'int32' | 'int64' | 'float32', numbers: number[]][] = [
      ['uint8', [0, 1, 4, 5]],
      ['int32', [0, 1, 2, 5]],
      ['int64', [0, 1, 2, 3, 4]],
      ['float32', [0, 2, 3, 4]],
    ];
    for (const [type, numbers] of wrong) {
      const bytes = { uint8: 1, int32: 4, int64: 8, float32: 4 }[type];
      for (const number of numbers) {
        const complaint = await complaintOf(
          1,
          rustGuest('wasi-nn'),
          { models: { sum: sumModel(type) } },
          {
            args: ['--name', 'sum', '--input', `0:${number}/${bytes}:1x4`],
            stdin: Buffer.alloc(4 * bytes),
          },
        );
        assert.equal(complaint, 'set_input: errno 1', `${type} ${number}`);
      }
    }
  });
});
