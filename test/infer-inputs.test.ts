import assert from 'node:assert/strict';
import path from 'node:path';

import type { TensorDescription } from 'wasmedge-embed';

import {
  chooseInputs,
  collectInput,
  collectShape,
  shapeOfCount,
  writeNpy,
} from './support/infer.js';
import { folderWith } from './support/model-files.js';

const floats = Buffer.from(new Float32Array([1, 2, 3, 4, 5, 6]).buffer);
const folder = folderWith({
  'left.npy': writeNpy({ type: 'float32', shape: [2, 3], bytes: floats }),
  'right.raw': floats,
  'flat.npy': writeNpy({ type: 'float32', shape: [6], bytes: floats }),
  'short.raw': floats.subarray(0, 4),
  'batch.npy': writeNpy({ type: 'float32', shape: [2, 1, 3], bytes: floats }),
  'none.npy': writeNpy({ type: 'float32', shape: [0, 3], bytes: Buffer.alloc(0) }),
  'doubles.npy': writeNpy({ type: 'float64', shape: [2, 3], bytes: Buffer.alloc(48) }),
});
const file = (name: string): string => path.join(folder, name);

const MODEL = ['left', 'right'].map((name): TensorDescription => ({
  name,
  type: 'float32',
  shape: [2, 3],
}));

/** As given on the command line. */
function choose(
  inputs: readonly TensorDescription[],
  given: readonly string[],
  random = false,
): ReturnType<typeof chooseInputs> {
  const files = given.reduce(
    (before: ReturnType<typeof collectInput>, each) => collectInput(each, before),
    [],
  );
  return chooseInputs(inputs, files, random);
}

describe('Inputs of a model, on the command line', () => {
  it('are found by name and by number, as NumPy writes them or as bytes alone', async () => {
    const chosen = await choose(MODEL, [`1=${file('left.npy')}`, `left=${file('right.raw')}`]);
    assert.deepEqual(
      chosen.map(({ description, given }) => [description.name, given?.file]),
      [
        ['left', file('right.raw')],
        ['right', file('left.npy')],
      ],
    );
    for (const { given } of chosen) assert.deepEqual(Buffer.from(given!.bytes), floats);
  });

  it('need no name where there is one, and no file where they are random', async () => {
    const [only] = await choose(MODEL.slice(1), [file('left.npy')]);
    assert.equal(only?.given?.file, file('left.npy'));
    const [left, right] = await choose(MODEL, [`right=${file('left.npy')}`], true);
    assert.deepEqual([left?.given, right?.given?.file], [undefined, file('left.npy')]);
  });

  it('may be called as numbers are', async () => {
    const named = MODEL.map((each, index) => ({ ...each, name: String(1 - index) }));
    const [, second] = await choose(named, [`0=${file('left.npy')}`], true);
    assert.equal(second?.given?.file, file('left.npy'));
  });

  it('may have another size where the model leaves it free', async () => {
    const free: TensorDescription = { ...MODEL[0]!, shape: [1, 3], shapeSignature: [-1, 3] };
    const [chosen] = await choose([free], [file('left.npy')]);
    assert.deepEqual(chosen?.description.shape, [2, 3]);
    // The number of bytes alone does not determine it.
    await assert.rejects(choose([free], [file('right.raw')]), {
      message: /takes float32 of shape \?x3, which are 12 bytes as 1x3, and \S+ has 24\./,
    });
    for (const other of ['flat.npy', 'batch.npy', 'none.npy']) {
      await assert.rejects(choose([free], [file(other)]), { code: 'ERR_INVALID_ARGUMENT' });
    }
    const fixed = { ...free, shapeSignature: [-1, 6] };
    await assert.rejects(choose([fixed], [file('left.npy')]), {
      message:
        /of shape \?x6, and \S+ has the shape 2x3\. With --shape left=2x3 the model tries that shape\./,
    });
  });

  const wrong: [what: string, given: string[], expected: RegExp][] = [
    [
      'none',
      [],
      /takes 2 inputs: 'left' \(float32, 2x3\), 'right' .* \(--input left=FILE --input right=FILE\), or .*--random/,
    ],
    ['one of no name', [file('left.npy')], /say which of them .*left\.npy' is for/],
    ['an unknown one', [`mid=${file('left.npy')}`], /no input 'mid'\. It takes 2 inputs: 'left'/],
    ['a number too high', [`2=${file('left.npy')}`], /no input '2'/],
    ['one twice', ['left', '0'].map((n) => `${n}=${file('left.npy')}`), /'left' was given twice/],
    ['a missing file', ['0=none', `1=${file('left.npy')}`], /Cannot read the input none: ENOENT/],
    ['a folder', [`0=${folder}`, `1=${file('left.npy')}`], /Cannot read the input .* regular file/],
    [
      'another type',
      [`0=${file('doubles.npy')}`, `1=${file('left.npy')}`],
      /takes float32 of shape 2x3, and \S+ has float64\. Save array\.astype\(numpy\.float32\)/,
    ],
    [
      'another shape',
      [`0=${file('flat.npy')}`, `1=${file('left.npy')}`],
      /takes float32 of shape 2x3, and \S+ has the shape 6\.$/,
    ],
    [
      'too few bytes',
      [`0=${file('short.raw')}`, `1=${file('left.npy')}`],
      /which are 24 bytes, and \S+ has 4\./,
    ],
  ];
  for (const [what, given, expected] of wrong) {
    it(`are refused: ${what}`, async () => {
      await assert.rejects(choose(MODEL, given), {
        code: 'ERR_INVALID_ARGUMENT',
        message: expected,
      });
    });
  }

  it('are named in a way that the shell and a terminal take', async () => {
    const named = [{ ...MODEL[0]!, name: "it's \u001b[31mred" }];
    await assert.rejects(choose(named, []), (error: Error) => {
      assert.ok(!error.message.includes('\u001b'));
      assert.ok(error.message.includes("--input 'it'\\''s \\u001b[31mred=FILE'"), error.message);
      return true;
    });
  });
});

describe('Shapes of inputs, on the command line', () => {
  it('are taken by name', () => {
    const one = collectShape('image=1x224x224x3');
    assert.deepEqual(collectShape('a=b=scalar', one), { image: [1, 224, 224, 3], 'a=b': [] });
    assert.deepEqual(Object.entries(collectShape('__proto__=2')), [['__proto__', [2]]]);
  });

  for (const given of ['image', '=1', 'image=', 'image=1x', 'image=-1', 'image=1,2', 'image=1.5']) {
    it(`are refused: ${given}`, () => {
      assert.throws(() => collectShape(given), /Expected NAME=SIZES, such as image=1x224x224x3/);
    });
  }

  it('are given once', () => {
    assert.throws(() => collectShape('a=2', { a: [1] }), /The shape of 'a' was given twice/);
  });
});

describe('The shape of an output', () => {
  it('is what the model states, or has the size that it leaves free', () => {
    assert.deepEqual(shapeOfCount(6, [2, 3]), [2, 3]);
    assert.deepEqual(shapeOfCount(1, []), []);
    assert.deepEqual(shapeOfCount(6, [1, 3], [-1, 3]), [2, 3]);
    assert.deepEqual(shapeOfCount(0, [1, 3], [-1, 3]), [0, 3]);
    // Their arrangement is unknown.
    assert.deepEqual(shapeOfCount(6, [1, 3]), [6]);
    assert.deepEqual(shapeOfCount(6, [1, 1], [-1, -1]), [6]);
    assert.deepEqual(shapeOfCount(7, [1, 3], [-1, 3]), [7]);
    assert.deepEqual(shapeOfCount(6, [1, 0], [-1, 0]), [6]);
  });
});
