import assert from 'node:assert/strict';
import path from 'node:path';

import { WasmEdgeError, inspectModel } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { fails } from './support/errors.js';
import { SMALL_MODEL } from './support/paths.js';
import { gatherModel, sumAndProductModel, sumModel } from './support/tflite-models.js';
import { buildModel } from './support/tflite.js';
import type { Graph } from './support/tflite.js';

const NOTHING_IN_UINT8 = 'The model has nothing that is quantized to uint8.';
const REASONS = {
  int8: 'The model already has tensors of INT8, at its operator 0 (ADD).',
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
      const { inputs, outputs, rewrite } = await inspectModel(sumModel(type, quantization));
      assert.deepEqual(
        { inputs, outputs, rewrite },
        {
          inputs: ['left', 'right'].map(tensor),
          outputs: [tensor('sum')],
          rewrite:
            type === 'uint8'
              ? { applied: true, channels: 0, inexactChannels: 0 }
              : { applied: false, reason: REASONS[type] },
        },
      );
    });
  }

  it('tells inputs of different types', async () => {
    const { inputs, outputs, rewrite } = await inspectModel(gatherModel());
    assert.deepEqual(
      { inputs, outputs, rewrite },
      {
        inputs: [
          { name: 'values', type: 'float32', shape: [4] },
          { name: 'indices', type: 'int32', shape: [2] },
        ],
        outputs: [{ name: 'chosen', type: 'float32', shape: [2] }],
        rewrite: {
          applied: false,
          reason: 'The model has an operator that is not rewritten, operator 0 (GATHER).',
        },
      },
    );
  });

  it('tells those of a small model', async () => {
    const { inputs, outputs } = await inspectModel(SMALL_MODEL);
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

  it('tells signatures, operators, state and what a run takes', async () => {
    const signature = { inputs: ['right', 'left'], outputs: ['product', 'sum'] };
    const model = await inspectModel(sumAndProductModel(signature));
    const tensor = (name: string): unknown => ({ name, type: 'float32', shape: [2, 3] });
    assert.deepEqual(model.signatures, [
      {
        name: 'serving_default',
        inputs: ['argument right', 'argument left'].map(tensor),
        outputs: ['argument product', 'argument sum'].map(tensor),
      },
    ]);
    assert.deepEqual(model.operators, [
      { name: 'ADD', count: 1 },
      { name: 'MUL', count: 1 },
    ]);
    assert.deepEqual([model.subgraphs, model.state, model.refused], [1, [], undefined]);
    assert.equal(model.description, 'made by a test');
    assert.equal(model.takes?.multiplyAccumulates, 0);
    assert.equal(model.takes.tensorBytes, 4 * 24);
    assert.ok(model.takes.otherElements >= 12);
  });

  it('names what it takes where it has no signature', async () => {
    const { signatures } = await inspectModel(gatherModel());
    assert.deepEqual(signatures, [
      {
        inputs: [
          { name: 'values', type: 'float32', shape: [4] },
          { name: 'indices', type: 'int32', shape: [2] },
        ],
        outputs: [{ name: 'chosen', type: 'float32', shape: [2] }],
      },
    ]);
  });

  it('tells of a model that cannot be run what could be read, and why', async () => {
    const text: Graph['tensors'][number] = { name: 'words', type: 'string', shape: [1] };
    const model = await inspectModel(
      buildModel({
        tensors: [text, { ...text, name: 'more' }],
        operators: [{ operator: 'ADD', inputs: ['words', 'words'], outputs: ['more'] }],
        inputs: ['words'],
        outputs: ['more'],
      }),
    );
    assert.match(model.refused ?? '', /STRING/);
    assert.deepEqual([model.inputs, model.outputs, model.takes], [[], [], undefined]);
    assert.deepEqual(model.signatures[0]?.inputs, [{ name: 'words', type: 'string', shape: [1] }]);
    assert.deepEqual(model.operators, [{ name: 'ADD', count: 1 }]);
  });

  it('says where the tables are damaged', async () => {
    const whole = sumModel('float32');
    let damaged = 0;
    for (let size = whole.length - 1; size > 8; size -= 7) {
      const model = await inspectModel(whole.subarray(0, size)).catch((error: unknown) => {
        assert.ok(error instanceof WasmEdgeError && error.code === 'ERR_MODEL');
      });
      if (!model) continue;
      assert.ok(model.refused, `${size} bytes`);
      if (model.damage !== undefined) damaged++;
    }
    assert.ok(damaged > 0);
  });

  it('refuses what is neither a path nor bytes', async () => {
    for (const wrong of [undefined, null, 7, '', 'a\0b', {}, []]) {
      await fails('ERR_INVALID_ARGUMENT', inspectModel(wrong as string));
    }
    await fails('ERR_MODEL', inspectModel('/nowhere/model.tflite'));
  });
});
