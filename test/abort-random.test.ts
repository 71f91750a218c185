import assert from 'node:assert/strict';

import type { LoadedModule, WasmEdgeError } from 'wasmedge-embed';

import { ANSWER, ENDLESS, answers, endlessGuest } from './support/endless.js';
import { MODES } from './support/modes.js';
import { random } from './support/random.js';
import { withModule } from './support/run-guest.js';

const RUNS = 400;
const CONCURRENCY = 4;
const KEYS = Object.values(ENDLESS).map(({ key }) => key);

/** Starts a run of some kind and aborts it at a random moment. Returns how it ended. */
async function oneOf(module: LoadedModule, below: (limit: number) => number): Promise<string> {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  // A third of them would end by themselves.
  const stdin = below(3) === 0 ? '' : KEYS[below(KEYS.length)]!;
  const run = module.run({
    stdin,
    signal: controller.signal,
    ...(below(4) === 0 && { timeoutMs: 1 + below(8) }),
  });
  const moment = below(10);
  if (moment === 0) abort();
  else if (moment === 1) queueMicrotask(abort);
  else if (moment === 2) setImmediate(abort);
  else setTimeout(abort, below(10));
  try {
    const { stdout } = await run;
    assert.equal(stdin, '', 'a guest that never ends');
    assert.equal(stdout.toString(), ANSWER);
    return 'an answer';
  } catch (error) {
    return (error as WasmEdgeError).code;
  }
}

describe(`${RUNS} aborts at random moments, ${CONCURRENCY} runs at a time`, () => {
  for (const { aot, mode } of MODES) {
    it(`end every run once, and every thread works on (${mode})`, async () => {
      const below = random(20_240_229);
      const options = { aot, concurrency: CONCURRENCY };
      await withModule(await endlessGuest(), options, async (module) => {
        const counts: Record<string, number> = {};
        let left = RUNS;
        const lane = async (): Promise<void> => {
          while (left-- > 0) {
            const end = await oneOf(module, below);
            counts[end] = (counts[end] ?? 0) + 1;
          }
        };
        // More lanes than threads: some are aborted in the queue.
        await Promise.all(Array.from({ length: 2 * CONCURRENCY }, lane));
        const { ERR_ABORTED, ERR_TIMEOUT, 'an answer': answered, ...others } = counts;
        assert.deepEqual(others, {});
        assert.ok(ERR_ABORTED! > RUNS / 4, JSON.stringify(counts));
        assert.equal((ERR_ABORTED ?? 0) + (ERR_TIMEOUT ?? 0) + (answered ?? 0), RUNS);
        await answers(module, 4 * CONCURRENCY);
      });
    });
  }
});
