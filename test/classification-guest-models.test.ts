import assert from 'node:assert/strict';

import { byClass, classify, refusal, topClasses } from './support/classification.js';
import { jpeg, plainJpeg } from './support/jpeg.js';
import {
  constantModel,
  firstElementModel,
  pickingModel,
  sumAndProductModel,
} from './support/tflite-models.js';

/** Red, green and blue of a pixel. */
const channels = (row: number, column: number): [number, number, number][] => [
  [row, column, 0],
  [row, column, 1],
  [row, column, 2],
];

const RGB = jpeg({ width: 8, height: 8, colours: 'rgb', block: () => [10, 120, 240] });

describe('the classification guest with models of every kind', () => {
  for (const type of ['uint8', 'int8'] as const) {
    for (const size of [
      [1, 1, 3],
      [2, 2, 3],
      [3, 7, 3],
      [96, 64, 3],
    ] as const) {
      it(`hands ${type} [${size.join(', ')}] the picture’s bytes, red first`, async () => {
        const model = pickingModel({ type, size }, channels(size[0] - 1, size[1] - 1));
        assert.deepEqual(byClass(await topClasses(model, RGB, 3)), [10, 120, 240]);
      });
    }
  }

  it('hands float32 the bytes as they are normalized', async () => {
    const model = firstElementModel([4, 4, 3]);
    const red = async (normalize?: { mean: number; scale: number }): Promise<number> => {
      const source = normalize ? { file: model, normalize } : model;
      return byClass(await topClasses(source, RGB, 2))[0]!;
    };
    // The classes are the value and one minus the value: a distribution if it is between 0 and 1.
    assert.equal(await red({ mean: 0, scale: 1 / 255 }), 10);
    assert.equal(await red({ mean: 5, scale: 1 / 10 }), Math.round(255 * 0.5));
    assert.equal(await red({ mean: 11, scale: -1 }), 255);
    const grey = plainJpeg(8, 8, 192);
    const byDefault = byClass(await topClasses(model, grey, 2))[0]!;
    assert.equal(byDefault, Math.round(255 * ((192 - 127.5) / 127.5)));
  });

  it('normalizes each channel by itself', async () => {
    const normalize = {
      mean: [10, 20, 0] as const,
      scale: [1, 1 / 200, 1 / 480] as const,
    };
    const model = pickingModel({ type: 'float32', size: [2, 2, 3] }, channels(1, 1));
    // (10 - 10), (120 - 20) / 200, 240 / 480: a distribution.
    assert.deepEqual(byClass(await topClasses({ file: model, normalize }, RGB, 3)), [0, 128, 128]);
  });

  it('makes greyscale for one channel', async () => {
    const model = pickingModel({ type: 'uint8', size: [5, 5, 1] }, [[2, 2, 0]]);
    assert.deepEqual(byClass(await topClasses(model, plainJpeg(8, 8, 77), 1)), [77]);
    const luminance = Math.round(0.299 * 10 + 0.587 * 120 + 0.114 * 240);
    assert.deepEqual(byClass(await topClasses(model, RGB, 1)), [luminance]);
  });

  it('serves an input without a batch', async () => {
    const model = pickingModel({ type: 'uint8', size: [2, 3, 3], flat: true }, channels(1, 2));
    assert.deepEqual(byClass(await topClasses(model, RGB, 3)), [10, 120, 240]);
  });

  it('keeps rows, columns and the whole picture', async () => {
    const picture = jpeg({
      width: 24,
      height: 16,
      block: (column, row) => [column * 40 + row * 100],
    });
    const places = [0, 1].flatMap((row) => [0, 1, 2].map((column) => [row, column, 0] as const));
    const model = pickingModel({ type: 'uint8', size: [2, 3, 3] }, places);
    assert.deepEqual(byClass(await topClasses(model, picture, 6)), [0, 40, 80, 100, 140, 180]);
  });

  it('names classes without a label by their number', async () => {
    const model = constantModel({ type: 'uint8', size: [2, 2, 3] }, [0, 10, 255]);
    const expected = (label: string): string =>
      `It is very likely a <a href='https://www.google.com/search?q=${encodeURIComponent(label)}'>${label}</a> in the picture\n`;
    assert.equal(await classify(model, RGB), expected('class 2'));
    const blank = { file: model, labels: ['a', 'b', ' '] };
    assert.equal(await classify(blank, RGB), expected('class 2'));
    const given = { file: model, labels: ['a', 'b', 'c'] };
    assert.equal(await classify(given, RGB), expected('c'));
  });

  it('knows any number of classes', async () => {
    const scores = Array.from({ length: 5000 }, (_, index) => (index === 4321 ? 250 : 0));
    const model = constantModel({ type: 'uint8', size: [1, 1, 3] }, scores);
    const [best] = await topClasses(model, RGB, 1);
    assert.deepEqual(best, { index: 4321, label: 'class 4321', score: 250 });
  });

  it('says which model it cannot serve, and why', async () => {
    const line = await refusal(70, sumAndProductModel(), RGB);
    assert.match(line, /\/models\/default\.json: .*2 tensors/);
    const channelsLine = await refusal(
      70,
      constantModel({ type: 'uint8', size: [2, 2, 4] }, [1]),
      RGB,
    );
    assert.match(channelsLine, /\[1, 2, 2, 4\]/);
    const missing = await refusal(70, constantModel({ type: 'uint8', size: [2, 2, 3] }, [1]), RGB, [
      '--model',
      'none',
    ]);
    assert.match(missing, /no model named "none"/);
  });
});
