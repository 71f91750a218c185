import assert from 'node:assert/strict';

import { CLASSIFIER, classify, parseTopK, topClasses } from './support/classification.js';
import { plainJpeg } from './support/jpeg.js';
import { outputOf } from './support/run-guest.js';
import { constantModel } from './support/tflite-models.js';

const PICTURE = plainJpeg(8, 8, 128);
const MODEL = {
  file: constantModel({ type: 'uint8', size: [2, 2, 3] }, [3, 200, 7, 200, 0, 40]),
  labels: ['a', 'b', 'c', 'd', 'e', 'f'],
};
const RANKED = [
  { index: 1, label: 'b', score: 200 },
  { index: 3, label: 'd', score: 200 },
  { index: 5, label: 'f', score: 40 },
  { index: 2, label: 'c', score: 7 },
  { index: 0, label: 'a', score: 3 },
  { index: 4, label: 'e', score: 0 },
];

describe('the JSON of the classification guest', () => {
  it('is one line with the model’s name and the best five', async () => {
    const line = await classify(MODEL, PICTURE, ['--format', 'json']);
    assert.deepEqual(JSON.parse(line), {
      ...{ model: 'default', classes: 6, known: true },
      topK: RANKED.slice(0, 5),
    });
    assert.equal(line.split('\n').length, 2);
  });

  it('lists as many classes as asked for, at most all', async () => {
    for (const count of [1, 2, 3, 6]) {
      assert.deepEqual(await topClasses(MODEL, PICTURE, count), RANKED.slice(0, count));
    }
    assert.deepEqual(await topClasses(MODEL, PICTURE, 1_000_000), RANKED);
  });

  it('asks the model that is named', async () => {
    const other = constantModel({ type: 'uint8', size: [3, 3, 3] }, [9]);
    const stdout = await outputOf(
      CLASSIFIER,
      { models: { default: MODEL, 'other.one': other } },
      { args: ['--format=json', '--model=other.one'], stdin: PICTURE },
    );
    assert.deepEqual(JSON.parse(stdout.toString()), {
      ...{ model: 'other.one', classes: 1, known: false },
      topK: [{ index: 0, label: 'class 0', score: 9 }],
    });
  });

  it('says where nothing is likely, as the sentence does', async () => {
    for (const [score, known] of [
      [50, false],
      [51, true],
    ] as const) {
      const model = constantModel({ type: 'uint8', size: [2, 2, 3] }, [0, score]);
      const answer: unknown = JSON.parse(await classify(model, PICTURE, ['--format', 'json']));
      assert.equal((answer as { known: boolean }).known, known);
      const sentence = await classify(model, PICTURE);
      assert.equal(sentence.startsWith('It could be a '), known, sentence);
    }
  });

  it('makes probabilities of what is none', async () => {
    const logits = constantModel({ type: 'float32', size: [2, 2, 3] }, [0, Math.log(3), -100]);
    const line = await classify(logits, PICTURE, ['--format', 'json', '--top-k', '3']);
    assert.deepEqual(
      parseTopK(line).map(({ index, score }) => [index, score]),
      [
        [1, Math.round(255 * 0.75)],
        [0, Math.round(255 * 0.25)],
        [2, 0],
      ],
    );
  });
});
