import assert from 'node:assert/strict';

import { MEMORY_END, WASI_NN, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { HOSTILE_LENGTHS, HOSTILE_POINTERS, isOutside } from './support/hostile.js';
import { random } from './support/random.js';
import { elements } from './support/tflite.js';
import {
  ERRNO,
  SUM_ANSWER,
  SUM_MODELS,
  SumSession,
  TENSOR_TYPE,
  putTensor,
} from './support/wasi-nn-session.js';
import { sumModel } from './support/tflite-models.js';

/** An argument that is a position: the call made of it, and the size of the data there. */
type PointerCase = readonly [name: string, size: number, call: (pointer: number) => HostCall];
/** An argument that is a length. */
type LengthCase = readonly [name: string, call: (length: number) => HostCall];

const models = SUM_MODELS;
const data = elements('float32', [1, 2, 3, 4]);

/** A session with everything that is needed to corrupt every pointer and length separately. */
function arrange(): { session: SumSession; pointers: PointerCase[]; lengths: LengthCase[] } {
  const session = new SumSession();
  const { page, name, graph, output, written } = session;
  const model = sumModel('float32');
  const modelAddress = page.put(model);
  const builder = page.words(modelAddress, model.length);
  const result = page.room(4);
  const context = { at: session.context };
  const tensor = (wrong: Parameters<typeof putTensor>[4]): number =>
    putTensor(page, [1, 4], TENSOR_TYPE.f32, data, wrong);
  return {
    session,
    pointers: [
      ['load builders', 8, (at) => ['load', at, 1, 4, 0, result]],
      [
        'load bytes',
        model.length,
        (at) => ['load', page.words(at >>> 0, model.length), 1, 4, 0, result],
      ],
      ['load result', 4, (at) => ['load', builder, 1, 4, 0, at]],
      ['load_by_name name', 3, (at) => ['load_by_name', at, 3, result]],
      ['load_by_name result', 4, (at) => ['load_by_name', name, 3, at]],
      ['with_config name', 3, (at) => ['load_by_name_with_config', at, 3, name, 0, result]],
      ['with_config result', 4, (at) => ['load_by_name_with_config', name, 3, name, 0, at]],
      ['init result', 4, (at) => ['init_execution_context', { at: graph }, at]],
      ['set_input tensor', 20, (at) => ['set_input', context, 0, at]],
      ['set_input dimensions', 8, (at) => ['set_input', context, 0, tensor({ dimensions: at })]],
      ['set_input data', 16, (at) => ['set_input', context, 0, tensor({ data: at })]],
      ['get_output buffer', 16, (at) => ['get_output', context, 0, at, 16, written]],
      ['get_output written', 4, (at) => ['get_output', context, 0, output, 16, at]],
      ['single buffer', 16, (at) => ['get_output_single', context, 0, at, 16, written]],
      ['single written', 4, (at) => ['get_output_single', context, 0, output, 16, at]],
    ],
    lengths: [
      ['load bytes', (length) => ['load', page.words(modelAddress, length >>> 0), 1, 4, 0, result]],
      ['load_by_name name', (length) => ['load_by_name', name, length, result]],
      ['with_config name', (length) => ['load_by_name_with_config', name, length, name, 0, result]],
      [
        'with_config config',
        (length) => ['load_by_name_with_config', name, 3, name, length, result],
      ],
      ['dimensions', (length) => ['set_input', context, 0, tensor({ dimensionCount: length })]],
      ['data', (length) => ['set_input', context, 0, tensor({ dataLength: length })]],
      ['get_output buffer', (length) => ['get_output', context, 0, output, length, written]],
      ['single buffer', (length) => ['get_output_single', context, 0, output, length, written]],
    ],
  };
}

describe('wasi_ephemeral_nn with hostile pointers and lengths', () => {
  it('answers each with an errno, and the run after it is right', async () => {
    await withHostCalls(WASI_NN, { models }, async (run) => {
      for (const pointer of HOSTILE_POINTERS) {
        const { session, pointers } = arrange();
        const cases = pointers.map(([name, size, call]) => ({ name, size, call: call(pointer) }));
        const { errnos } = await run(session.page, [
          ...session.prepare,
          session.compute,
          ...cases.map(({ call }) => call),
        ]);
        errnos.slice(5).forEach((errno, index) => {
          const { name, size } = cases[index]!;
          const message = `${name} at ${pointer}: errno ${errno}`;
          if (isOutside(pointer, size)) assert.equal(errno, ERRNO.invalidArgument, message);
          else assert.ok(errno <= ERRNO.notFound, message);
        });
        const next = await run(session.page, session.all);
        assert.deepEqual(session.answer(next.memory), SUM_ANSWER);
      }
    });
  });

  it('refuses lengths that lead out of the memory, and the session stays usable', async () => {
    await withHostCalls(WASI_NN, { models }, async (run) => {
      for (const length of HOSTILE_LENGTHS) {
        const { session, lengths } = arrange();
        const calls = lengths.map(([, call]) => call(length));
        const { errnos, memory } = await run(session.page, [
          ...session.prepare,
          session.compute,
          ...calls,
          session.compute,
          session.getOutput,
        ]);
        const expected = calls.map(() => ERRNO.invalidArgument);
        assert.deepEqual(errnos.slice(5), [...expected, 0, 0], `length ${length}`);
        assert.deepEqual(session.answer(memory), SUM_ANSWER);
      }
    });
  });

  it('survives thousands of random calls', async () => {
    const names = Object.entries(WASI_NN.functions);
    await withHostCalls(WASI_NN, { models }, async (run) => {
      for (let seed = 1; seed <= 5; seed++) {
        const next = random(seed);
        const session = new SumSession();
        const { page, name, graph, context, left, output, written } = session;
        const likely = [0, 1, 3, 4, 16, 20, name, graph, context, left, output, written];
        const hostile = [-1, 2 ** 31 - 1, 2 ** 31, MEMORY_END, MEMORY_END - 1, MEMORY_END - 4];
        const calls = Array.from({ length: 2000 }, (): HostCall => {
          const [function_, count] = names[next(names.length)]!;
          const args = Array.from({ length: count }, () => {
            const pool = next(8) === 0 ? hostile : likely;
            return pool[next(pool.length)]!;
          });
          return [function_, ...args];
        });
        const { errnos } = await run(page, [...session.prepare, ...calls]);
        assert.ok(
          errnos.every((errno) => errno <= ERRNO.notFound),
          `seed ${seed}`,
        );
        const after = await run(new SumSession().page, session.all);
        assert.deepEqual(session.answer(after.memory), SUM_ANSWER);
      }
    });
  });
});
