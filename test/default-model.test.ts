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
        // Of dead channels the bias has 31 bits, and a float had 24 of them.
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
          if (first[0]?.index === index) ++right;
        }
      });
      const share = right / samples().length;
      assert.ok(share >= 0.88, `${right} of ${samples().length} are right`);
    });
  });
});
