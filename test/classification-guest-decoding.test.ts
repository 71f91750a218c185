import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { inspectModel } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const MODELS = {
  'MobileNet v1 0.75 192': path.join(DATA, 'models', 'mobilenet_v1_0.75_192_quant.tflite'),
  'MobileNet v1 0.25 128': path.join(DATA, 'models', 'mobilenet_v1_0.25_128_quant.tflite'),
  'the tests’ small model': SMALL_MODEL,
};

async function outputOf(
  module: LoadedModule,
  args: readonly string[],
  stdin: Buffer,
): Promise<Buffer> {
  const { stdout, stderr, exitCode } = await module.run({ args, stdin });
  assert.equal(stderr.toString(), '');
  assert.equal(exitCode, 0);
  return stdout;
}

/** Tensors that were made, by picture, way and side: models of the same size are given the same. */
const tensors = new Map<string, Buffer>();

async function tensorOf(
  decoder: LoadedModule,
  photograph: string,
  way: string,
  side: string,
): Promise<Buffer> {
  const key = [photograph, way, side].join();
  const known = tensors.get(key);
  if (known) return known;
  const jpeg = readFileSync(path.join(DATA, 'photos', photograph));
  const tensor = await outputOf(decoder, [way, side], jpeg);
  tensors.set(key, tensor);
  return tensor;
}

const best = (scores: Buffer): number => scores.indexOf(Math.max(...scores));

describe('decoding in the classification guest, reduced and resampled as it comes', () => {
  before(function () {
    requireData(this);
  });

  for (const [name, model] of Object.entries(MODELS)) {
    it(`leads ${name} to the same class as whole pictures and mean pixels`, async () => {
      const [input] = (await inspectModel(model)).inputs;
      assert.ok(input);
      assert.equal(input.type, 'uint8');
      const side = input.shape[1];
      const infer = ['--name', 'default', '--input', `0:u8:${input.shape.join('x')}`];
      await withModule(rustGuest('model-input'), {}, async (decoder) => {
        await withModule(
          rustGuest('wasi-nn'),
          { models: { default: model } },
          async (classifier) => {
            for (const photograph of readdirSync(path.join(DATA, 'photos'))) {
              const scoresOf = async (way: string): Promise<Buffer> => {
                const tensor = await tensorOf(decoder, photograph, way, String(side));
                return outputOf(classifier, infer, tensor);
              };
              const [made, plain] = [await scoresOf('made'), await scoresOf('plain')];
              // Two classes may share the highest score.
              assert.equal(made[best(plain)], Math.max(...made), photograph);
            }
          },
        );
      });
    });
  }
});
