import assert from 'node:assert/strict';

import { GuestPage, WASI_NN, callHost } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { rustGuest } from './support/paths.js';
import { complaintOf, outputOf } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';
import { ERRNO } from './support/wasi-nn-session.js';

const MODEL = sumModel('float32');
const TENSORFLOW_LITE = 4;
const AUTODETECT = 5;
const CPU = 0;

describe('wasi_ephemeral_nn load', () => {
  it('runs a model that the guest brings as bytes', async () => {
    const stdout = await outputOf(
      rustGuest('wasi-nn'),
      { files: { '/sum.tflite': MODEL } },
      {
        args: '--file /sum.tflite --input 0:f32:1x4 --input 1:f32:1x4 --unload'.split(' '),
        stdin: elements('float32', [1, 2, 3, 4, 0.5, 0.5, 0.5, 0.5]),
      },
    );
    assert.deepEqual(valuesOf('float32', stdout), [1.5, 2.5, 3.5, 4.5]);
  });

  const withBuilder = async (
    model: Uint8Array,
    calls: (builder: number, result: number) => HostCall[],
  ): Promise<{ errnos: number[]; result: number }> => {
    const page = new GuestPage();
    const builder = page.words(page.put(model), model.length);
    const result = page.room(4);
    const { errnos, memory } = await callHost(WASI_NN, {}, page, calls(builder, result));
    return { errnos, result: memory.readUInt32LE(result) };
  };

  it('numbers what it loads from 0, also the same model again', async () => {
    const { errnos, result } = await withBuilder(MODEL, (builder, at) => [
      ['load', builder, 1, TENSORFLOW_LITE, CPU, at],
      ['load', builder, 1, TENSORFLOW_LITE, CPU, at],
      ['load', builder, 1, TENSORFLOW_LITE, CPU, at],
    ]);
    assert.deepEqual(errnos, [0, 0, 0]);
    assert.equal(result, 2);
  });

  it('knows TensorFlow Lite by its number and by its content', async () => {
    const encodings = [0, 1, 2, 3, TENSORFLOW_LITE, AUTODETECT, 6, -1];
    const { errnos } = await withBuilder(MODEL, (builder, at) =>
      encodings.map((encoding) => ['load', builder, 1, encoding, CPU, at]),
    );
    const refused = ERRNO.invalidEncoding;
    assert.deepEqual(errnos, [refused, refused, refused, refused, 0, 0, refused, refused]);
  });

  it('runs on the processor only', async () => {
    const targets = [CPU, 1, 2, 3, 4, -1];
    const { errnos } = await withBuilder(MODEL, (builder, at) =>
      targets.map((target) => ['load', builder, 1, TENSORFLOW_LITE, target, at]),
    );
    const { unsupportedOperation, invalidArgument } = ERRNO;
    assert.deepEqual(errnos, [
      0,
      unsupportedOperation,
      unsupportedOperation,
      0,
      invalidArgument,
      invalidArgument,
    ]);
  });

  it('takes exactly one part', async () => {
    const { errnos, result } = await withBuilder(MODEL, (builder, at) =>
      [0, 2, -1].map((count) => ['load', builder, count, TENSORFLOW_LITE, CPU, at]),
    );
    assert.deepEqual(errnos, [1, 1, 1]);
    assert.equal(result, 0xaaaaaaaa, 'nothing is written on failure');
  });

  it('refuses what is no model, whole or cut anywhere', async () => {
    const wrong = [
      Buffer.alloc(0),
      Buffer.from('TFL3'),
      Buffer.from('not a model at all'),
      Buffer.alloc(1024),
      MODEL.subarray(0, 8),
      MODEL.subarray(0, 40),
      MODEL.subarray(0, MODEL.length >> 1),
    ];
    for (const model of wrong) {
      const { errnos, result } = await withBuilder(model, (builder, at) => [
        ['load', builder, 1, TENSORFLOW_LITE, CPU, at],
      ]);
      assert.deepEqual(errnos, [ERRNO.invalidArgument], `${model.length} bytes`);
      assert.equal(result, 0xaaaaaaaa);
    }
    const { errnos } = await withBuilder(Buffer.from('not a model'), (builder, at) => [
      ['load', builder, 1, AUTODETECT, CPU, at],
    ]);
    assert.deepEqual(errnos, [ERRNO.invalidEncoding]);
  });

  it('names the errno in a guest of its own language', async () => {
    const files = { '/broken.tflite': Buffer.from('broken') };
    const complaint = await complaintOf(
      1,
      rustGuest('wasi-nn'),
      { files },
      {
        args: ['--file', '/broken.tflite'],
      },
    );
    assert.equal(complaint, 'load: errno 1');
  });
});
