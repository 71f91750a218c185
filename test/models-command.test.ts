import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';

import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';
import { runNode } from './support/process.js';
import { sumModel } from './support/tflite-models.js';
import { elements } from './support/tflite.js';

/** Four pseudo-random int32 numbers, computed with the references' formula. */
function numbers(seed: number): number[] {
  let x = seed + 1;
  return Array.from({ length: 4 }, () => {
    x = Number((1664525n * BigInt(x) + 1013904223n) % 2n ** 32n);
    return x >>> 30;
  });
}

/** The right result for the sum of two inputs in a run, or one that is off by this much. */
function answer(run: number, off = 0): { sha256: string; values: number[] } {
  const right = numbers(8 * run + 1);
  const values = numbers(8 * run).map((each, index) => each + (right[index] ?? 0) + off);
  const sha256 = createHash('sha256').update(elements('int32', values)).digest('hex');
  return { sha256, values };
}

function reference(runs: readonly object[]): string {
  const tensor = { type: 'int32', shape: [1, 4] };
  const [first, ...others] = runs;
  return JSON.stringify({
    inputs: [
      { name: 'left', ...tensor },
      { name: 'right', ...tensor },
    ],
    outputs: [{ ...tensor, ...first }],
    runs: others.map((each) => [each]),
  });
}

describe('npm run models', () => {
  it('tells which models of a folder give the answers beside them', async () => {
    const folder = folderWith({
      'broken.tflite': 'none',
      'broken.json': reference([answer(0)]),
      'right.tflite': sumModel('int32'),
      'right.json': reference([answer(0), answer(1)]),
      'wrong.tflite': sumModel('int32'),
      'wrong.json': reference([answer(0), answer(1, 3)]),
    });
    const script = path.join(ROOT, 'test/data/models.mjs');
    const { stderr, code } = await runNode([script, '--check', folder]);
    const rows = stderr.split('\n').map((line) => line.split(' | '));
    const of = (name: string): string[] => rows.find(([first]) => first === name) ?? [];
    assert.match(of('broken')[2] ?? '', /^refused: /);
    const equal = 'bit-equal in 2 of 2 runs';
    assert.deepEqual(of('right').slice(2), [equal, equal]);
    const off = 'bit-equal in 1 of 2 runs, otherwise off by at most 3.0';
    assert.deepEqual(of('wrong').slice(2), [off, off]);
    // It differs from the project's page.
    assert.equal(code, 1);
  });
});
