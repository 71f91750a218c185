import assert from 'node:assert/strict';

import { classify } from './support/classification.js';
import { plainJpeg } from './support/jpeg.js';
import { constantModel } from './support/tflite-models.js';

const PICTURE = plainJpeg(16, 16, 128);
const NOTHING = 'It does not appear to be any known item in the picture.\n';

const sentence = (certainty: string): string =>
  `It ${certainty} a <a href='https://www.google.com/search?q=cat'>cat</a> in the picture\n`;

const CASES: [number, string][] = [
  [255, sentence('is very likely')],
  [201, sentence('is very likely')],
  [200, sentence('is likely')],
  [126, sentence('is likely')],
  [125, sentence('could be')],
  [51, sentence('could be')],
  [50, NOTHING],
  [1, NOTHING],
  [0, NOTHING],
];

const LABELS = ['dog', 'cat', 'cow'];

describe('the sentence of the classification guest', () => {
  for (const type of ['uint8', 'int8', 'float32'] as const) {
    for (const [score, expected] of CASES) {
      it(`has the original’s words for the score ${score} of a model of ${type}`, async () => {
        const others = [1 - score / 255, 0];
        const scores =
          type === 'float32' ? [others[0]!, score / 255, 0] : [0, score, Math.min(score, 1)];
        // The class in question is the best one even if its certainty is below one half.
        const spread = type === 'float32' && score < 128;
        const shares = Array.from({ length: 400 }, () => (1 - score / 255) / 400);
        const model = constantModel(
          { type, size: [2, 2, 3] },
          spread ? [0, score / 255, ...shares] : scores,
        );
        const labels = spread ? ['dog', 'cat', ...shares.map(() => 'cow')] : LABELS;
        assert.equal(await classify({ file: model, labels }, PICTURE), expected);
      });
    }
  }

  it('names the first of equals', async () => {
    const model = constantModel({ type: 'uint8', size: [2, 2, 3] }, [10, 220, 220]);
    const text = await classify({ file: model, labels: LABELS }, PICTURE);
    assert.equal(text, sentence('is very likely'));
  });
});
