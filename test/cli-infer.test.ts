import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { commandLine } from './support/command-line.js';
import { readNpy, writeNpy } from './support/infer.js';
import { ISOLATIONS } from './support/isolations.js';
import { folderWith } from './support/model-files.js';
import { gatherModel, squareModel, sumAndProductModel, sumModel } from './support/tflite-models.js';

const floats = (...values: number[]): Buffer => Buffer.from(new Float32Array(values).buffer);
const npy = (shape: number[], ...values: number[]): Buffer =>
  writeNpy({ type: 'float32', shape, bytes: floats(...values) });

const folder = folderWith({
  'both.tflite': sumAndProductModel(),
  'sum.tflite': sumModel('int64'),
  'gather.tflite': gatherModel(),
  'square.tflite': squareModel(),
  'signed.tflite': sumAndProductModel({ inputs: ['right', 'left'], outputs: ['sum', 'product'] }),
  'left.npy': npy([2, 3], 1, 2, 3, 4, 5, 6),
  'left.raw': floats(1, 2, 3, 4, 5, 6),
  'right.raw': floats(2, 2, 2, 2, 2, 2),
  'large.raw': Buffer.from(new BigInt64Array([1n, -1n, 2n ** 53n, -(2n ** 63n)]).buffer),
  'none.raw': Buffer.alloc(32),
  'nine.raw': Buffer.from(new Int32Array([0, 9]).buffer),
});
const file = (name: string): string => path.join(folder, name);

interface Output {
  mode: string;
  inputs: Record<string, unknown>[];
  outputs: { name: string; type: string; shape: number[]; sha256: string; values: unknown[] }[];
  runsMs: number[];
}

const INPUTS = ['--input', `left=${file('left.npy')}`, '--input', `1=${file('right.raw')}`];

describe('wasmedge-embed infer', () => {
  for (const isolation of ISOLATIONS) {
    it(`gives the outputs as files and as JSON: ${isolation}`, async () => {
      const target = path.join(folder, isolation, 'answers');
      const { stdout, stderr, exitCode } = await commandLine([
        ...['infer', file('both.tflite'), ...INPUTS, '--repeat', '3', '--json'],
        ...['--isolation', isolation, '--output', target],
      ]);
      assert.deepEqual([exitCode, stderr], [0, '']);
      const { inputs, outputs, runsMs } = JSON.parse(stdout) as Output;
      assert.deepEqual(inputs, [
        { name: 'left', type: 'float32', shape: [2, 3], file: file('left.npy') },
        { name: 'right', type: 'float32', shape: [2, 3], file: file('right.raw') },
      ]);
      assert.deepEqual(
        outputs.map(({ name, type, shape, values }) => ({ name, type, shape, values })),
        [
          { name: 'sum', type: 'float32', shape: [2, 3], values: [3, 4, 5, 6, 7, 8] },
          { name: 'product', type: 'float32', shape: [2, 3], values: [2, 4, 6, 8, 10, 12] },
        ],
      );
      assert.equal(runsMs.length, 3);
      assert.ok(runsMs.every((each) => each > 0));
      const { shape, bytes } = readNpy(readFileSync(path.join(target, 'product.npy')), 'product');
      assert.deepEqual([shape, Buffer.from(bytes)], [[2, 3], floats(2, 4, 6, 8, 10, 12)]);
    });
  }

  it('shows people the values and the times', async () => {
    const { stdout, exitCode } = await commandLine(['infer', file('both.tflite'), ...INPUTS]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /│ product +│ float32 +│ 2x3 +│ 2 4 6 8 10 12 +│/);
    assert.match(stdout, /^Run: \d+\.\d{3} ms\. Load \(library, guest, model\): [\d.]+ ms\.$/m);
  });

  it('makes random inputs, the same for the same seed', async () => {
    const digest = async (...args: string[]): Promise<unknown> => {
      const { stdout } = await commandLine(['infer', file('both.tflite'), '--json', ...args]);
      return (JSON.parse(stdout) as Output).outputs.map(({ sha256 }) => sha256);
    };
    const first = await digest('--random');
    assert.deepEqual(await digest('--random', '0'), first);
    assert.notDeepEqual(await digest('--random', '1'), first);
    // The second run has the numbers of another seed.
    assert.deepEqual(await digest('--random', '--repeat', '2'), await digest('--random', '8'));
    assert.notDeepEqual(await digest('--random', ...INPUTS.slice(0, 2)), first);
  });

  it('writes the only output to a file, and what JSON does not hold as text', async () => {
    const target = path.join(folder, 'sum.npy');
    const { stdout, exitCode } = await commandLine([
      ...['infer', file('sum.tflite'), '--json', '--output', target],
      ...['--input', `left=${file('large.raw')}`, '--input', `right=${file('none.raw')}`],
    ]);
    assert.equal(exitCode, 0);
    const [sum] = (JSON.parse(stdout) as Output).outputs;
    assert.deepEqual(sum?.values, [1, -1, '9007199254740992', '-9223372036854775808']);
    assert.equal(readNpy(readFileSync(target), target).type, 'int64');
  });

  for (const isolation of ISOLATIONS) {
    it(`runs a model in shapes that it leaves free: ${isolation}`, async () => {
      const run = async (...args: string[]): Promise<unknown> => {
        const { stdout, stderr, exitCode } = await commandLine([
          ...['infer', file('square.tflite'), '--isolation', isolation, '--json', ...args],
        ]);
        assert.deepEqual([exitCode, stderr], [0, '']);
        const { inputs, outputs } = JSON.parse(stdout) as Output;
        return [inputs[0]?.['shape'], outputs[0]?.shape, outputs[0]?.values];
      };
      const answer = [
        [2, 3],
        [2, 3],
        [1, 4, 9, 16, 25, 36],
      ];
      assert.deepEqual(await run('--input', file('left.npy')), answer);
      const shape = ['--shape', 'in=put=2x3'];
      assert.deepEqual(await run(...shape, '--input', file('left.raw')), answer);
    });
  }

  it('runs a model in shapes that it does not state, where asked', async () => {
    const { stdout, exitCode } = await commandLine([
      ...['infer', file('both.tflite'), '--json', '--random'],
      ...['--shape', 'left=4x3', '--shape', 'right=4x3'],
    ]);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      (JSON.parse(stdout) as Output).outputs.map(({ values }) => values.length),
      [12, 12],
    );
  });

  it('runs the signature of a name', async () => {
    const run = ['infer', file('signed.tflite'), ...INPUTS, '--json', '--signature'];
    const { stdout, exitCode } = await commandLine([...run, 'serving_default']);
    assert.equal(exitCode, 0);
    assert.deepEqual((JSON.parse(stdout) as Output).outputs[0]?.values, [3, 4, 5, 6, 7, 8]);
    const refused = await commandLine([...run, 'training']);
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      /ERR_MODEL: .*no signature 'training'\. It has 'serving_default'\.\n$/,
    );
  });

  it('refuses shapes that are none, or of no input', async () => {
    const run = ['infer', file('both.tflite'), '--random', '--shape'];
    const wrong = await commandLine([...run, 'left=1x']);
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /--shape.*Expected NAME=SIZES/);
    const unknown = await commandLine([...run, 'middle=2x3']);
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /ERR_MODEL: .*no input 'middle'\. It has 'left', 'right'\.\n$/);
  });

  it('refuses in one line what does not fit the model', async () => {
    const args = ['infer', file('both.tflite'), '--input', 'left=none.npy', '--random'];
    const { stdout, stderr, exitCode } = await commandLine(args);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(
      stderr,
      /^wasmedge-embed: ERR_INVALID_ARGUMENT: Cannot read the input none\.npy[^\n]+\n$/,
    );
  });

  it('writes nothing where there is one file for two outputs', async () => {
    const target = path.join(folder, 'two.npy');
    const args = ['infer', file('both.tflite'), '--random', '--output', target];
    const { stderr, exitCode } = await commandLine(args);
    assert.equal(exitCode, 1);
    assert.match(stderr, /has 2 outputs: specify a folder/);
    assert.equal(existsSync(target), false);
  });

  it('tells what the guest could not do', async () => {
    const args = ['--random', '--input', `indices=${file('nine.raw')}`];
    const { stderr, exitCode } = await commandLine(['infer', file('gather.tflite'), ...args]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /ERR_MODEL: The model could not be run: .*compute: errno 5 \(runtime error\)/,
    );
  });
});
