import assert from 'node:assert/strict';

import type { WasmEdgeError } from 'wasmedge-embed';

import { ANSWER, ENDLESS, answers, endlessGuest, stoppedAfterBegin } from './support/endless.js';
import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const SOON = 20;
const NEVER = 2 ** 31 - 1;
const { key: TIGHT } = ENDLESS['a tight loop'];

function timesOut(run: Promise<unknown>): Promise<WasmEdgeError> {
  return fails('ERR_TIMEOUT', run);
}

for (const { aot, mode } of MODES) {
  const options = { aot, concurrency: 1 };

  describe(`timeoutMs (${mode})`, () => {
    for (const [what, { key }] of Object.entries(ENDLESS)) {
      it(`stops ${what}, keeps what was written, and the thread is free again`, async () => {
        await withModule(await endlessGuest(), options, async (module) => {
          for (let repetition = 0; repetition < 2; ++repetition) {
            const error = await stoppedAfterBegin((timeoutMs) =>
              timesOut(module.run({ stdin: key, timeoutMs })),
            );
            assert.equal(error.stderr?.length, 0);
            assert.ok(error.timings!.executeMs > 0);
            await answers(module);
          }
        });
      });
    }

    it('stops a start function', async () => {
      await withModule(await endlessGuest('start'), options, async (module) => {
        for (const what of ['a tight loop', 'a sleep', 'host calls'] as const) {
          await stoppedAfterBegin((timeoutMs) =>
            timesOut(module.run({ stdin: ENDLESS[what].key, timeoutMs })),
          );
          await answers(module);
        }
      });
    });

    it('of the module stops _initialize and what is called after it', async () => {
      const limited = { ...options, limits: { timeoutMs: SOON } };
      await withModule(await endlessGuest('_initialize'), limited, async (module) => {
        for (const name of ['answer', '_initialize']) {
          await timesOut(module.call(name));
          await answers(module);
        }
      });
    });

    it('counts from the begin: what waits is stopped while it waits', async () => {
      await withModule(await endlessGuest(), options, async (module) => {
        const controller = new AbortController();
        const busy = module.run({ stdin: TIGHT, signal: controller.signal });
        const waiting = await Promise.all(
          [1, SOON, SOON].map((timeoutMs) => timesOut(module.run({ timeoutMs }))),
        );
        for (const { stdout, timings } of waiting) {
          assert.equal(stdout?.length, 0);
          assert.equal(timings?.executeMs, 0);
          assert.ok(timings.queueMs > 0);
        }
        controller.abort();
        await fails('ERR_ABORTED', busy);
        await answers(module);
      });
    });

    it('takes its place from the module where a run has its own', async () => {
      const file = await endlessGuest();
      const hasty = { ...options, limits: { timeoutMs: SOON } };
      await withModule(file, hasty, async (module) => {
        await timesOut(module.run({ stdin: TIGHT }));
        await answers(module);
      });
      await withModule(file, { ...options, limits: { timeoutMs: NEVER } }, async (module) => {
        await timesOut(module.run({ stdin: TIGHT, timeoutMs: SOON }));
        await answers(module);
      });
      const slow = { ...hasty, args: ['sleep', String(3 * SOON)] };
      await withModule(rustGuest('std-tour'), slow, async (module) => {
        assert.equal((await module.run({ timeoutMs: NEVER })).exitCode, 0);
        await timesOut(module.run());
      });
    });

    it('leaves alone what ends in time, and the runs after it', async () => {
      await withModule(await endlessGuest(), options, async (module) => {
        for (let repetition = 0; repetition < 20; ++repetition) {
          const { stdout } = await module.run({ timeoutMs: NEVER });
          assert.equal(stdout.toString(), ANSWER);
        }
      });
      // Ends around the time limit, sometimes before and sometimes after it.
      const close = { ...options, args: ['sleep', '3'] };
      await withModule(rustGuest('std-tour'), close, async (module) => {
        for (let repetition = 0; repetition < 40; ++repetition) {
          await module.run({ timeoutMs: 3 + (repetition % 3) }).then(
            ({ exitCode }) => {
              assert.equal(exitCode, 0);
            },
            (error: unknown) => {
              assert.equal((error as WasmEdgeError).code, 'ERR_TIMEOUT');
            },
          );
          assert.equal((await module.run({ args: ['exit', '7'] })).exitCode, 7);
        }
      });
    });
  });
}
