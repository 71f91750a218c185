import assert from 'node:assert/strict';

import type { Kernels } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';
import { buildModel, elements, valuesOf } from './support/tflite.js';

const KERNELS: readonly Kernels[] = ['xnnpack', 'builtin'];

/** uint8 [1,2] → real values → concatenated with themselves → [4] → int8. */
const chain = buildModel({
  tensors: [
    { name: 'bytes', type: 'uint8', shape: [1, 2], quantization: { scale: 0.5, zeroPoint: 100 } },
    { name: 'real', type: 'float32', shape: [1, 2] },
    { name: 'twice', type: 'float32', shape: [1, 4] },
    { name: 'row', type: 'float32', shape: [4] },
    { name: 'signed', type: 'int8', shape: [4], quantization: { scale: 0.25, zeroPoint: -3 } },
  ],
  operators: [
    { operator: 'DEQUANTIZE', inputs: ['bytes'], outputs: ['real'] },
    { operator: 'CONCATENATION', axis: 1, inputs: ['real', 'real'], outputs: ['twice'] },
    { operator: 'RESHAPE', newShape: [4], inputs: ['twice'], outputs: ['row'] },
    { operator: 'QUANTIZE', inputs: ['row'], outputs: ['signed'] },
  ],
  inputs: ['bytes'],
  outputs: ['row', 'signed'],
});

const softmax = buildModel({
  tensors: [
    { name: 'logits', type: 'float32', shape: [1, 3] },
    { name: 'probabilities', type: 'float32', shape: [1, 3] },
  ],
  operators: [{ operator: 'SOFTMAX', inputs: ['logits'], outputs: ['probabilities'] }],
  inputs: ['logits'],
  outputs: ['probabilities'],
});

describe('inference through several operators', () => {
  for (const kernels of KERNELS) {
    it(`changes types and shapes on the way, on ${kernels}`, async () => {
      const stdout = await outputOf(
        rustGuest('wasi-nn'),
        { models: { chain }, inference: { kernels } },
        {
          args: '--name chain --input 0:u8:1x2 --outputs 2'.split(' '),
          stdin: Buffer.of(98, 110),
        },
      );
      assert.deepEqual(valuesOf('float32', stdout.subarray(0, 16)), [-1, 5, -1, 5]);
      assert.deepEqual(valuesOf('int8', stdout.subarray(16)), [-7, 17, -7, 17]);
    });

    it(`makes probabilities that sum to one, on ${kernels}`, async () => {
      const stdout = await outputOf(
        rustGuest('wasi-nn'),
        { models: { softmax }, inference: { kernels } },
        {
          args: '--name softmax --input 0:f32:1x3'.split(' '),
          stdin: elements('float32', [1, 2, 4]),
        },
      );
      const exponentials = [1, 2, 4].map(Math.exp);
      const total = exponentials.reduce((sum, value) => sum + value);
      valuesOf('float32', stdout).forEach((value, index) => {
        assert.ok(
          Math.abs(value - exponentials[index]! / total) < 1e-6,
          `class ${index}: ${value}`,
        );
      });
    });
  }
});
