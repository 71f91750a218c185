import assert from 'node:assert/strict';

import { MEMORY_END, TENSORFLOW_LITE, withHostCalls } from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { HOSTILE_LENGTHS, HOSTILE_POINTERS, isOutside } from './support/hostile.js';
import { random } from './support/random.js';
import { ERRNO, SUM_ANSWER, TensorFlowLiteSession } from './support/tensorflow-lite-session.js';

type PointerCase = readonly [name: string, size: number, call: (pointer: number) => HostCall];

function pointerCases(session: TensorFlowLiteSession): PointerCase[] {
  const { model, modelLength, output, leftName, leftData, sumName } = session;
  const handle = { at: session.session };
  const tensor = { at: session.tensor };
  const result = session.page.room(4);
  return [
    ['model', modelLength, (at) => ['create_session', at, modelLength, result]],
    ['session', 4, (at) => ['create_session', model, modelLength, at]],
    ['output name', 3, (at) => ['get_output_tensor', handle, at, 3, result]],
    ['tensor', 4, (at) => ['get_output_tensor', handle, sumName, 3, at]],
    ['length', 4, (at) => ['get_tensor_len', handle, tensor, at]],
    ['buffer', 16, (at) => ['get_tensor_data', handle, tensor, at, 16, result]],
    ['written', 4, (at) => ['get_tensor_data', handle, tensor, output, 16, at]],
    ['input name', 4, (at) => session.append(at, 4, leftData, 16)],
    ['data', 16, (at) => session.append(leftName, 4, at, 16)],
  ];
}

function lengthCalls(session: TensorFlowLiteSession, length: number): HostCall[] {
  const { model, output, leftName, leftData, sumName } = session;
  const handle = { at: session.session };
  return [
    ['create_session', model, length, session.written],
    ['get_output_tensor', handle, sumName, length, session.written],
    session.data(output, length),
    session.append(leftName, length, leftData, 16),
    session.append(leftName, 4, leftData, length),
  ];
}

describe('wasmedge_tensorflowlite with hostile pointers, lengths and handles', () => {
  it('answers each pointer with an errno, and the run after it is right', async () => {
    await withHostCalls(TENSORFLOW_LITE, {}, async (run) => {
      for (const pointer of HOSTILE_POINTERS) {
        const session = new TensorFlowLiteSession();
        const cases = pointerCases(session);
        const { errnos } = await run(session.page, [
          ...session.prepare,
          session.run,
          ...cases.map(([, , call]) => call(pointer)),
        ]);
        cases.forEach(([name, size], index) => {
          const errno = errnos[5 + index]!;
          const message = `${name} at ${pointer}: errno ${errno}`;
          if (isOutside(pointer, size)) assert.equal(errno, ERRNO.missingMemory, message);
          else assert.ok(errno <= ERRNO.runtimeError, message);
        });
        const next = await run(session.page, session.all);
        assert.deepEqual(session.answer(next.memory), SUM_ANSWER);
      }
    });
  });

  it('refuses lengths that lead out of the memory, and the session stays usable', async () => {
    await withHostCalls(TENSORFLOW_LITE, {}, async (run) => {
      for (const length of HOSTILE_LENGTHS) {
        const session = new TensorFlowLiteSession();
        const calls = lengthCalls(session, length);
        const { errnos, memory } = await run(session.page, [
          ...session.prepare,
          session.run,
          ...calls,
          session.run,
          session.getData,
        ]);
        const expected = calls.map(() => ERRNO.missingMemory);
        assert.deepEqual(errnos.slice(5), [...expected, 0, 0], `length ${length}`);
        assert.deepEqual(session.answer(memory), SUM_ANSWER);
      }
    });
  });

  it('refuses each function a forged session', async () => {
    const session = new TensorFlowLiteSession();
    const { output, leftName, leftData, sumName, tensor, length, written } = session;
    const forged = [1, 63, 64, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, -1].flatMap(
      (handle): HostCall[] => [
        ['delete_session', handle],
        ['run_session', handle],
        ['get_output_tensor', handle, sumName, 3, tensor],
        ['get_tensor_len', handle, 0, length],
        ['get_tensor_data', handle, 0, output, 16, written],
        ['append_input', handle, leftName, 4, leftData, 16],
      ],
    );
    await withHostCalls(TENSORFLOW_LITE, { concurrency: 1 }, async (run) => {
      const { errnos, memory } = await run(session.page, [
        ...session.prepare,
        ...forged,
        session.run,
        session.getData,
      ]);
      assert.deepEqual(errnos.slice(4), [...forged.map(() => ERRNO.invalidArgument), 0, 0]);
      assert.deepEqual(session.answer(memory), SUM_ANSWER);
      // Session 0 of that run does not exist in the next one.
      const next = await run(session.page, [['run_session', 0]]);
      assert.deepEqual(next.errnos, [ERRNO.invalidArgument]);
    });
  });

  it('survives thousands of random calls', async () => {
    const functions = Object.entries(TENSORFLOW_LITE.functions);
    await withHostCalls(TENSORFLOW_LITE, {}, async (run) => {
      for (let seed = 1; seed <= 5; seed++) {
        const next = random(seed);
        const session = new TensorFlowLiteSession();
        const { model, modelLength, leftName, leftData, sumName, output, written } = session;
        const likely = [0, 1, 3, 4, 16, model, modelLength, leftName, leftData, sumName, output];
        const hostile = [-1, 2 ** 31 - 1, 2 ** 31, MEMORY_END, MEMORY_END - 1, MEMORY_END - 4];
        const calls = Array.from({ length: 2000 }, (): HostCall => {
          const [name, count] = functions[next(functions.length)]!;
          const args = Array.from({ length: count }, () => {
            const pool = next(8) === 0 ? hostile : [...likely, written];
            return pool[next(pool.length)]!;
          });
          return [name, ...args];
        });
        const { errnos } = await run(session.page, [...session.prepare, ...calls]);
        assert.ok(
          errnos.every((errno) => errno <= ERRNO.runtimeError),
          `seed ${seed}`,
        );
        const fresh = new TensorFlowLiteSession();
        const after = await run(fresh.page, fresh.all);
        assert.deepEqual(fresh.answer(after.memory), SUM_ANSWER);
      }
    });
  });
});
