import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, it } from 'mocha';

import { CLASSIFIER, byClass, parseTopK } from './support/classification.js';
import {
  RECIPE,
  REFERENCE,
  constantsOf,
  requireReference,
  samples,
} from './support/default-model.js';
import { DEFAULT_MODEL, FITTED_DEFAULT_MODEL } from './support/paths.js';
import { png } from './support/png.js';
import { withModule } from './support/run-guest.js';

const CLASSES = 1000;

describe('the default model', () => {
  it('is what its recipe says', () => {
    const { outputs } = JSON.parse(readFileSync(path.join(RECIPE, 'source.json'), 'utf8')) as {
      outputs: Record<string, string>;
    };
    assert.deepEqual(Object.keys(outputs), ['model.tflite', 'model.onnx']);
    for (const [name, digest] of Object.entries(outputs)) {
      const content = readFileSync(path.join(RECIPE, name));
      assert.equal(createHash('sha256').update(content).digest('hex'), digest, name);
    }
  });

  it('has a label for each class', () => {
    const labels = readFileSync(path.join(RECIPE, 'labels.txt'), 'utf8').trimEnd().split('\n');
    assert.equal(labels.length, CLASSES);
  });

  it('knows nothing in noise, flat colours and gradients', async () => {
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    const picture = (side: number, pixel: (x: number, y: number) => [number, number, number]) =>
      png(
        'rgb',
        Array.from({ length: side }, (_, y) =>
          Array.from({ length: side }, (__, x) => pixel(x, y)),
        ),
      );
    // Noise of 16 to 48 pixels per side has scores of up to 78: see the model's card.
    const pictures = [
      ...[8, 64, 96, 224].map((side) => picture(side, () => [random(), random(), random()])),
      ...[0, 90, 255].map((value) => picture(16, () => [value, value, 255 - value])),
      picture(224, (x, y) => [x, y, 128]),
    ];
    const load = { models: { default: FITTED_DEFAULT_MODEL } };
    await withModule(CLASSIFIER, load, async (module) => {
      for (const [index, stdin] of pictures.entries()) {
        const { stdout } = await module.run({ stdin, args: ['--format', 'json'] });
        assert.match(stdout.toString(), /"known":false/, `picture ${index}`);
        const sentence = await module.run({ stdin });
        assert.match(sentence.stdout.toString(), /^It does not appear to be any known item/);
      }
    });
  });

  describe('beside the one that TensorFlow’s converter makes', () => {
    before(function () {
      requireReference(this);
    });

    it('has the same weights', () => {
      const ours = constantsOf(DEFAULT_MODEL);
      const theirs = constantsOf(REFERENCE);
      assert.equal(ours.length, theirs.length);
      for (const [index, constants] of ours.entries()) {
        const expected = theirs[index];
        assert.ok(expected);
        assert.deepEqual(constants.shape, expected.shape);
        assert.ok(constants.weights.equals(expected.weights), `weights of operator ${index}`);
        assert.deepEqual(constants.scales, expected.scales);
        // The bias of dead channels has 31 bits, of which a float kept 24.
        for (const [channel, bias] of constants.bias.entries()) {
          const other = expected.bias[channel] ?? NaN;
          assert.ok(Math.abs(bias - other) <= 2 ** -22 * Math.abs(other), `bias ${bias}, ${other}`);
        }
      }
    });

    it('gives the same answers, within 2 of 255, of which 88 % and more are right', async function () {
      this.timeout(180_000);
      const args = ['--format', 'json', '--top-k', String(CLASSES)];
      const theirs = { ...FITTED_DEFAULT_MODEL, file: REFERENCE, labels: [] };
      const load = { models: { ours: FITTED_DEFAULT_MODEL, theirs } };
      let right = 0;
      // By the score of the first label: how many there are, and how many of them are right.
      const above = new Map([50, 125, 200].map((score) => [score, { all: 0, right: 0 }]));
      await withModule(CLASSIFIER, load, async (module) => {
        for (const { file, index } of samples()) {
          const stdin = readFileSync(file);
          const [first, second] = await Promise.all(
            ['ours', 'theirs'].map(async (name) => {
              const { stdout } = await module.run({ stdin, args: ['--model', name, ...args] });
              return parseTopK(stdout.toString());
            }),
          );
          assert.ok(first?.length === CLASSES && second?.length === CLASSES);
          const scores = byClass(second);
          for (const { index: each, score } of first) {
            assert.ok(Math.abs(score - (scores[each] ?? NaN)) <= 2, `${file}, class ${each}`);
          }
          const isRight = first[0]?.index === index;
          if (isRight) ++right;
          for (const [score, count] of above) {
            if ((first[0]?.score ?? 0) <= score) continue;
            ++count.all;
            if (isRight) ++count.right;
          }
        }
      });
      const share = right / samples().length;
      assert.ok(share >= 0.88, `${right} of ${samples().length} are right`);
      // The sentence keeps the promises of the model's card (models/default/README.md).
      for (const [score, kept, sure] of [
        [50, 0.95, 0.88],
        [125, 0.8, 0.93],
        [200, 0.55, 0.96],
      ] as const) {
        const count = above.get(score);
        assert.ok(count);
        assert.ok(count.all / samples().length >= kept, `${count.all} are above ${score}`);
        assert.ok(count.right / count.all >= sure, `${count.right} of ${count.all} above ${score}`);
      }
    });

    it('names 85 % and more of photographs whose last twentieth is missing', async function () {
      this.timeout(180_000);
      let right = 0;
      const args = ['--format', 'json', '--top-k', '1', '--damaged', 'accept'];
      await withModule(
        CLASSIFIER,
        { models: { default: FITTED_DEFAULT_MODEL } },
        async (module) => {
          for (const { file, index } of samples()) {
            const whole = readFileSync(file);
            const stdin = whole.subarray(0, Math.floor(0.95 * whole.length));
            const { stdout } = await module.run({ stdin, args });
            assert.match(stdout.toString(), /"damaged":true/, file);
            if (parseTopK(stdout.toString())[0]?.index === index) ++right;
          }
        },
      );
      assert.ok(right / samples().length >= 0.85, `${right} of ${samples().length} are right`);
    });
  });
});
