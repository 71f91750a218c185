import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Kernels, LoadedModule } from 'wasmedge-embed';

import { CLASSIFIER, parseTopK } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
import { FITTED_DEFAULT_MODEL, SMALL_MODEL } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const photograph = (name: string): Buffer => readFileSync(path.join(DATA, 'photos', `${name}.jpg`));

async function best(module: LoadedModule, name: string): Promise<string | undefined> {
  const { stdout, stderr } = await module.run({
    stdin: photograph(name),
    args: ['--format', 'json', '--top-k', '1'],
  });
  assert.equal(stderr.toString(), '');
  return parseTopK(stdout.toString())[0]?.label;
}

const CATS = ['tabby', 'tiger cat', 'Egyptian cat'];

/** By photograph: the correct labels, or similar ones if the model has no correct one. */
const LARGE: Record<string, string[]> = {
  burger: ['cheeseburger'],
  cat_720p: CATS,
  cats_and_dogs: ['Chihuahua', 'Pembroke', 'toy poodle'],
  dogs: ['Tibetan terrier', 'Maltese dog', 'Shih-Tzu', 'Lhasa'],
  grace_hopper: ['military uniform'],
  // Stained glass with white flowers and blue birds.
  hibiscus: ['window screen', 'indigo bunting'],
  hot_dog: ['hotdog'],
  // A burrowing owl, standing in the grass like a bustard; the only owl of the model is the great
  // grey. Bustard and grouse are almost equal for the model: 64 and 64, or 67 and 57, of 255.
  owl: ['bustard', 'ruffed grouse', 'bittern', 'great grey owl'],
  pets: ['whippet', 'Italian greyhound', 'Boston bull'],
  sparrow: ['brambling', 'junco', 'house finch'],
};

/** The small model is wrong about the others. */
const SMALL: Record<string, string[]> = {
  burger: ['cheeseburger'],
  cat_720p: CATS,
  cats_and_dogs: ['Ibizan hound', 'Chihuahua', 'Pembroke'],
  dogs: ['Saluki', 'wire-haired fox terrier', 'Tibetan terrier'],
  grace_hopper: ['academic gown', 'military uniform'],
  pets: ['Saluki', 'whippet', 'Italian greyhound'],
  sparrow: ['junco', 'brambling', 'house finch'],
};

/** For the middle of each. */
const DEFAULT: Record<string, string[]> = {
  burger: ['cheeseburger'],
  cat_720p: CATS,
  cats_and_dogs: ['Pembroke', 'Chihuahua', 'toy poodle'],
  dogs: ['Tibetan terrier', 'Maltese dog', 'Shih-Tzu', 'Lhasa'],
  hot_dog: ['hotdog'],
  pets: ['Boston bull', 'whippet', 'Italian greyhound'],
  sparrow: ['junco', 'brambling', 'house finch'],
};

const real = (name: string): { file: string; labels: string } => ({
  file: path.join(DATA, 'models', name),
  labels: path.join(DATA, 'models', 'labels_mobilenet_quant_v1_224.txt'),
});

const MODELS = [
  ['MobileNet v1 0.75 192', real('mobilenet_v1_0.75_192_quant.tflite'), LARGE],
  ['MobileNet v1 0.25 128', real('mobilenet_v1_0.25_128_quant.tflite'), SMALL],
  ['the default model', FITTED_DEFAULT_MODEL, DEFAULT],
] as const;

describe('photographs', () => {
  before(function () {
    requireData(this);
  });

  for (const [name, model, expected] of MODELS) {
    for (const kernels of ['xnnpack', 'builtin'] satisfies Kernels[]) {
      it(`are named rightly by ${name} on ${kernels}`, async () => {
        const load = { models: { default: model }, inference: { kernels } };
        await withModule(CLASSIFIER, load, async (module) => {
          for (const photo of Object.keys(expected)) {
            const label = await best(module, photo);
            assert.ok(expected[photo]?.includes(label ?? ''), `${photo}: ${label ?? 'nothing'}`);
          }
        });
      });
    }
  }

  it('are told in the original’s words', async () => {
    const load = { models: { default: MODELS[0][1] } };
    await withModule(CLASSIFIER, load, async (module) => {
      const sentence = async (name: string): Promise<string> =>
        (await module.run({ stdin: photograph(name) })).stdout.toString();
      const link = (label: string): string =>
        `<a href='https://www.google.com/search?q=${label}'>${label}</a>`;
      assert.equal(
        await sentence('burger'),
        `It is very likely a ${link('cheeseburger')} in the picture\n`,
      );
      assert.equal(
        await sentence('hot_dog'),
        `It is very likely a ${link('hotdog')} in the picture\n`,
      );
      assert.equal(
        await sentence('sparrow'),
        `It is likely a ${link('brambling')} in the picture\n`,
      );
      assert.equal(
        await sentence('flower'),
        'It does not appear to be any known item in the picture.\n',
      );
    });
  });

  it('are the same photographs as hexadecimal text', async () => {
    await withModule(CLASSIFIER, { models: { default: SMALL_MODEL } }, async (module) => {
      const raw = await module.run({ stdin: photograph('dogs') });
      const hex = await module.run({ stdin: photograph('dogs').toString('hex') });
      assert.match(raw.stdout.toString(), /dog/);
      assert.deepEqual(hex.stdout, raw.stdout);
    });
  });
});
