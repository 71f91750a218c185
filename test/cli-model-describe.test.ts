import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { commandLine } from './support/command-line.js';
import { folderWith } from './support/model-files.js';
import { SMALL_MODEL } from './support/paths.js';

describe('wasmedge-embed model describe', () => {
  it('writes what a guest reads about a model', async () => {
    const folder = path.join(folderWith({}), 'new');
    const { stdout, stderr, exitCode } = await commandLine([
      ...['model', 'describe', SMALL_MODEL, '--output', folder],
    ]);
    assert.deepEqual({ stderr, exitCode }, { stderr: '', exitCode: 0 });
    const names = ['default.json', 'default.labels.txt'];
    assert.deepEqual(readdirSync(folder).sort(), names);
    assert.deepEqual(
      stdout.trimEnd().split('\n').sort(),
      names.map((name) => path.join(folder, name)),
    );
    const description = JSON.parse(readFileSync(path.join(folder, 'default.json'), 'utf8')) as {
      name: string;
      inputs: { shape: number[] }[];
    };
    assert.equal(description.name, 'default');
    assert.deepEqual(description.inputs[0]?.shape, [1, 128, 128, 3]);
    assert.match(readFileSync(path.join(folder, 'default.labels.txt'), 'utf8'), /^cat$/m);
  });

  it('takes a name and labels', async () => {
    const labels = Array.from({ length: 23 }, (_, index) => `label ${index}\n`).join('');
    const folder = folderWith({ 'words.txt': labels });
    const words = path.join(folder, 'words.txt');
    const { exitCode } = await commandLine([
      ...['model', 'describe', SMALL_MODEL, '--name', 'pets', '--labels', words, '-o', folder],
    ]);
    assert.equal(exitCode, 0);
    assert.deepEqual(readdirSync(folder).sort(), ['pets.json', 'pets.labels.txt', 'words.txt']);
    assert.equal(readFileSync(path.join(folder, 'pets.labels.txt'), 'utf8'), labels);
  });

  it('refuses what is no model, and a wrong name', async () => {
    const folder = folderWith({ 'text.tflite': 'text' });
    const file = path.join(folder, 'text.tflite');
    const noModel = await commandLine(['model', 'describe', file, '-o', folder]);
    assert.equal(noModel.exitCode, 1);
    assert.match(noModel.stderr, /^wasmedge-embed: ERR_MODEL: /);
    const name = ['--name', '../a'];
    const noName = await commandLine(['model', 'describe', SMALL_MODEL, ...name, '-o', folder]);
    assert.equal(noName.exitCode, 1);
    assert.match(noName.stderr, /ERR_INVALID_ARGUMENT: a name in models must be/);
    assert.deepEqual(readdirSync(folder), ['text.tflite']);
  });
});
