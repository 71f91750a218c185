import assert from 'node:assert/strict';

import { inspectModel } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';
import { gatherModel, sumAndProductModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

describe('a model with a signature', () => {
  it('keeps the order of its graph, whatever the signature’s', async () => {
    const model = sumAndProductModel({ inputs: ['right', 'left'], outputs: ['product', 'sum'] });
    const { inputs, outputs } = await inspectModel(model);
    assert.deepEqual(
      [inputs, outputs].map((tensors) => tensors.map(({ name }) => name)),
      [
        ['left', 'right'],
        ['sum', 'product'],
      ],
    );
    const stdout = await outputOf(
      rustGuest('wasi-nn'),
      { models: { both: model } },
      {
        args: '--name both --input 0:f32:2x3 --input 1:f32:2x3 --outputs 2'.split(' '),
        stdin: elements('float32', [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]),
      },
    );
    assert.deepEqual(
      valuesOf('float32', stdout),
      [11, 22, 33, 44, 55, 66, 10, 40, 90, 160, 250, 360],
    );
  });

  it('takes inputs of different types and shapes', async () => {
    const stdout = await outputOf(
      rustGuest('wasi-nn'),
      { models: { gather: gatherModel() } },
      {
        args: '--name gather --input 0:f32:4 --input 1:i32:2'.split(' '),
        stdin: Buffer.concat([elements('float32', [10, 20, 30, 40]), elements('int32', [2, 0])]),
      },
    );
    assert.deepEqual(valuesOf('float32', stdout), [30, 10]);
  });
});
