import assert from 'node:assert/strict';
import path from 'node:path';

import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { folderWith } from './support/model-files.js';
import { rustGuest } from './support/paths.js';
import { runOnce } from './support/run-guest.js';
import { sumModel } from './support/tflite-models.js';

const MODEL = sumModel('uint8');

type Source = NonNullable<LoadOptions['models']>[string];

/** What the guest reads in /models/m.labels.txt, or null where it finds no such file. */
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
      'cars.labels.txt': 'own\n',
      'other.labels.txt': 'other\n',
      'labels.txt': 'folder\n',
    });
    assert.equal(await labelsOf(file), 'own\n');
    assert.equal(await labelsOf({ file }), 'own\n');
  });

  it('are the only *.labels.txt before labels.txt', async () => {
    const file = modelIn({ 'other.labels.txt': 'other\n', 'labels.txt': 'folder\n' });
    assert.equal(await labelsOf(file), 'other\n');
  });

  it('are labels.txt where several *.labels.txt leave it open', async () => {
    const files = { 'a.labels.txt': 'a\n', 'b.labels.txt': 'b\n' };
    assert.equal(await labelsOf(modelIn({ ...files, 'labels.txt': 'folder\n' })), 'folder\n');
    assert.equal(await labelsOf(modelIn(files)), null);
  });

  it('are absent where nothing is beside the model', async () => {
    assert.equal(await labelsOf(modelIn({})), null);
    assert.equal(await labelsOf(MODEL), null);
    assert.equal(await labelsOf({ file: MODEL }), null);
  });

  it('come from the file that the caller names, whatever is beside the model', async () => {
    const folder = folderWith({ 'chosen.txt': 'chosen\r\nLösung\r\n' });
    const labels = path.join(folder, 'chosen.txt');
    const file = modelIn({ 'cars.labels.txt': 'own\n' });
    assert.equal(await labelsOf({ file, labels }), 'chosen\r\nLösung\r\n');
    assert.equal(await labelsOf({ file: MODEL, labels }), 'chosen\r\nLösung\r\n');
  });

  it('can be a list', async () => {
    const file = modelIn({ 'cars.labels.txt': 'own\n' });
    assert.equal(
      await labelsOf({ file, labels: ['cat', "jack-o'-lantern", ''] }),
      "cat\njack-o'-lantern\n\n",
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
});
