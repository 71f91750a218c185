import assert from 'node:assert/strict';
import path from 'node:path';

import { compileModule } from 'wasmedge-embed';

import { cacheWithoutModels, commandLine } from './support/command-line.js';
import { MOBILENET_LABELS } from './support/internals.js';
import { jpeg, plainJpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { DEFAULT_MODEL } from './support/paths.js';
import { constantModel, pickingModel } from './support/tflite-models.js';
import { temporaryPath, watGuest } from './support/wat.js';

/** The brightness of the picture's three colours. */
const model = pickingModel({ type: 'uint8', size: [1, 1, 3] }, [
  [0, 0, 0],
  [0, 0, 1],
  [0, 0, 2],
]);
const colour = (...rgb: number[]): Buffer =>
  jpeg({ width: 8, height: 8, colours: 'rgb', block: () => rgb });

const folder = folderWith({
  'colours.tflite': model,
  'colours.labels.txt': 'red\ngreen\nblue\n',
  'other-labels.txt': 'rot\ngrün\nblau\n',
  'red.jpg': colour(250, 20, 10),
  'green.jpg': colour(40, 220, 30),
  'grey.jpg': plainJpeg(8, 8, 90),
  'text.jpg': 'no picture',
});
const file = (name: string): string => path.join(folder, name);
const withModel = ['--model', file('colours.tflite')];

interface Output {
  model: string;
  mode: string;
  loadMs: number;
  results: {
    image: string;
    topK?: { index: number; label: string; score: number }[];
    error?: string;
    invocations: Record<string, number>[];
  }[];
}

/** The cells of a table's rows, without its head. */
function rows(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .slice(1)
    .map((line) => line.split('│').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

describe('wasmedge-embed classify', () => {
  it('takes no compiled guest with --untrusted', async () => {
    const guest = temporaryPath('guest.wasm.so');
    await compileModule(await watGuest('numbers'), guest);
    const args = ['classify', file('red.jpg'), ...withModel, '--untrusted', '--module', guest];
    const { stdout, stderr, exitCode } = await commandLine(args);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /ERR_MODULE_INVALID: .* is a shared object/);
  });

  it('names what a picture shows, and the model', async () => {
    const { stdout, stderr, exitCode } = await commandLine([
      'classify',
      file('red.jpg'),
      ...withModel,
    ]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.deepEqual(rows(stdout), [['red.jpg', 'red', '250']]);
    assert.ok(stdout.endsWith(`Model: ${file('colours.tflite')}, 3 labels.\n`));
  });

  it('says once where the model has no labels', async () => {
    const alone = path.join(folderWith({ 'alone.tflite': model }), 'alone.tflite');
    const { stdout } = await commandLine(['classify', file('red.jpg'), '--model', alone]);
    assert.deepEqual(rows(stdout), [['red.jpg', 'class 0', '250']]);
    assert.ok(stdout.endsWith(`Model: ${alone}, without labels: classes are shown as numbers.\n`));
  });

  it('takes many pictures and lists several labels of each', async () => {
    const { stdout, exitCode } = await commandLine([
      'classify',
      ...['green.jpg', 'red.jpg'].map(file),
      ...withModel,
      ...['--top-k', '2', '--concurrency', '2', '--kernels', 'builtin', '--threads', '2'],
    ]);
    assert.equal(exitCode, 0);
    assert.deepEqual(rows(stdout), [
      ['green.jpg', 'green', '220'],
      ['', 'red', '40'],
      ['red.jpg', 'red', '250'],
      ['', 'green', '20'],
    ]);
  });

  it('uses the labels that are named', async () => {
    const { stdout } = await commandLine([
      'classify',
      file('green.jpg'),
      ...withModel,
      ...['--labels', file('other-labels.txt')],
    ]);
    assert.deepEqual(rows(stdout), [['green.jpg', 'grün', '220']]);
  });

  it('classifies the others where some cannot be, and says why', async () => {
    const { stdout, stderr, exitCode } = await commandLine([
      'classify',
      ...['missing.jpg', 'red.jpg', 'text.jpg', 'green.jpg'].map(file),
      ...withModel,
    ]);
    assert.equal(exitCode, 1);
    assert.deepEqual(rows(stdout), [
      ['missing.jpg', '(not classified)', ''],
      ['red.jpg', 'red', '250'],
      ['text.jpg', '(not classified)', ''],
      ['green.jpg', 'green', '220'],
    ]);
    const complaints = stderr.trimEnd().split('\n');
    assert.equal(complaints.length, 2, stderr);
    assert.match(complaints[0]!, /missing\.jpg: ENOENT/);
    assert.match(complaints[1]!, /text\.jpg: .*neither a JPEG.*it looks like text/);
  });

  it('prints JSON with every invocation', async () => {
    const { stdout, stderr, exitCode } = await commandLine([
      'classify',
      ...['red.jpg', 'missing.jpg'].map(file),
      ...withModel,
      ...['--json', '--top-k', '3', '--repeat', '4'],
    ]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^\S*missing\.jpg: ENOENT[^\n]*\n$/);
    const output = JSON.parse(stdout) as Output;
    assert.equal(output.model, file('colours.tflite'));
    assert.equal(output.mode, 'aot');
    assert.equal(typeof output.loadMs, 'number');
    const [red, missing] = output.results;
    assert.deepEqual(red?.topK, [
      { index: 0, label: 'red', score: 250 },
      { index: 1, label: 'green', score: 20 },
      { index: 2, label: 'blue', score: 10 },
    ]);
    assert.equal(red.invocations.length, 4);
    for (const invocation of red.invocations) {
      assert.deepEqual(Object.keys(invocation).sort(), [
        'executeMs',
        'inferenceMs',
        'instantiateMs',
        'queueMs',
        'totalMs',
      ]);
    }
    assert.match(missing?.error ?? '', /ENOENT/);
    assert.deepEqual(missing?.invocations, []);
  });

  it('tells how long loading and each invocation took', async () => {
    const { stdout } = await commandLine([
      'classify',
      ...['red.jpg', 'green.jpg'].map(file),
      ...withModel,
      ...['--timings', '--repeat', '2'],
    ]);
    assert.match(stdout, /^Load \(library, module, model\): \d+\.\d ms$/m);
    for (const [number, name] of ['red', 'red', 'green', 'green'].entries()) {
      const line = `^Invocation ${number + 1} \\(${name}\\.jpg\\): [\\d.]+ ms, of that inference [\\d.]+ ms$`;
      assert.match(stdout, new RegExp(line, 'm'));
    }
  });

  it('finds a model by itself and says which', async () => {
    const data = folderWith({
      'models/mobilenet_v1_tiny_quant.tflite': constantModel(
        { type: 'uint8', size: [2, 2, 3] },
        [1, 222],
      ),
      [`models/${MOBILENET_LABELS}`]: 'nothing\nsomething\n',
    });
    const found = await commandLine(['classify', file('grey.jpg')], { WASMEDGE_EMBED_DATA: data });
    assert.deepEqual(rows(found.stdout), [['grey.jpg', 'something', '222']]);
    assert.match(
      found.stdout,
      /Model: mobilenet_v1_tiny_quant\.tflite of \$WASMEDGE_EMBED_DATA, \d labels\.$/m,
    );
  });

  it('ends at the embedded default model', async () => {
    const variables = { WASMEDGE_EMBED_CACHE: cacheWithoutModels() };
    const json = await commandLine(['classify', '--json', file('grey.jpg')], variables);
    assert.equal(json.exitCode, 0);
    assert.equal((JSON.parse(json.stdout) as Output).model, DEFAULT_MODEL);
    const table = await commandLine(['classify', file('grey.jpg')], variables);
    assert.match(table.stdout, /^Model: EfficientNet-Lite0, the default model, 1,000 labels\.$/m);
    // Of a single colour.
    assert.match(table.stdout, /nothing known, perhaps /);
  });

  const wrong: [string, string[], RegExp][] = [
    ['a model that is not there', ['--model', file('none.tflite')], /ERR_MODEL: .*none\.tflite/],
    ['a model that is none', ['--model', file('red.jpg')], /ERR_MODEL: .*red\.jpg/],
    ['labels that are not there', ['--labels', file('none.txt')], /ERR_MODEL: .*none\.txt/],
    ['a module that is not there', ['--module', file('none.so')], /ERR_MODULE_LOAD: .*none\.so/],
    ['a module that is none', ['--module', file('red.jpg')], /ERR_MODULE_INVALID: .*red\.jpg/],
  ];
  for (const [what, args, expected] of wrong) {
    it(`stops at ${what}, in one line`, async () => {
      const { stdout, stderr, exitCode } = await commandLine([
        'classify',
        file('grey.jpg'),
        ...args,
      ]);
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, expected);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });
  }
});
