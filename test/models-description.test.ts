import assert from 'node:assert/strict';

import type { LoadOptions } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { complaintOf, outputOf } from './support/run-guest.js';
import { pickingModel, sumAndProductModel } from './support/tflite-models.js';

const GUEST = rustGuest('std-tour');
const picture = pickingModel({ type: 'uint8', size: [4, 6, 3] }, [[0, 0, 0]]);

async function describedAs(models: NonNullable<LoadOptions['models']>): Promise<unknown> {
  const [name] = Object.keys(models);
  const text = await outputOf(GUEST, { models }, { args: ['read', `/models/${name}.json`] });
  return JSON.parse(text.toString());
}

describe('the description of a model in the guest’s /models', () => {
  it('tells names, types, shapes, quantization and how floats are made', async () => {
    const quantization = { scale: 1 / 256, zeroPoint: 0 };
    assert.deepEqual(await describedAs({ picture }), {
      name: 'picture',
      inputs: [{ name: 'picture', type: 'uint8', shape: [1, 4, 6, 3], quantization }],
      outputs: [{ name: 'scores', type: 'uint8', shape: [1, 1], quantization }],
      normalize: {
        mean: [127.5, 127.5, 127.5],
        scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
      },
    });
  });

  it('lists several inputs and outputs in their order, floats without quantization', async () => {
    const { inputs, outputs } = (await describedAs({ both: sumAndProductModel() })) as Record<
      string,
      unknown
    >;
    const tensor = (name: string): unknown => ({ name, type: 'float32', shape: [2, 3] });
    assert.deepEqual(inputs, ['left', 'right'].map(tensor));
    assert.deepEqual(outputs, ['sum', 'product'].map(tensor));
  });

  it('takes the caller’s normalization, one number for all channels or three', async () => {
    const one = await describedAs({
      picture: { file: picture, normalize: { mean: 0, scale: 1 / 255 } },
    });
    assert.deepEqual((one as { normalize: unknown }).normalize, {
      mean: [0, 0, 0],
      scale: [1 / 255, 1 / 255, 1 / 255],
    });
    const three = await describedAs({
      picture: { file: picture, normalize: { mean: [1, 2, 3], scale: [0.25, -0.5, 4] } },
    });
    assert.deepEqual((three as { normalize: unknown }).normalize, {
      mean: [1, 2, 3],
      scale: [0.25, -0.5, 4],
    });
  });

  it('stands beside the others and beside the caller’s files', async () => {
    const listing = await outputOf(
      GUEST,
      {
        files: { '/data/x': Buffer.from('x') },
        models: { b: picture, a: { file: picture, labels: ['cat'] } },
      },
      { args: ['list', '/models'] },
    );
    const names = listing
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.replace(/ \d+ /, ' '));
    assert.deepEqual(names, ['file a.json', 'file a.labels.txt', 'file b.json']);
  });

  it('is not there without a model', async () => {
    // Without files and models, no folder exists.
    assert.equal(await complaintOf(1, GUEST, {}, { args: ['list', '/'] }), 'Uncategorized');
  });
});
