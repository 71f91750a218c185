import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { sumAndProductModel, sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

describe('inference of many runs at once', () => {
  it('gives each run the answer to its own input, of its own model', async () => {
    const models = { sum: sumModel('float32'), both: sumAndProductModel() };
    await withModule(rustGuest('wasi-nn'), { models, concurrency: 4 }, async (module) => {
      const runs = Array.from({ length: 200 }, async (_, number) => {
        const two = number % 2 === 1;
        const count = two ? 6 : 4;
        const shape = two ? '2x3' : '1x4';
        const { stdout, stderr } = await module.run({
          args: [
            ...['--name', two ? 'both' : 'sum', '--outputs', two ? '2' : '1'],
            ...['--input', `0:f32:${shape}`, '--input', `1:f32:${shape}`],
            ...['--output-bytes', '64', '--repeat', '3'],
          ],
          stdin: elements('float32', [
            ...Array<number>(count).fill(number),
            ...Array<number>(count).fill(2),
          ]),
        });
        assert.equal(stderr.toString(), '');
        const sums = Array<number>(count).fill(number + 2);
        const products = two ? Array<number>(count).fill(number * 2) : [];
        assert.deepEqual(valuesOf('float32', stdout), [...sums, ...products]);
      });
      await Promise.all(runs);
    });
  });
});
