import assert from 'node:assert/strict';

import type { Kernels } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

const CASES = [
  {
    type: 'uint8',
    quantization: { scale: 0.5, zeroPoint: 128 },
    left: [128, 130, 0, 255],
    right: [128, 100, 100, 200],
    sum: [128, 102, 0, 255],
  },
  {
    type: 'int8',
    quantization: { scale: 2 ** -7, zeroPoint: -10 },
    left: [-10, 0, -128, 127],
    right: [-10, -20, -50, 10],
    sum: [-10, -10, -128, 127],
  },
] as const;

describe('quantized inference', () => {
  for (const kernels of ['xnnpack', 'builtin'] satisfies Kernels[]) {
    for (const { type, quantization, left, right, sum } of CASES) {
      it(`counts ${type} from its zero point and saturates, on ${kernels}`, async () => {
        const stdout = await outputOf(
          rustGuest('wasi-nn'),
          { models: { sum: sumModel(type, quantization) }, inference: { kernels } },
          {
            args: '--name sum --input 0:u8:1x4 --input 1:u8:1x4'.split(' '),
            stdin: Buffer.concat([elements(type, left), elements(type, right)]),
          },
        );
        assert.deepEqual(valuesOf(type, stdout), sum);
      });
    }
  }
});
