import assert from 'node:assert/strict';

import type { InferenceOptions } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

const OPTIONS: readonly InferenceOptions[] = [
  { kernels: 'xnnpack' },
  { kernels: 'xnnpack', rewrite: false },
  { kernels: 'builtin' },
];

const CASES = [
  {
    type: 'float32',
    guestType: 'f32',
    left: [0.5, -1.25, 1e6, 0],
    right: [0.25, 1.25, -1, -0],
    sum: [0.75, 0, 999_999, 0],
  },
  {
    type: 'uint8',
    guestType: 'u8',
    left: [0, 1, 100, 200],
    right: [0, 2, 155, 100],
    sum: [0, 3, 255, 255],
  },
  {
    type: 'int8',
    guestType: 'u8',
    left: [-128, -100, 0, 100],
    right: [1, -100, -7, 27],
    sum: [-127, -128, -7, 127],
  },
  {
    type: 'int32',
    guestType: 'i32',
    left: [0, -5, 2_000_000_000, 1],
    right: [0, 3, 147_483_647, -2_147_483_648],
    sum: [0, -2, 2_147_483_647, -2_147_483_647],
  },
  {
    type: 'int64',
    guestType: 'i64',
    left: [0, -5, 2 ** 52, 1],
    right: [0, 3, 2 ** 52 - 1, -(2 ** 40)],
    sum: [0, -2, 2 ** 53 - 1, 1 - 2 ** 40],
  },
] as const;

describe('inference on every kind of kernels', () => {
  for (const inference of OPTIONS) {
    for (const { type, guestType, left, right, sum } of CASES) {
      it(`adds ${type} exactly with ${JSON.stringify(inference)}`, async () => {
        const stdout = await outputOf(
          rustGuest('wasi-nn'),
          { models: { sum: sumModel(type) }, inference },
          {
            args: `--name sum --input 0:${guestType}:1x4 --input 1:${guestType}:1x4`.split(' '),
            stdin: Buffer.concat([elements(type, left), elements(type, right)]),
          },
        );
        assert.deepEqual(valuesOf(type, stdout), sum);
      });
    }
  }
});
