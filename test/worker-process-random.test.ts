import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LoadedModule, RunOptions, WasmEdgeError } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { random } from './support/random.js';
import { withModule } from './support/run-guest.js';
import { eventually, workers } from './support/workers.js';

const DEATHS = 200;
const LANES = 8;

/**
 * A run's request and its expected answer; all have a time limit, so that a hang is detected soon.
 */
function task(below: (limit: number) => number): { options: RunOptions; expected: string } {
  switch (below(4)) {
    case 0:
      return { options: { args: ['sleep', String(below(30))], timeoutMs: 300 }, expected: '' };
    case 1: {
      const stdin = 'x'.repeat(below(200_000));
      return { options: { args: ['cat'], stdin, timeoutMs: 300 }, expected: stdin };
    }
    case 2:
      return { options: { args: ['sleep', '600000'], timeoutMs: 1 + below(60) }, expected: 'none' };
    default:
      return {
        options: { args: ['upper'], stdin: 'answer', timeoutMs: 300 },
        expected: 'ANSWER',
      };
  }
}

/** Executes a run that may be hit by one of the deaths. Returns how it ended. */
async function oneOf(module: LoadedModule, below: (limit: number) => number): Promise<string> {
  const { options, expected } = task(below);
  const controller = new AbortController();
  if (below(8) === 0)
    setTimeout(() => {
      controller.abort();
    }, below(30));
  let settled = 0;
  const run = module.run({ ...options, signal: controller.signal });
  const count = (): void => {
    settled++;
  };
  run.then(count, count);
  try {
    const { stdout, exitCode } = await run;
    assert.equal(exitCode, 0);
    assert.ok(stdout.toString() === expected, 'the answer is its own');
    return 'an answer';
  } catch (error) {
    return (error as WasmEdgeError).code;
  } finally {
    await Promise.resolve();
    assert.equal(settled, 1);
  }
}

describe(`${DEATHS} worker processes that are killed, crash or hang under load`, () => {
  it('leave every run settled once, and the next ones answered', async function () {
    this.timeout(240_000); // some 10 s of two processors, of which others may want some
    const below = random(20_260_711);
    const options = {
      isolation: 'worker-process',
      concurrency: 6,
      workerProcess: { workers: 4, graceMs: 50, unresponsiveMs: 1000 },
    } as const;
    await withModule(rustGuest('std-tour'), options, async (module) => {
      const counts: Record<string, number> = {};
      let deaths = 0;
      const lane = async (): Promise<void> => {
        while (deaths < DEATHS) {
          const end = await oneOf(module, below);
          counts[end] = (counts[end] ?? 0) + 1;
        }
      };
      const reaper = async (): Promise<void> => {
        const ended = new Set<number>();
        const signals = ['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGSTOP'] as const;
        while (deaths < DEATHS) {
          await sleep(below(10));
          // Mostly processes that work, and some that start: with only the latter, runs would just
          // wait.
          const answers = counts['an answer'] ?? 0;
          if (below(8) > 0) await eventually(() => (counts['an answer'] ?? 0) > answers);
          const alive = workers().filter((pid) => !ended.has(pid));
          const victim = alive[below(alive.length || 1)];
          if (victim === undefined) continue;
          ended.add(victim);
          process.kill(victim, signals[below(signals.length)]);
          deaths++;
        }
      };
      await Promise.all([reaper(), ...Array.from({ length: LANES }, lane)]);
      const { ERR_ABORTED, ERR_TIMEOUT, ERR_WORKER_DIED, 'an answer': answers, ...others } = counts;
      assert.deepEqual(others, {});
      for (const count of [ERR_ABORTED, ERR_TIMEOUT, ERR_WORKER_DIED, answers]) {
        assert.ok(count! > 0, JSON.stringify(counts));
      }
      // Stopped processes may still exist: a run that meets one gets an error and may be repeated.
      for (let answered = 0; answered < 20;) {
        const end = await module.run({ args: ['upper'], stdin: 'answer', timeoutMs: 5000 }).then(
          ({ stdout }) => stdout.toString(),
          (error: unknown) => (error as WasmEdgeError).code,
        );
        if (end === 'ANSWER') answered++;
        else assert.ok(end === 'ERR_WORKER_DIED' || end === 'ERR_TIMEOUT', end);
      }
    });
    await eventually(() => workers().length === 0);
  });
});
