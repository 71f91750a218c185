import assert from 'node:assert/strict';

import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { INFER, outputsOf, requests } from './support/infer.js';
import { ISOLATIONS } from './support/isolations.js';
import { withModule } from './support/run-guest.js';
import { buildModel, elements, valuesOf } from './support/tflite.js';
import type { Operator, Tensor } from './support/tflite.js';

const { open, run, setInput } = requests;

const LARGEST = 2 ** 31 - 1;

interface Case {
  operator: Partial<Operator> & Pick<Operator, 'operator'>;
  type?: 'float32' | 'int32';
  /** The shape of the first input; its elements are 0, 1, 2 …, or `values`. */
  shape: readonly number[];
  values?: readonly number[];
  /** The shapes of the other inputs, which are the operands. */
  operands: readonly (readonly number[])[];
  output: readonly number[];
  /** Operands, and the result. */
  right: [readonly (readonly number[])[], readonly number[]][];
  /** Operands with which LiteRT's kernels leave the tensor, or end the process. */
  wrong: readonly (readonly number[])[][];
}

const CASES: Record<string, Case> = {
  'a permutation': {
    operator: { operator: 'TRANSPOSE' },
    ...{ shape: [2, 3], operands: [[2]], output: [-1, -1] },
    right: [
      [[[1, 0]], [0, 3, 1, 4, 2, 5]],
      [[[-1, 0]], [0, 3, 1, 4, 2, 5]],
      [[[0, 1]], [0, 1, 2, 3, 4, 5]],
    ],
    wrong: [[[0, 0]], [[1, 1]], [[1, -1]], [[2, 0]], [[-3, 0]]],
  },
  'lengths of sequences': {
    operator: { operator: 'REVERSE_SEQUENCE' },
    ...{ shape: [2, 3], operands: [[2]], output: [2, 3] },
    right: [
      [[[2, 3]], [1, 0, 2, 5, 4, 3]],
      [[[0, 1]], [0, 1, 2, 3, 4, 5]],
    ],
    wrong: [[[2, 4]], [[2, 100_000]], [[2, LARGEST]], [[4, 2]]],
  },
  crops: {
    operator: { operator: 'BATCH_TO_SPACE_ND' },
    ...{ shape: [4, 1, 1, 1], operands: [[2], [2, 2]], output: [-1, -1, -1, 1] },
    right: [
      [
        [
          [2, 2],
          [0, 0, 0, 0],
        ],
        [0, 1, 2, 3],
      ],
      [
        [
          [2, 2],
          [1, 0, 0, 0],
        ],
        [2, 3],
      ],
    ],
    wrong: [
      [
        [1, 1],
        [LARGEST, LARGEST, 0, 0],
      ],
      [
        [2, 2],
        [LARGEST, LARGEST, LARGEST, LARGEST],
      ],
      [
        [2, 2],
        [-1, 0, 0, 0],
      ],
      [
        [-2, -2],
        [0, 0, 0, 0],
      ],
      [
        [0, 0],
        [0, 0, 0, 0],
      ],
    ],
  },
  paddings: {
    operator: { operator: 'SPACE_TO_BATCH_ND' },
    ...{ shape: [1, 2, 2, 1], operands: [[2], [2, 2]], output: [-1, -1, -1, 1] },
    right: [
      [
        [
          [2, 2],
          [0, 0, 0, 0],
        ],
        [0, 1, 2, 3],
      ],
      [
        [
          [1, 1],
          [1, 0, 0, 0],
        ],
        [0, 0, 0, 1, 2, 3],
      ],
    ],
    wrong: [
      [
        [1, 1],
        [LARGEST, LARGEST, 0, 0],
      ],
      [
        [-1, -1],
        [0, 0, 0, 0],
      ],
      [
        [0, 0],
        [0, 0, 0, 0],
      ],
    ],
  },
  'the position of an element': {
    operator: { operator: 'STRIDED_SLICE', single: true },
    ...{ shape: [4], operands: [[1], [1], [1]], output: [] },
    right: [
      [[[3], [4], [1]], [3]],
      [[[-4], [-3], [1]], [0]],
    ],
    wrong: [
      [[4], [5], [1]],
      [[100_000], [100_001], [1]],
      [[LARGEST], [0], [1]],
      [[-5], [-4], [1]],
    ],
  },
  'the size of a slice': {
    operator: { operator: 'STRIDED_SLICE', sizes: true },
    ...{ shape: [4], operands: [[1], [1], [1]], output: [-1] },
    right: [
      [
        [[1], [2], [1]],
        [1, 2],
      ],
      [
        [[-3], [3], [1]],
        [1, 2, 3],
      ],
    ],
    wrong: [
      [[1], [4], [1]],
      [[3], [1000], [1]],
      [[0], [-3], [-1]],
    ],
  },
  shapes: {
    ...{ operator: { operator: 'BROADCAST_ARGS' }, type: 'int32' },
    ...{ shape: [2], values: [1, 2], operands: [[2]], output: [2] },
    right: [
      [[[2, 1]], [2, 2]],
      [[[5, 2]], [5, 2]],
    ],
    wrong: [[[2, 3]], [[0, 5]], [[1, -1]]],
  },
};

function modelOf({ operator, type = 'float32', shape, operands, output }: Case): Buffer {
  const given = operands.map((dimensions, index): Tensor => ({
    name: `operand ${index}`,
    type: 'int32',
    shape: dimensions,
  }));
  const names = ['value', ...given.map(({ name }) => name)];
  return buildModel({
    tensors: [
      { name: 'value', type, shape },
      ...given,
      {
        ...{ name: 'result', type, shape: output.map((size) => Math.max(size, 1)) },
        shapeSignature: output,
      },
    ],
    operators: [{ ...operator, inputs: names, outputs: ['result'] } as Operator],
    inputs: names,
    outputs: ['result'],
  });
}

async function ask(
  module: LoadedModule,
  { type = 'float32', shape, values, operands }: Case,
  given: readonly (readonly number[])[],
  count = 1,
): Promise<number[] | undefined> {
  const size = shape.reduce((product, factor) => product * factor, 1);
  const first = values ?? Array.from({ length: size }, (_, index) => index);
  const stdin = requests.requestBytes([
    open('model'),
    setInput({ session: 0, input: 0, type, shape, content: elements(type, first) }),
    ...given.map((numbers, index) =>
      setInput({
        ...{ session: 0, input: index + 1, type: 'int32', shape: operands[index] ?? [] },
        content: elements('int32', numbers),
      }),
    ),
    run(0, [4 * count]),
  ]);
  const { exitCode, stdout } = await module.run({ stdin });
  if (exitCode !== 0) return undefined;
  return valuesOf(type, outputsOf(requests.answersOf(stdout))[0]?.[0] ?? Buffer.alloc(0));
}

for (const isolation of ISOLATIONS) {
  describe(`Operands that a guest chooses (${isolation})`, () => {
    it('a shape: is possible, and within the limits', async () => {
      const shapeOnly: Case = {
        ...{ operator: { operator: 'RANDOM_UNIFORM' }, type: 'int32' },
        ...{ shape: [1], operands: [], output: [-1], right: [], wrong: [] },
      };
      const names = ['value'];
      const model = buildModel({
        tensors: [
          { name: 'value', type: 'int32', shape: [1] },
          { name: 'result', type: 'float32', shape: [1], shapeSignature: [-1] },
        ],
        operators: [{ operator: 'RANDOM_UNIFORM', inputs: names, outputs: ['result'] }],
        ...{ inputs: names, outputs: ['result'] },
      });
      await withModule(INFER, { isolation, models: { model } }, async (module) => {
        const numbers = async (count: number): Promise<number | undefined> =>
          (
            await ask(
              module,
              { ...shapeOnly, values: [count] },
              [],
              Math.min(Math.max(count, 0), 3),
            )
          )?.length;
        assert.equal(await numbers(3), 3);
        assert.equal(await numbers(-1), undefined);
        await fails('ERR_LIMIT', numbers(LARGEST));
        assert.equal(await numbers(3), 3);
      });
    });

    for (const [name, each] of Object.entries(CASES)) {
      it(`${name}: are checked before the operator runs`, async () => {
        const options = { isolation, models: { model: modelOf(each) } };
        await withModule(INFER, options, async (module) => {
          for (const [given, result] of each.right) {
            assert.deepEqual(await ask(module, each, given, result.length), result);
          }
          for (const given of each.wrong) {
            assert.equal(await ask(module, each, given), undefined, JSON.stringify(given));
          }
          for (const [given, result] of each.right) {
            assert.deepEqual(await ask(module, each, given, result.length), result);
          }
        });
      });
    }
  });
}
