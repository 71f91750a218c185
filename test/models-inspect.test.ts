import assert from 'node:assert/strict';
import path from 'node:path';

import { inspectModel } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { fails } from './support/errors.js';
import { DEFAULT_MODEL } from './support/paths.js';
import { gatherModel, sumModel } from './support/tflite-models.js';

const NOTHING_IN_UINT8 = 'The model has nothing that is quantized to uint8.';
const REASONS = {
  int8: 'The model has tensors of INT8 already, at its operator 0 (ADD).',
  float32: NOTHING_IN_UINT8,
  int32: NOTHING_IN_UINT8,
  int64: NOTHING_IN_UINT8,
};

describe('inspectModel', () => {
  for (const type of ['uint8', 'int8', 'float32', 'int32', 'int64'] as const) {
    it(`tells the tensors of a model of ${type}`, async () => {
      const quantization = { scale: 0.125, zeroPoint: type === 'int8' ? -7 : 7 };
      const isQuantized = type === 'uint8' || type === 'int8';
      const tensor = (name: string): unknown => ({
        name,
        type,
        shape: [1, 4],
        ...(isQuantized && { quantization }),
      });
      assert.deepEqual(await inspectModel(sumModel(type, quantization)), {
        inputs: ['left', 'right'].map(tensor),
        outputs: [tensor('sum')],
        rewrite:
          type === 'uint8'
            ? { applied: true, channels: 0, inexactChannels: 0 }
            : { applied: false, reason: REASONS[type] },
      });
    });
  }

  it('tells inputs of different types', async () => {
    assert.deepEqual(await inspectModel(gatherModel()), {
      inputs: [
        { name: 'values', type: 'float32', shape: [4] },
        { name: 'indices', type: 'int32', shape: [2] },
      ],
      outputs: [{ name: 'chosen', type: 'float32', shape: [2] }],
      rewrite: {
        applied: false,
        reason: 'The model has an operator that is not rewritten, operator 0 (GATHER).',
      },
    });
  });

  it('tells those of the embedded default model', async () => {
    const { inputs, outputs } = await inspectModel(DEFAULT_MODEL);
    assert.deepEqual(
      [inputs, outputs].map(([tensor]) => [tensor?.type, tensor?.shape]),
      [
        ['uint8', [1, 128, 128, 3]],
        ['uint8', [1, 23]],
      ],
    );
    assert.equal(inputs[0]?.quantization?.zeroPoint, 127);
    assert.ok(Math.abs((inputs[0].quantization.scale - 2 / 255) / (2 / 255)) < 1e-6);
    assert.deepEqual(outputs[0]?.quantization, { scale: 1 / 256, zeroPoint: 0 });
  });

  it('tells those of the real models', async function () {
    requireData(this);
    for (const [name, side] of [
      ['mobilenet_v1_0.25_128_quant.tflite', 128],
      ['mobilenet_v1_0.75_192_quant.tflite', 192],
    ] as const) {
      const { inputs, outputs, rewrite } = await inspectModel(path.join(DATA, 'models', name));
      assert.ok(rewrite.applied && rewrite.inexactChannels < rewrite.channels / 50);
      assert.deepEqual(inputs, [
        {
          name: 'input',
          type: 'uint8',
          shape: [1, side, side, 3],
          quantization: { scale: 0.0078125, zeroPoint: 128 },
        },
      ]);
      assert.deepEqual(outputs, [
        {
          name: 'MobilenetV1/Predictions/Reshape_1',
          type: 'uint8',
          shape: [1, 1001],
          quantization: { scale: 0.00390625, zeroPoint: 0 },
        },
      ]);
    }
  });

  it('refuses what is neither a path nor bytes', async () => {
    for (const wrong of [undefined, null, 7, '', 'a\0b', {}, []]) {
      await fails('ERR_INVALID_ARGUMENT', inspectModel(wrong as string));
    }
    await fails('ERR_MODEL', inspectModel('/nowhere/model.tflite'));
  });
});
