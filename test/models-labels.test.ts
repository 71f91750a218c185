import assert from 'node:assert/strict';
import path from 'node:path';

import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { folderWith } from './support/model-files.js';
import { rustGuest } from './support/paths.js';
import { runOnce } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';

/** It has an output of four elements. */
const MODEL = sumModel('uint8');
const CHOSEN = 'chosen\r\nLösung\r\n3\r\n4';

/** Four labels. */
const list = (first: string): string => `${first}\n2\n3\n4\n`;

type Source = NonNullable<LoadOptions['models']>[string];

/** What the guest reads in /models/m.labels.txt, or null if there is no such file. */
async function labelsOf(source: Source): Promise<string | null> {
  const args = ['read', '/models/m.labels.txt'];
  const result = await runOnce(rustGuest('std-tour'), { models: { m: source } }, { args });
  if (result.exitCode === 0) return result.stdout.toString();
  assert.match(result.stderr.toString(), /^NotFound/);
  return null;
}

const modelIn = (files: Record<string, string>): string =>
  path.join(folderWith({ 'cars.tflite': MODEL, ...files }), 'cars.tflite');

describe('labels of a model', () => {
  it('are those of the model’s own name before any other', async () => {
    const file = modelIn({
      'cars.labels.txt': list('own'),
      'other.labels.txt': list('other'),
      'labels.txt': list('folder'),
    });
    assert.equal(await labelsOf(file), list('own'));
    assert.equal(await labelsOf({ file }), list('own'));
  });

  it('are the only *.labels.txt before labels.txt', async () => {
    const file = modelIn({ 'other.labels.txt': list('other'), 'labels.txt': list('folder') });
    assert.equal(await labelsOf(file), list('other'));
  });

  it('are labels.txt where several *.labels.txt leave it open', async () => {
    const files = { 'a.labels.txt': list('a'), 'b.labels.txt': list('b') };
    assert.equal(
      await labelsOf(modelIn({ ...files, 'labels.txt': list('folder') })),
      list('folder'),
    );
    assert.equal(await labelsOf(modelIn(files)), null);
  });

  it('are absent where nothing is beside the model', async () => {
    assert.equal(await labelsOf(modelIn({})), null);
    assert.equal(await labelsOf(MODEL), null);
    assert.equal(await labelsOf({ file: MODEL }), null);
  });

  it('come from the file that the caller names, whatever is beside the model', async () => {
    const folder = folderWith({ 'chosen.txt': CHOSEN });
    const labels = path.join(folder, 'chosen.txt');
    const file = modelIn({ 'cars.labels.txt': list('own') });
    assert.equal(await labelsOf({ file, labels }), CHOSEN);
    assert.equal(await labelsOf({ file: MODEL, labels }), CHOSEN);
  });

  it('can be a list', async () => {
    const file = modelIn({ 'cars.labels.txt': list('own') });
    assert.equal(
      await labelsOf({ file, labels: ['cat', "jack-o'-lantern", '', 'dog'] }),
      "cat\njack-o'-lantern\n\ndog\n",
    );
    assert.equal(await labelsOf({ file, labels: [] }), '');
  });

  it('are refused where they are no labels', async () => {
    const load = (labels: unknown): (() => Promise<unknown>) => {
      return () => labelsOf({ file: MODEL, labels } as Source);
    };
    await fails('ERR_INVALID_ARGUMENT', load(['two\nlines']));
    await fails('ERR_INVALID_ARGUMENT', load(['two\rlines']));
    await fails('ERR_INVALID_ARGUMENT', load([1]));
    await fails('ERR_INVALID_ARGUMENT', load(7));
    await fails('ERR_INVALID_ARGUMENT', load(''));
    const missing = await fails('ERR_MODEL', load('/nowhere/labels.txt'));
    assert.match(missing.message, /\/nowhere\/labels\.txt/);
  });

  it('are refused where they are more or fewer than the classes', async () => {
    for (const [labels, advice] of [
      [['a', 'b', 'c'], /has 4 classes, but its list has 3 labels.*'background'/],
      [['a', 'b', 'c', 'd', 'e'], /has 4 classes, but its list has 5 labels.*'background'/],
      [['a'], /has 4 classes, but its list has 1 labels.*came with the model/],
    ] as const) {
      const error = await fails('ERR_MODEL', labelsOf({ file: MODEL, labels }));
      assert.match(error.message, advice);
    }
    const beside = modelIn({ 'cars.labels.txt': 'a\nb\nc' });
    assert.match((await fails('ERR_MODEL', labelsOf(beside))).message, /has 3 labels/);
  });
});
