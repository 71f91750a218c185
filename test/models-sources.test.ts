import assert from 'node:assert/strict';
import path from 'node:path';

import type { ModelOptions } from 'wasmedge-embed';

import { folderWith } from './support/model-files.js';
import { rustGuest } from './support/paths.js';
import { outputOf, withModule } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

const MODEL = sumModel('float32');
const RUN = {
  args: '--name sum --input 0:f32:1x4 --input 1:f32:1x4'.split(' '),
  stdin: elements('float32', [1, 2, 3, 4, 1, 2, 3, 4]),
};

describe('models', () => {
  const file = path.join(folderWith({ 'sum.tflite': MODEL }), 'sum.tflite');
  const arrayBuffer = Uint8Array.from(MODEL).buffer;
  const shared = new SharedArrayBuffer(MODEL.length);
  new Uint8Array(shared).set(MODEL);
  const padded = Buffer.concat([Buffer.alloc(3), MODEL, Buffer.alloc(5)]);

  const sources: [string, string | ModelOptions['file'] | ModelOptions][] = [
    ['a path', file],
    ['a Buffer', MODEL],
    ['a Uint8Array', Uint8Array.from(MODEL)],
    ['a view into a larger buffer', padded.subarray(3, 3 + MODEL.length)],
    ['a DataView', new DataView(arrayBuffer)],
    ['an ArrayBuffer', arrayBuffer],
    ['a SharedArrayBuffer', shared],
    ['options with a path', { file }],
    ['options with a description, as findModel gives it', { file, description: 'a sum' }],
    [
      'options with bytes',
      { file: MODEL, labels: ['a', 'b', 'c', 'd'], normalize: { mean: 0, scale: 1 } },
    ],
  ];
  for (const [name, source] of sources) {
    it(`can be given as ${name}`, async () => {
      const stdout = await outputOf(rustGuest('wasi-nn'), { models: { sum: source } }, RUN);
      assert.deepEqual(valuesOf('float32', stdout), [2, 4, 6, 8]);
    });
  }

  it('are copied: what happens to the bytes later changes nothing', async () => {
    const bytes = Buffer.from(MODEL);
    await withModule(rustGuest('wasi-nn'), { models: { sum: bytes } }, async (module) => {
      bytes.fill(0);
      const { stdout } = await module.run(RUN);
      assert.deepEqual(valuesOf('float32', stdout), [2, 4, 6, 8]);
    });
  });

  it('are not named to a guest that was given none', async () => {
    await withModule(rustGuest('wasi-nn'), {}, async (module) => {
      const { stderr, exitCode } = await module.run(RUN);
      assert.deepEqual([stderr.toString(), exitCode], ['load_by_name: errno 8\n', 1]);
    });
  });

  it('are shared by content, and each module closes without harm to the other', async () => {
    await withModule(rustGuest('wasi-nn'), { models: { sum: MODEL, again: file } }, async (one) => {
      await withModule(rustGuest('wasi-nn'), { models: { sum: file } }, async (other) => {
        const results = await Promise.all([one.run(RUN), other.run(RUN)]);
        for (const { stdout } of results) {
          assert.deepEqual(valuesOf('float32', stdout), [2, 4, 6, 8]);
        }
      });
      const args = ['--name', 'again', ...RUN.args.slice(2)];
      const { stdout } = await one.run({ ...RUN, args });
      assert.deepEqual(valuesOf('float32', stdout), [2, 4, 6, 8]);
    });
  });
});
