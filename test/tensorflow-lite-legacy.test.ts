import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { MEMORY_END, TENSORFLOW_LITE_LEGACY, withHostCalls } from './support/host-calls.js';
import type { HostCall, HostCallResults } from './support/host-calls.js';
import { HOSTILE_LENGTHS, HOSTILE_POINTERS, isOutside } from './support/hostile.js';
import { random } from './support/random.js';
import { TensorFlowLiteLegacySession } from './support/tensorflow-lite-legacy-session.js';
import { SUM_ANSWER } from './support/tensorflow-lite-session.js';

type Run = (
  page: TensorFlowLiteLegacySession['page'],
  calls: HostCall[],
) => Promise<HostCallResults>;

/** The calls must end with the trap of a host function; the next run must be correct. */
async function traps(
  run: Run,
  session: TensorFlowLiteLegacySession,
  call: HostCall,
): Promise<void> {
  const error = await fails('ERR_TRAP', run(session.page, [...session.prepare, session.run, call]));
  assert.equal(error.trap, 'host-function');
  assert.ok(error.message.includes(call[0]), error.message);
  const next = await run(session.page, session.all);
  assert.deepEqual(session.answer(next.memory), SUM_ANSWER);
}

// The bits of a host pointer, of handles of other kinds, and of nothing valid.
const FORGED = [
  0n,
  1n,
  0xffffffffn,
  (1n << 32n) + 1n,
  2n << 32n,
  1n << 62n,
  (1n << 63n) + (1n << 32n),
  (1n << 63n) + 1n,
  0x7f00_dead_beefn,
  (1n << 64n) - 1n,
];

describe('wasmedge_tensorflowlite as WasmEdge 0.8 to 0.12 have it', () => {
  it('runs a model', async () => {
    const session = new TensorFlowLiteLegacySession();
    await withHostCalls(TENSORFLOW_LITE_LEGACY, {}, async (run) => {
      const { errnos, results, memory } = await run(session.page, [...session.all, session.remove]);
      assert.notEqual(results[0], 0n);
      assert.notEqual(results[3], 0n);
      assert.notEqual(results[3], results[0]);
      assert.deepEqual(errnos.slice(4), [0, 16, 0, 0]);
      assert.deepEqual(session.answer(memory), SUM_ANSWER);
    });
  });

  it('answers with 0 what is no model and no output', async () => {
    const session = new TensorFlowLiteLegacySession();
    await withHostCalls(TENSORFLOW_LITE_LEGACY, {}, async (run) => {
      const { results } = await run(session.page, [
        ...session.prepare,
        ['wasmedge_tensorflowlite_create_session', session.model, session.modelLength - 100],
        ['wasmedge_tensorflowlite_create_session', session.model, 0],
        ['wasmedge_tensorflowlite_get_output_tensor', session.session, session.leftName, 4],
      ]);
      assert.deepEqual(results.slice(4), [0n, 0n, 0n]);
    });
  });

  it('answers with 0 a pointer that leads out of the memory', async () => {
    await withHostCalls(TENSORFLOW_LITE_LEGACY, {}, async (run) => {
      const session = new TensorFlowLiteLegacySession();
      const { modelLength, sumName, model } = session;
      const pointers = HOSTILE_POINTERS.filter((pointer) => isOutside(pointer, 3));
      const calls = [
        ...pointers.flatMap((pointer): HostCall[] => [
          ['wasmedge_tensorflowlite_create_session', pointer, modelLength],
          ['wasmedge_tensorflowlite_get_output_tensor', session.session, pointer, 3],
        ]),
        ...HOSTILE_LENGTHS.flatMap((length): HostCall[] => [
          ['wasmedge_tensorflowlite_create_session', model, length],
          ['wasmedge_tensorflowlite_get_output_tensor', session.session, sumName, length],
        ]),
      ];
      const { results, memory } = await run(session.page, [
        ...session.prepare,
        ...calls,
        session.run,
        session.getData,
      ]);
      assert.deepEqual(
        results.slice(4, 4 + calls.length),
        calls.map(() => 0n),
      );
      assert.deepEqual(session.answer(memory), SUM_ANSWER);
    });
  });

  it('traps on a pointer that leads out of the memory where it has no result', async () => {
    await withHostCalls(TENSORFLOW_LITE_LEGACY, {}, async (run) => {
      const session = new TensorFlowLiteLegacySession();
      const { leftName, leftData } = session;
      for (const pointer of HOSTILE_POINTERS.filter((each) => isOutside(each, 16))) {
        await traps(run, session, session.data(session.tensor, pointer));
        await traps(run, session, session.append(session.session, leftName, 4, pointer, 16));
        if (!isOutside(pointer, 4)) continue;
        await traps(run, session, session.append(session.session, pointer, 4, leftData, 16));
      }
      for (const length of HOSTILE_LENGTHS) {
        await traps(run, session, session.append(session.session, leftName, length, leftData, 16));
        await traps(run, session, session.append(session.session, leftName, 4, leftData, length));
      }
    });
  });

  it('gives a forged handle its error, and traps where it has none', async () => {
    await withHostCalls(TENSORFLOW_LITE_LEGACY, {}, async (run) => {
      const session = new TensorFlowLiteLegacySession();
      const { sumName, leftName, leftData, output } = session;
      const asked = FORGED.flatMap((handle): HostCall[] => [
        ['wasmedge_tensorflowlite_run_session', handle],
        ['wasmedge_tensorflowlite_get_output_tensor', handle, sumName, 3],
        ['wasmedge_tensorflowlite_get_tensor_len', handle],
      ]);
      const { results, memory } = await run(session.page, [
        ...session.prepare,
        ...asked,
        // A session is not a tensor, and a tensor is not a session.
        ['wasmedge_tensorflowlite_get_tensor_len', session.session],
        ['wasmedge_tensorflowlite_run_session', session.tensor],
        session.run,
        session.getData,
      ]);
      assert.deepEqual(results.slice(4, 4 + asked.length + 2), [
        ...FORGED.flatMap(() => [1n, 0n, 0n]),
        0n,
        1n,
      ]);
      assert.deepEqual(session.answer(memory), SUM_ANSWER);

      for (const handle of [...FORGED, session.tensor]) {
        await traps(run, session, ['wasmedge_tensorflowlite_delete_session', handle]);
        await traps(run, session, session.append(handle, leftName, 4, leftData, 16));
      }
      for (const handle of [...FORGED, session.session]) {
        await traps(run, session, session.data(handle, output));
      }
    });
  });

  it('knows a session and its tensors no more when it is deleted, and in the next run', async () => {
    await withHostCalls(TENSORFLOW_LITE_LEGACY, { concurrency: 1 }, async (run) => {
      const session = new TensorFlowLiteLegacySession();
      const { results } = await run(session.page, [
        ...session.all,
        session.remove,
        session.run,
        session.getLength,
        // In the place of the previous one.
        ...session.prepare.slice(0, 1),
        session.run,
      ]);
      assert.deepEqual(results.slice(8, 10), [1n, 0n]);
      assert.notEqual(results[10], results[0]);
      assert.equal(results[11], 1n);
      const next = await run(session.page, [
        ['wasmedge_tensorflowlite_run_session', results[0]!],
        ['wasmedge_tensorflowlite_get_tensor_len', results[3]!],
      ]);
      assert.deepEqual(next.results, [1n, 0n]);
    });
  });

  it('shares the limits of the other interface', async () => {
    await withHostCalls(TENSORFLOW_LITE_LEGACY, { limits: { sessions: 2 } }, async (run) => {
      const session = new TensorFlowLiteLegacySession();
      const create = session.prepare[0]!;
      await run(session.page, [create, create]);
      const error = await fails('ERR_LIMIT', run(session.page, [create, create, create]));
      assert.equal(error.limit, 'sessions');
    });
  });

  it('survives random calls', async () => {
    const functions = Object.entries(TENSORFLOW_LITE_LEGACY.functions);
    await withHostCalls(TENSORFLOW_LITE_LEGACY, {}, async (run) => {
      for (let seed = 1; seed <= 200; seed++) {
        const next = random(seed);
        const session = new TensorFlowLiteLegacySession();
        const { model, modelLength, leftName, leftData, sumName, output } = session;
        const handles = [session.session, session.tensor, ...FORGED];
        const words = [
          ...[0, 1, 3, 4, 16, model, modelLength, leftName, leftData, sumName, output],
          ...[-1, 2 ** 31 - 1, 2 ** 31, MEMORY_END, MEMORY_END - 1, MEMORY_END - 4],
        ];
        const calls = Array.from({ length: 50 }, (): HostCall => {
          const [name, type] = functions[next(functions.length)]!;
          const params = type.slice(0, type.indexOf(':'));
          const args = Array.from(params, (kind) =>
            kind === 'I'
              ? handles[next(next(3) ? 2 : handles.length)]!
              : words[next(words.length)]!,
          );
          return [name, ...args];
        });
        try {
          await run(session.page, [...session.prepare, ...calls]);
        } catch (error) {
          assert.equal((error as { trap?: string }).trap, 'host-function', String(error));
        }
      }
      const fresh = new TensorFlowLiteLegacySession();
      const after = await run(fresh.page, fresh.all);
      assert.deepEqual(fresh.answer(after.memory), SUM_ANSWER);
    });
  });
});
