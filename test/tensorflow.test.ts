import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import {
  GuestPage,
  TENSORFLOW,
  TENSORFLOW_LITE_LEGACY,
  withHostCalls,
} from './support/host-calls.js';
import type { HostCall } from './support/host-calls.js';
import { TensorFlowLiteLegacySession } from './support/tensorflow-lite-legacy-session.js';
import { SUM_ANSWER } from './support/tensorflow-lite-session.js';

/** Every function, with arguments that are neither an address nor a session. */
const CALLS = Object.entries(TENSORFLOW.functions).map(([name, type]) => {
  const letters = typeof type === 'number' ? 'i'.repeat(type) : type.slice(0, type.indexOf(':'));
  const call: HostCall = [
    name,
    ...Array.from(letters, (letter) => (letter === 'I' ? 2n ** 64n - 1n : 0xffff_ffff)),
  ];
  return { call, isTrap: typeof type === 'string' && type.endsWith(':') };
});

describe('wasmedge_tensorflow', () => {
  for (const isolation of ['in-process', 'worker-process', 'subprocess'] as const) {
    it(`links, and each call fails: ${isolation}`, async () => {
      const answered = CALLS.filter(({ isTrap }) => !isTrap).map(({ call }) => call);
      await withHostCalls(TENSORFLOW, { isolation }, async (run) => {
        const { results } = await run(new GuestPage(), answered);
        // Eleven functions of 0.13 and later: RuntimeError. Then no session, a failed run, no tensor.
        assert.deepEqual(results, [...Array<bigint>(11).fill(5n), 0n, 1n, 0n, 0n]);
        for (const { call, isTrap } of CALLS) {
          if (!isTrap || isolation === 'subprocess') continue;
          const error = await fails('ERR_TRAP', run(new GuestPage(), [call]));
          assert.equal(error.trap, 'host-function');
          assert.match(error.message, new RegExp(`${call[0]}.*not part of this package`));
        }
      });
    });
  }

  it('says why in inferenceFailures', async () => {
    await withHostCalls(TENSORFLOW, {}, async (run) => {
      const error = await fails(
        'ERR_TRAP',
        run(new GuestPage(), [
          ['wasmedge_tensorflow_create_session', 0, 0],
          ['wasmedge_tensorflow_delete_session', 0n],
        ]),
      );
      assert.match(error.inferenceFailures?.[0]?.reason ?? '', /TensorFlow Lite \(\.tflite\)/);
    });
  });

  it('leaves TensorFlow Lite to a guest that imports both', async () => {
    const both = {
      module: TENSORFLOW_LITE_LEGACY.module,
      functions: TENSORFLOW_LITE_LEGACY.functions,
      alsoImports: TENSORFLOW,
    };
    const session = new TensorFlowLiteLegacySession();
    await withHostCalls(both, {}, async (run) => {
      const { memory } = await run(session.page, session.all);
      assert.deepEqual(session.answer(memory), SUM_ANSWER);
    });
  });
});
