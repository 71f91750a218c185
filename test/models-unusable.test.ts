import assert from 'node:assert/strict';
import path from 'node:path';

import { inspectModel, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { folderWith } from './support/model-files.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { sumModel } from './support/tflite-models.js';
import { buildModel } from './support/tflite.js';
import { readFileSync } from 'node:fs';

const GUEST = rustGuest('wasi-nn');
const MODEL = sumModel('float32');

/**
 * Refused models can still be inspected, and the result says so; unreadable ones cause an error.
 */
async function isRefused(model: Uint8Array): Promise<void> {
  try {
    assert.ok((await inspectModel(model)).refused);
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'ERR_MODEL', String(error));
  }
}

describe('a model that cannot be used', () => {
  const folder = folderWith({
    'empty.tflite': '',
    'text.tflite': 'This is no model.',
    'truncated.tflite': readFileSync(SMALL_MODEL).subarray(0, 300_000),
  });
  const corrupt = Buffer.from(MODEL);
  corrupt.fill(0xff, 8, 64);

  const cases: [string, string | Buffer, RegExp][] = [
    ['is missing', path.join(folder, 'none.tflite'), /Cannot read the model 'cars'.*none\.tflite/],
    ['is a folder', folder, /Cannot read the model 'cars'/],
    ['is empty', path.join(folder, 'empty.tflite'), /empty\.tflite.*0 bytes/],
    ['is something else', path.join(folder, 'text.tflite'), /text\.tflite.*TFL3/],
    ['is truncated', path.join(folder, 'truncated.tflite'), /truncated\.tflite/],
    ['is bytes of nothing', Buffer.alloc(0), /Model 'cars':.*0 bytes/],
    ['is corrupt', corrupt, /Model 'cars':/],
  ];
  for (const [what, source, expected] of cases) {
    it(`is refused with its name where it ${what}`, async () => {
      const { message } = await fails(
        'ERR_MODEL',
        loadModule(GUEST, { models: { good: MODEL, cars: source }, aot: 'off' }),
      );
      assert.match(message, expected);
      assert.match(message, /'cars'/);
    });
  }

  it('is refused wherever it is cut', async () => {
    for (let length = 0; length < MODEL.length; length++) {
      await isRefused(MODEL.subarray(0, length));
    }
  });

  it('is refused where a tensor’s type cannot be passed', async () => {
    const strings = buildModel({
      tensors: [
        { name: 'text', type: 'string', shape: [1] },
        { name: 'same', type: 'string', shape: [1] },
      ],
      operators: [{ operator: 'RESHAPE', newShape: [1], inputs: ['text'], outputs: ['same'] }],
      inputs: ['text'],
      outputs: ['same'],
    });
    await isRefused(strings);
  });

  it('is refused where a shape is empty or larger than memory', async () => {
    for (const shape of [[0], [65_536, 65_536], [2 ** 31 - 1, 2 ** 31 - 1, 8]]) {
      const model = buildModel({
        tensors: [
          { name: 'in', type: 'float32', shape },
          { name: 'out', type: 'float32', shape },
        ],
        operators: [{ operator: 'ADD', inputs: ['in', 'in'], outputs: ['out'] }],
        inputs: ['in'],
        outputs: ['out'],
      });
      await isRefused(model);
    }
  });

  it('leaves the next load as it would have been', async () => {
    await fails('ERR_MODEL', inspectModel(corrupt));
    const { inputs } = await inspectModel(MODEL);
    assert.deepEqual(
      inputs.map(({ name }) => name),
      ['left', 'right'],
    );
  });
});
