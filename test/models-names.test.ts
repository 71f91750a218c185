import assert from 'node:assert/strict';

import type { LoadOptions } from 'wasmedge-embed';
import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { outputOf, withModule } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';

const MODEL = sumModel('uint8');
const GUEST = rustGuest('std-tour');
// Interpreted: the guest does not have to be compiled for a refused load.
const load = (models: unknown): Promise<unknown> =>
  loadModule(GUEST, { models, aot: 'off' } as LoadOptions);

describe('names of models', () => {
  it('are of letters, digits and a few signs, so that they are names of files', async () => {
    const names = ['a', 'A-Z_0.9', '_', '-x', '9', 'v1.0', 'x'.repeat(64)];
    const models = Object.fromEntries(names.map((name) => [name, MODEL]));
    await withModule(GUEST, { models }, async (module) => {
      for (const name of names) {
        const { exitCode } = await module.run({ args: ['stat', `/models/${name}.json`] });
        assert.equal(exitCode, 0, name);
      }
    });
  });

  it('mean nothing to JavaScript', async () => {
    const models = Object.fromEntries(
      ['__proto__', 'constructor', 'toString'].map((name) => [name, MODEL]),
    );
    await withModule(rustGuest('wasi-nn'), { models }, async (module) => {
      for (const name of [...Object.keys(models), 'valueOf', 'hasOwnProperty']) {
        const args = `--name ${name} --input 0:u8:1x4 --input 1:u8:1x4`.split(' ');
        const { stderr } = await module.run({ args, stdin: Buffer.alloc(8) });
        const expected = Object.hasOwn(models, name) ? '' : 'load_by_name: errno 8\n';
        assert.equal(stderr.toString(), expected, name);
      }
    });
  });

  for (const name of [
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    '../x',
    'a b',
    'ä',
    'a\0',
    'a\n',
    'x'.repeat(65),
  ]) {
    it(`cannot be ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const { message } = await fails('ERR_INVALID_ARGUMENT', load({ [name]: MODEL }));
      assert.match(message, /name in models/);
    });
  }

  it('lead to a file, bytes or options, and to nothing else', async () => {
    for (const value of [undefined, null, 7, true, [], [MODEL], {}, { path: 'x' }, '', () => 1]) {
      const { message } = await fails('ERR_INVALID_ARGUMENT', load({ m: value }));
      assert.match(message, /models\.m/);
    }
    for (const value of [null, 7, 'x', [], MODEL]) {
      const { message } = await fails('ERR_INVALID_ARGUMENT', load(value));
      assert.match(message, /^models must be/);
    }
    await fails('ERR_INVALID_ARGUMENT', load({ m: { file: MODEL, label: 'typing error' } }));
  });

  it('cannot hide a file of the caller: /models is taken', async () => {
    for (const path of ['/models', '/models/x.json', '/models/deep/er']) {
      const { message } = await fails(
        'ERR_INVALID_ARGUMENT',
        loadModule(GUEST, { files: { [path]: Buffer.from('x') }, aot: 'off' }),
      );
      assert.match(message, /outside '\/models'/);
    }
    const text = await outputOf(
      GUEST,
      { files: { '/models.txt': Buffer.from('mine') }, models: { m: MODEL } },
      { args: ['read', '/models.txt'] },
    );
    assert.equal(text.toString(), 'mine');
  });

  it('have a normalization of finite numbers', async () => {
    const wrong = [
      null,
      {},
      { mean: 1 },
      { mean: 1, scale: '1' },
      { mean: 1, scale: NaN },
      { mean: Infinity, scale: 1 },
      { mean: [1, 2], scale: 1 },
      { mean: [1, 2, 3, 4], scale: 1 },
      { mean: 1, scale: [1, 2, '3'] },
      { mean: 1, scale: 1, offset: 1 },
    ];
    for (const normalize of wrong) {
      const { message } = await fails(
        'ERR_INVALID_ARGUMENT',
        load({ m: { file: MODEL, normalize } }),
      );
      assert.match(message, /models\.m\.normalize/);
    }
  });
});
