import assert from 'node:assert/strict';
import { Writable } from 'node:stream';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { INFER, infer, outputsOf, requests } from './support/infer.js';
import type { Request } from './support/infer.js';
import { ISOLATIONS } from './support/isolations.js';
import { withModule } from './support/run-guest.js';
import {
  accumulatorModel,
  countingModel,
  doublingModel,
  lstmModel,
  squareModel,
  twoSignaturesModel,
} from './support/tflite-models.js';
import { elements, valuesOf } from './support/tflite.js';

// A session's state and choices, seen from guests: state, shapes and signatures. native/test has
// the same without a guest.

const { open, setInput, run, close } = requests;

const models = {
  accumulator: accumulatorModel(),
  counting: countingModel(),
  doubling: doublingModel(),
  lstm: lstmModel(),
  square: squareModel(),
  signatures: twoSignaturesModel(),
};

const set = (session: number, values: readonly number[], shape: readonly number[]): Request =>
  setInput({
    ...{ session, input: 0, type: 'float32', shape },
    content: elements('float32', values),
  });

/** A run of the accumulator. */
const step = (session: number, value: number): Request[] => [
  set(session, [value], [1, 1]),
  run(session, [4]),
];

let steps: Buffer | undefined;
/** More runs of the accumulator than there is time for; making them takes longer than most tests. */
const manySteps = (): Buffer =>
  (steps ??= requests.requestBytes([
    open('accumulator'),
    ...Array.from({ length: 100_000 }, () => step(0, 1)).flat(),
  ]));

/** A run of the square model, with this many rows. */
const rows = (session: number, count: number, value: number): Request[] => [
  set(session, Array<number>(3 * count).fill(value), [count, 3]),
  run(session, [12 * count]),
];

const values = (outputs: Buffer[][]): number[][] =>
  outputs.map(([bytes = Buffer.alloc(0)]) => valuesOf('float32', bytes));

async function answers(options: LoadOptions, given: readonly Request[]): Promise<number[][]> {
  return values(outputsOf(await infer({ models, ...options }, given)));
}

async function runsOf(module: LoadedModule, given: readonly Request[]): Promise<number[][]> {
  const { stdout, stderr, exitCode } = await module.run({ stdin: requests.requestBytes(given) });
  assert.equal(exitCode, 0, stderr.toString());
  return values(outputsOf(requests.answersOf(stdout)));
}

/** 1, 3, 6 …: the accumulator's outputs for 1, 2, 3 … */
const sums = (count: number, factor = 1): number[][] =>
  Array.from({ length: count }, (_, index) => [(factor * (index + 1) * (index + 2)) / 2]);

/** As many invocations as are quick: under WasmEdge's own program, each one is a process. */
const INVOCATIONS = { 'in-process': 2000, 'worker-process': 2000, subprocess: 20 };

for (const isolation of ISOLATIONS) {
  describe(`State of a model (${isolation})`, () => {
    it('belongs to a session, of which there are several at a time', async () => {
      const given = [
        open('accumulator'),
        open('accumulator'),
        ...step(0, 1),
        ...step(1, 10),
        ...step(0, 2),
        ...step(1, 20),
        close(0),
        open('accumulator'),
        ...step(2, 5),
        ...step(1, 30),
      ];
      assert.deepEqual(await answers({ isolation }, given), [[1], [10], [3], [30], [5], [60]]);
    });

    it('carries over thousands of runs', async () => {
      const count = 3000;
      const given = [open('accumulator'), open('accumulator')];
      for (let index = 1; index <= count; ++index) {
        given.push(...step(0, index), ...step(1, 2 * index));
      }
      const [one, two] = [sums(count), sums(count, 2)];
      assert.deepEqual(
        await answers({ isolation }, given),
        one.flatMap((each, index) => [each, two[index] ?? []]),
      );
    });

    it('never reaches another invocation', async () => {
      const given = [open('accumulator'), ...step(0, 1), ...step(0, 2)];
      await withModule(INFER, { isolation, models, concurrency: 2 }, async (module) => {
        const work = async (): Promise<void> => {
          for (let count = INVOCATIONS[isolation] / 2; count > 0; --count) {
            assert.deepEqual(await runsOf(module, given), [[1], [3]]);
          }
        };
        await Promise.all([work(), work()]);
      });
    });

    it('in resources remains when the shape of an input changes', async () => {
      const given = [1, 3, 3, 1].flatMap((count) => [
        set(0, Array<number>(count).fill(10), [count, 1]),
        run(0, [4 * count]),
      ]);
      assert.deepEqual(await answers({ isolation }, [open('counting'), ...given]), [
        ...[[11], [12, 12, 12], [13, 13, 13], [14]],
      ]);
    });

    it('that is an input is seen by the first run as well', async () => {
      const cells = [4, 8, -2];
      const given = (cell: number): Request[] => [
        ...[0, 1, cell].map((value, input) => {
          const content = elements('float32', [value]);
          return setInput({ session: 0, input, type: 'float32', shape: [1, 1], content });
        }),
        run(0, [4]),
      ];
      // Each thread has its own compiled model.
      await withModule(INFER, { isolation, models, concurrency: 2 }, async (module) => {
        const all = [open('lstm'), ...cells.flatMap(given)];
        const results = await Promise.all(Array.from({ length: 4 }, () => runsOf(module, all)));
        for (const [index, value] of results.flatMap((each) => [...each.flat().entries()])) {
          const expected = Math.tanh(1) / 2 + (cells[index] ?? NaN) / 2;
          assert.ok(Math.abs(value - expected) < 1e-5, `run ${index}: ${value}`);
        }
      });
    });

    it('is gone after an invocation that was aborted in the middle', async () => {
      const many = manySteps();
      await withModule(INFER, { isolation, models, concurrency: 2 }, async (module) => {
        for (let round = 0; round < 5; ++round) {
          const controller = new AbortController();
          // The first answers have arrived: it is in the middle.
          const stdout = new Writable({
            write: (_chunk, _encoding, done) => {
              controller.abort();
              done();
            },
          });
          const aborted = fails(
            'ERR_ABORTED',
            module.run({ stdin: many, stdout, signal: controller.signal }),
          );
          const beside = runsOf(module, [open('accumulator'), ...step(0, 7), ...step(0, 1)]);
          assert.deepEqual(await beside, [[7], [8]]);
          await aborted;
          assert.deepEqual(await runsOf(module, [open('accumulator'), ...step(0, 4)]), [[4]]);
        }
      });
    });
  });

  describe(`Shapes that a guest chooses (${isolation})`, () => {
    it('are those of a session, of which there are several at a time', async () => {
      const given = [
        open('square'),
        open('square'),
        ...rows(0, 1, 2),
        ...rows(1, 3, 3),
        ...rows(0, 2, 4),
        run(1, [36]),
        ...rows(0, 1, 5),
      ];
      assert.deepEqual(await answers({ isolation }, given), [
        Array(3).fill(4),
        Array(9).fill(9),
        Array(6).fill(16),
        Array(9).fill(9),
        Array(3).fill(25),
      ]);
    });

    it('change thousands of times', async () => {
      const count = 2000;
      const of = (index: number): number => 1 + ((index * 7) % 13);
      const given = [open('square')];
      for (let index = 0; index < count; ++index) given.push(...rows(0, of(index), index % 100));
      assert.deepEqual(
        await answers({ isolation }, given),
        Array.from({ length: count }, (_, index) =>
          Array<number>(3 * of(index)).fill((index % 100) ** 2),
        ),
      );
    });

    it('stay within limits.sessionBytes', async () => {
      const options = { isolation, models, limits: { sessionBytes: 100_000 } };
      await withModule(INFER, options, async (module) => {
        const given = (count: number): Request[] => [open('square'), ...rows(0, count, 1)];
        const stdin = requests.requestBytes(given(20_000));
        const { limit } = await fails('ERR_LIMIT', module.run({ stdin }));
        assert.equal(limit, 'sessionBytes');
        assert.deepEqual(await runsOf(module, given(2)), [Array(6).fill(1)]);
      });
    });
  });

  describe(`Signatures (${isolation})`, () => {
    const given = (config?: object): Request[] => [
      open('signatures', config && JSON.stringify(config)),
      set(0, [3, 5], [2]),
      run(0, [8]),
    ];

    it('are chosen by the host, and by a guest before the host', async () => {
      const signatures = { file: models.signatures, signature: 'square' };
      assert.deepEqual(await answers({ isolation }, given()), [[6, 10]]);
      const chosen = { isolation, models: { signatures } };
      assert.deepEqual(await answers(chosen, given()), [[9, 25]]);
      assert.deepEqual(await answers(chosen, given({ signature: 'double' })), [[6, 10]]);
    });

    it('are used side by side', async () => {
      const both = [
        open('signatures', '{"signature":"square"}'),
        open('signatures'),
        set(0, [3, 5], [2]),
        set(1, [3, 5], [2]),
        ...Array.from({ length: 500 }, () => [run(0, [8]), run(1, [8])]).flat(),
      ];
      assert.deepEqual(
        await answers({ isolation }, both),
        Array.from({ length: 500 }, () => [
          [9, 25],
          [6, 10],
        ]).flat(),
      );
    });

    it('that a model lacks are refused with those that it has', async () => {
      const module = await loadModule(INFER, { isolation, models });
      try {
        const stdin = requests.requestBytes(given({ signature: 'cube' }));
        const { exitCode, inferenceFailures } = await module.run({ stdin });
        assert.equal(exitCode, 70);
        assert.equal(
          inferenceFailures?.[0]?.reason,
          "The model has no signature 'cube'. It has 'double', 'square'.",
        );
      } finally {
        await module.close();
      }
    });
  });
}

describe('A model without stated dimensions', () => {
  it('takes no more of them than LiteRT has room for', async () => {
    const given = (rank: number): Request[] => [
      open('doubling'),
      set(0, [3], Array<number>(rank).fill(1)),
      run(0, [4]),
    ];
    assert.deepEqual(await answers({}, given(4)), [[6]]);
    for (const rank of [9, 64]) {
      await assert.rejects(answers({}, given(rank)));
    }
  });

  it('takes any number of them, one after the other', async () => {
    const given = [[], [2], [2, 2], []].flatMap((shape) => {
      const count = 2 ** shape.length;
      return [set(0, Array<number>(count).fill(3), shape), run(0, [4 * count])];
    });
    assert.deepEqual(await answers({}, [open('doubling'), ...given]), [
      ...[[6], [6, 6], [6, 6, 6, 6], [6]],
    ]);
  });
});
