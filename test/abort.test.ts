import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';

import type { LoadedModule, RunOptions, WasmEdgeError } from 'wasmedge-embed';

import { ANSWER, ENDLESS, answers, endlessGuest, stoppedAfterBegin } from './support/endless.js';
import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const { key: TIGHT } = ENDLESS['a tight loop'];
const { key: SLEEP } = ENDLESS['a sleep'];

function isAborted(run: Promise<unknown>): Promise<WasmEdgeError> {
  return fails('ERR_ABORTED', run);
}

/** Starts a run, lets `abort` decide when it is aborted, and returns the error. */
async function aborted(
  module: LoadedModule,
  options: RunOptions,
  abort: (controller: AbortController) => unknown,
): Promise<WasmEdgeError> {
  const controller = new AbortController();
  const run = isAborted(module.run({ ...options, signal: controller.signal }));
  abort(controller);
  const error = await run;
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  return error;
}

for (const { aot, mode } of MODES) {
  const options = { aot, concurrency: 1 };

  describe(`An AbortSignal (${mode})`, () => {
    let guest: string;
    before(async () => {
      guest = await endlessGuest();
    });

    for (const [what, { key }] of Object.entries(ENDLESS)) {
      it(`stops ${what}, keeps what was written, and the thread is free again`, async () => {
        await withModule(guest, options, async (module) => {
          await stoppedAfterBegin((milliseconds) =>
            aborted(module, { stdin: key }, (controller) =>
              setTimeout(() => {
                controller.abort();
              }, milliseconds),
            ),
          );
          await answers(module);
        });
      });
    }

    it('stops a start function', async () => {
      await withModule(await endlessGuest('start'), options, async (module) => {
        for (const stdin of [TIGHT, SLEEP]) {
          await stoppedAfterBegin((milliseconds) =>
            isAborted(module.run({ stdin, signal: AbortSignal.timeout(milliseconds) })),
          );
          await answers(module);
        }
      });
    });

    it('stops at any moment: at once, in a microtask, in the next turn of the loop', async () => {
      const moments: Record<string, (abort: () => void) => unknown> = {
        'at once': (abort) => {
          abort();
        },
        'a microtask': (abort) => {
          queueMicrotask(abort);
        },
        'some microtasks': async (abort) => {
          for (let count = 0; count < 5; ++count) await Promise.resolve();
          abort();
        },
        'the next tick': (abort) => {
          process.nextTick(abort);
        },
        'the next turn': (abort) => setImmediate(abort),
        'a timer': (abort) => setTimeout(abort, 0),
      };
      await withModule(guest, options, async (module) => {
        for (const moment of Object.values(moments)) {
          await aborted(module, { stdin: TIGHT }, (controller) =>
            moment(() => {
              controller.abort();
            }),
          );
          await answers(module);
        }
      });
    });

    it('stops what waits in the queue at once, and leaves the others alone', async () => {
      await withModule(guest, { ...options, maxQueue: 2 }, async (module) => {
        const first = new AbortController();
        const second = new AbortController();
        const busy = isAborted(module.run({ stdin: TIGHT, signal: first.signal }));
        const waiting = isAborted(module.run({ signal: second.signal }));
        const third = module.run();
        await fails('ERR_QUEUE_FULL', module.run());
        second.abort();
        const { stdout, timings } = await waiting;
        assert.equal(stdout?.length, 0);
        assert.equal(timings?.executeMs, 0);
        // Its place is free.
        const fourth = module.run();
        await fails('ERR_QUEUE_FULL', module.run());
        first.abort();
        await busy;
        for (const { stdout } of await Promise.all([third, fourth])) {
          assert.equal(stdout.toString(), ANSWER);
        }
      });
    });

    it('has no effect after the end', async () => {
      await withModule(guest, options, async (module) => {
        for (let repetition = 0; repetition < 20; ++repetition) {
          const controller = new AbortController();
          const { stdout } = await module.run({ signal: controller.signal });
          assert.equal(stdout.toString(), ANSWER);
          assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
          const next = module.run();
          controller.abort();
          assert.equal((await next).stdout.toString(), ANSWER);
        }
      });
    });

    it('lets a pending close settle', async () => {
      const signal = AbortSignal.timeout(20);
      await withModule(guest, options, async (module) => {
        const run = isAborted(module.run({ stdin: TIGHT, signal }));
        const waiting = module.run();
        await Promise.all([run, module.close()]);
        assert.equal((await waiting).stdout.toString(), ANSWER);
      });
    });
  });
}

describe('An AbortSignal', () => {
  let guest: string;
  before(async () => {
    guest = await endlessGuest();
  });

  it('that is aborted already keeps the run from beginning', async () => {
    await withModule(guest, { concurrency: 1, maxQueue: 0 }, async (module) => {
      const controller = new AbortController();
      const busy = isAborted(module.run({ stdin: SLEEP, signal: controller.signal }));
      const reason = new Error('why');
      const error = await isAborted(module.run({ signal: AbortSignal.abort(reason) }));
      assert.equal(error.cause, reason);
      controller.abort();
      await busy;
      await answers(module);
    });
  });

  it('gives its reason to the error as its cause, whatever that is', async () => {
    const reasons: unknown[] = [new Error('why'), 'text', 0, '', false, null, { code: 'WHY' }];
    await withModule(guest, { concurrency: 1 }, async (module) => {
      for (const reason of reasons) {
        const before = await isAborted(module.run({ signal: AbortSignal.abort(reason) }));
        assert.equal(before.cause, reason);
        const during = await aborted(module, { stdin: SLEEP }, (controller) =>
          setTimeout(() => {
            controller.abort(reason);
          }, 2),
        );
        assert.equal(during.cause, reason);
        assert.ok('cause' in during);
      }
      const error = await aborted(module, { stdin: SLEEP }, (controller) =>
        setTimeout(() => {
          controller.abort();
        }, 2),
      );
      assert.ok(error.cause instanceof DOMException);
      assert.equal(error.cause.name, 'AbortError');
    });
  });

  it('may be one of AbortSignal.timeout() or AbortSignal.any()', async () => {
    await withModule(guest, { concurrency: 1 }, async (module) => {
      const late = await isAborted(module.run({ stdin: TIGHT, signal: AbortSignal.timeout(5) }));
      assert.equal((late.cause as DOMException).name, 'TimeoutError');
      const controller = new AbortController();
      const any = AbortSignal.any([controller.signal, AbortSignal.timeout(5)]);
      const either = await isAborted(module.run({ stdin: TIGHT, signal: any }));
      assert.equal((either.cause as DOMException).name, 'TimeoutError');
      await answers(module);
    });
  });

  it('may be shared by many runs, which all end with it, without a warning', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', warn);
    try {
      await withModule(guest, { concurrency: 4 }, async (module) => {
        const controller = new AbortController();
        const { signal } = controller;
        const runs = Array.from({ length: 40 }, () =>
          isAborted(module.run({ stdin: TIGHT, signal })),
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.abort();
        assert.equal((await Promise.all(runs)).length, 40);
        assert.equal(getEventListeners(signal, 'abort').length, 0);
        await answers(module, 8);
      });
    } finally {
      process.off('warning', warn);
    }
    assert.deepEqual(warnings, []);
  });

  it('is left without a listener, however the run ends', async () => {
    const { signal } = new AbortController();
    const tour = { concurrency: 1, maxQueue: 0, limits: { stdinBytes: 10 } };
    await withModule(rustGuest('std-tour'), tour, async (module) => {
      assert.equal((await module.run({ args: ['exit', '1'], signal })).exitCode, 1);
      await fails('ERR_TRAP', module.run({ args: ['panic'], signal }));
      await fails('ERR_TIMEOUT', module.run({ args: ['sleep', '1000'], timeoutMs: 5, signal }));
      await fails('ERR_LIMIT', module.run({ stdin: 'more than ten', signal }));
      await fails('ERR_INVALID_ARGUMENT', module.run({ args: ['nul\0'], signal }));
      const busy = module.run({ args: ['sleep', '20'], signal });
      await fails('ERR_QUEUE_FULL', module.run({ signal }));
      await busy;
      await module.close();
      await fails('ERR_CLOSED', module.run({ signal }));
    });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('wins or loses against a time limit at the same moment, and the run ends once', async () => {
    await withModule(guest, { concurrency: 2 }, async (module) => {
      const codes = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          module
            .run({ stdin: TIGHT, timeoutMs: 1 + (index % 5), signal: AbortSignal.timeout(3) })
            .then(
              () => 'an end',
              (error: unknown) => (error as WasmEdgeError).code,
            ),
        ),
      );
      const expected = ['ERR_TIMEOUT', 'ERR_ABORTED'];
      assert.deepEqual(
        codes.filter((code) => !expected.includes(code)),
        [],
      );
      await answers(module, 4);
    });
  });

  it('does not hinder another listener of its own', async () => {
    await withModule(guest, { concurrency: 1 }, async (module) => {
      const signal = AbortSignal.timeout(5);
      const heard = once(signal, 'abort');
      await isAborted(module.run({ stdin: TIGHT, signal }));
      await heard;
    });
  });
});
