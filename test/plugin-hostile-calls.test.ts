import assert from 'node:assert/strict';

import {
  MEMORY_END,
  TENSORFLOW_LITE,
  TENSORFLOW_LITE_LEGACY,
  callingGuest,
  runCalls,
  withHostCalls,
} from './support/host-calls.js';
import type { HostCall, HostCallResults, HostModule } from './support/host-calls.js';
import { HOSTILE_LENGTHS, HOSTILE_POINTERS } from './support/hostile.js';
import { random } from './support/random.js';
import { TensorFlowLiteLegacySession } from './support/tensorflow-lite-legacy-session.js';
import { SUM_ANSWER, TensorFlowLiteSession } from './support/tensorflow-lite-session.js';
import { forEachOf, runProgram } from './support/wasmedge-program.js';

type Page = TensorFlowLiteSession['page'];

/**
 * Makes the calls under WasmEdge's own program, and in-process; both must give the same answers.
 */
async function both(host: HostModule, page: Page, calls: HostCall[]): Promise<HostCallResults> {
  const file = await callingGuest(host);
  const spawned = await runCalls((stdin) => runProgram(file, { stdin }), host, page, calls);
  const embedded = await withHostCalls(host, {}, (run) => run(page, calls));
  assert.deepEqual(spawned.results, embedded.results);
  assert.deepEqual(spawned.memory, embedded.memory);
  return spawned;
}

describe("Hostile calls under WasmEdge's own program, with the plug-ins", () => {
  it('are answered as in-process', async () => {
    const session = new TensorFlowLiteSession();
    const { model, modelLength, leftName, leftData, sumName, output, written } = session;
    const hostile = [...HOSTILE_POINTERS, ...HOSTILE_LENGTHS].flatMap((word): HostCall[] => [
      ['create_session', word, modelLength, written],
      ['create_session', model, word, written],
      ['run_session', word === 0 ? 99 : word],
      ['get_output_tensor', { at: session.session }, word, 3, written],
      ['get_output_tensor', { at: session.session }, sumName, word, written],
      ['get_tensor_data', { at: session.session }, { at: session.tensor }, word, 16, written],
      ['get_tensor_data', { at: session.session }, { at: session.tensor }, output, word, written],
      session.append(leftName, word, leftData, 16),
      session.append(leftName, 4, word, 16),
    ]);
    const calls = [...session.prepare, session.run, ...hostile, session.appendLeft, session.run];
    const { memory } = await both(TENSORFLOW_LITE, session.page, [...calls, session.getData]);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('of the older interface are answered as in-process', async () => {
    const session = new TensorFlowLiteLegacySession();
    const { model, modelLength, sumName } = session;
    const words = [...HOSTILE_POINTERS, ...HOSTILE_LENGTHS];
    const calls = [
      ...session.prepare,
      session.run,
      ...words.flatMap((word): HostCall[] => [
        ['wasmedge_tensorflowlite_create_session', word, modelLength],
        ['wasmedge_tensorflowlite_create_session', model, word],
        ['wasmedge_tensorflowlite_run_session', word],
        ['wasmedge_tensorflowlite_get_output_tensor', word, sumName, 3],
        ['wasmedge_tensorflowlite_get_tensor_len', word],
      ]),
      session.getData,
    ];
    const { memory } = await both(TENSORFLOW_LITE_LEGACY, session.page, calls);
    assert.deepEqual(session.answer(memory), SUM_ANSWER);
  });

  it('that have no result end the guest, and the log has the reason', async () => {
    const session = new TensorFlowLiteLegacySession();
    const file = await callingGuest(TENSORFLOW_LITE_LEGACY);
    const traps: HostCall[] = [
      ['wasmedge_tensorflowlite_delete_session', 0],
      session.data(session.tensor, MEMORY_END),
      session.data(session.session, session.output),
      session.append(session.session, session.leftName, 4, MEMORY_END - 1, 16),
    ];
    await forEachOf(traps, async (call) => {
      await assert.rejects(
        runCalls(
          async (stdin) => {
            const result = await runProgram(file, { stdin });
            assert.equal(result.signal, null);
            assert.equal(result.failures.length, 1);
            assert.equal(result.failures[0]?.code, 'ERR_TRAP');
            assert.equal(result.failures[0].trap, 'host-function');
            assert.ok(result.failures[0].message.includes(call[0]));
            return result;
          },
          TENSORFLOW_LITE_LEGACY,
          session.page,
          [...session.prepare, session.run, call],
        ),
        { actual: 134 },
      );
    });
  });

  it('at random end in no crash', async () => {
    const functions = Object.entries(TENSORFLOW_LITE.functions);
    const file = await callingGuest(TENSORFLOW_LITE);
    await forEachOf([1, 2, 3, 4, 5, 6], async (seed) => {
      const next = random(seed);
      const session = new TensorFlowLiteSession();
      const { model, modelLength, leftName, leftData, sumName, output, written } = session;
      const words = [
        ...[0, 1, 3, 4, 16, model, modelLength, leftName, leftData, sumName, output, written],
        ...[-1, 2 ** 31 - 1, MEMORY_END, MEMORY_END - 4],
      ];
      const calls = Array.from({ length: 500 }, (): HostCall => {
        const [name, count] = functions[next(functions.length)]!;
        return [name, ...Array.from({ length: count }, () => words[next(words.length)]!)];
      });
      const { errnos } = await runCalls(
        async (stdin) => {
          const result = await runProgram(file, { stdin });
          assert.deepEqual(result.failures, []);
          return result;
        },
        TENSORFLOW_LITE,
        session.page,
        [...session.prepare, ...calls],
      );
      assert.ok(errnos.every((errno) => errno <= 5));
    });
  });
});
