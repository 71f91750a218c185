import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';

import { INFER, infer, outputsOf, requests } from './support/infer.js';
import type { Request } from './support/infer.js';
import { ISOLATIONS } from './support/isolations.js';
import { gatherModel, sumAndProductModel, sumModel } from './support/tflite-models.js';

const floats = (...values: number[]): Buffer => Buffer.from(new Float32Array(values).buffer);
const valuesOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
const { open, setInput, run, close, describe: description } = requests;

const SIX = [2, 3];
const set = (session: number, input: number, values: number[]): Request =>
  setInput({ session, input, type: 'float32', shape: SIX, content: floats(...values) });

describe('The guest infer', () => {
  for (const isolation of ISOLATIONS) {
    it(`runs several sessions in one invocation: ${isolation}`, async () => {
      const answers = await infer({ isolation, models: { both: sumAndProductModel() } }, [
        open('both'),
        open('both'),
        set(0, 0, [1, 2, 3, 4, 5, 6]),
        set(1, 0, [0, 0, 0, 0, 0, 1]),
        set(0, 1, [2, 2, 2, 2, 2, 2]),
        set(1, 1, [9, 9, 9, 9, 9, 9]),
        run(0, [24, 24]),
        run(1, [24, 24]),
        // Its inputs are still set; its outputs are announced as none, but come anyway.
        close(1),
        run(0, [0, 0]),
        run(0),
      ]);
      assert.deepEqual(
        outputsOf(answers).map((outputs) => outputs.map(valuesOf)),
        [
          [
            [3, 4, 5, 6, 7, 8],
            [2, 4, 6, 8, 10, 12],
          ],
          [
            [9, 9, 9, 9, 9, 10],
            [0, 0, 0, 0, 0, 9],
          ],
          [
            [3, 4, 5, 6, 7, 8],
            [2, 4, 6, 8, 10, 12],
          ],
          [],
        ],
      );
      assert.deepEqual(
        answers.map((answer) => answer.kind === 'run' && [answer.session, answer.milliseconds > 0]),
        [
          [0, true],
          [1, true],
          [0, true],
          [0, true],
        ],
      );
    });

    it(`tells what the host tells of a model: ${isolation}`, async () => {
      const options = {
        isolation,
        models: { sum: sumModel('int8', { scale: 0.5, zeroPoint: 3 }) },
      };
      const [answer] = await infer(options, [description('sum')]);
      assert.ok(answer?.kind === 'describe');
      const { name, inputs } = JSON.parse(answer.description) as Record<string, unknown>;
      assert.equal(name, 'sum');
      const quantization = { scale: 0.5, zeroPoint: 3 };
      assert.deepEqual(
        inputs,
        ['left', 'right'].map((each) => ({
          name: each,
          type: 'int8',
          shape: [1, 4],
          quantization,
        })),
      );
    });
  }

  it('makes random inputs by the formula that its documents give', async () => {
    const random = (input: number, seed: number): Request =>
      setInput({ session: 0, input, type: 'int32', shape: [1, 4], content: { seed } });
    const answers = await infer({ models: { sum: sumModel('int32') } }, [
      open('sum'),
      random(0, 0),
      random(1, 7),
      run(0, [16]),
    ]);
    const numbers = (seed: number): number[] => {
      let x = seed + 1;
      return Array.from({ length: 4 }, () => {
        x = Number((1664525n * BigInt(x) + 1013904223n) % 2n ** 32n);
        return x >>> 30;
      });
    };
    const [left, right] = [numbers(0), numbers(7)];
    const [[sum] = []] = outputsOf(answers);
    assert.deepEqual(
      [0, 4, 8, 12].map((offset) => sum?.readInt32LE(offset)),
      left.map((each, index) => each + (right[index] ?? 0)),
    );
  });

  const refused: [what: string, bytes: Buffer | string, exitCode: number, told: RegExp][] = [
    [
      'a model that is not there',
      'open none\n',
      70,
      /^infer: request 1: load_by_name: errno 8 \(not found\)\n$/,
    ],
    ['no request', 'go\n', 65, /^infer: request 1: "go" is not a request\n$/],
    ['a line without an end', 'open gather', 65, /its line does not end/],
    [
      'bytes that never come',
      'open gather 4294967295\n{}',
      65,
      /ends after 2 of its 4294967295 bytes/,
    ],
    [
      'a session that is closed',
      'open gather\nclose 0\nrun 0 -\n',
      65,
      /request 3: there is no session 0/,
    ],
    [
      'an input of another type',
      'open gather\nrandom 0 0 int8 4 0\n',
      70,
      /request 2: set_input: errno 1/,
    ],
    [
      'a shape of four gigabytes',
      'open gather\nrandom 0 0 int8 65536x65536 0\n',
      65,
      /the shape is too large/,
    ],
    ['what is no text', Buffer.from([0xff, 0x0a]), 65, /not UTF-8/],
  ];
  describe('ends in one line and an exit code', () => {
    for (const [what, stdin, exitCode, told] of refused) {
      it(what, async () => {
        const module = await loadModule(INFER, { models: { gather: gatherModel() } });
        try {
          const result = await module.run({ stdin });
          assert.deepEqual([result.exitCode, result.stdout.length], [exitCode, 0]);
          assert.match(result.stderr.toString(), told);
        } finally {
          await module.close();
        }
      });
    }
  });

  it('gives the answers before the request that failed', async () => {
    const module = await loadModule(INFER, { models: { gather: gatherModel() } });
    const indices = (value: number): Request =>
      setInput({
        session: 0,
        input: 1,
        type: 'int32',
        shape: [2],
        content: Buffer.from(new Int32Array([value, value]).buffer),
      });
    const stdin = requests.requestBytes([
      open('gather'),
      setInput({ session: 0, input: 0, type: 'float32', shape: [4], content: floats(1, 2, 3, 4) }),
      indices(2),
      run(0, [8]),
      indices(4),
      run(0, [8]),
    ]);
    try {
      const { stdout, stderr, exitCode } = await module.run({ stdin });
      assert.equal(exitCode, 70);
      assert.match(stderr.toString(), /request 6: compute: errno 5 \(runtime error\)/);
      assert.deepEqual(
        outputsOf(requests.answersOf(stdout)).map((each) => each.map(valuesOf)),
        [[[3, 3]]],
      );
    } finally {
      await module.close();
    }
  });
});
