import assert from 'node:assert/strict';
import { Readable } from 'node:stream';

import { WasmEdgeError } from 'wasmedge-embed';
import type { LoadedModule, RunEvent, Timings } from 'wasmedge-embed';

import { eventsOf } from './support/diagnostics.js';
import { ISOLATIONS } from './support/isolations.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { streamGuest } from './support/streams.js';
import { watGuest } from './support/wat.js';

const TOUR = rustGuest('std-tour');

const runEvents = (body: () => Promise<unknown>): Promise<RunEvent[]> =>
  eventsOf<RunEvent>('wasmedge-embed:run', body);

function assertTimings(timings: Timings | undefined): void {
  assert.ok(timings);
  assert.deepEqual(Object.keys(timings).sort(), [
    ...['executeMs', 'inferenceMs', 'instantiateMs', 'queueMs'],
  ]);
  for (const [name, value] of Object.entries(timings)) {
    assert.ok(Number.isFinite(value) && value >= 0, `${name}: ${String(value)}`);
  }
}

describe('Timings of a run', () => {
  it('are numbers of milliseconds, none of them negative', async () => {
    await withModule(TOUR, { args: ['exit', '0'] }, async (module) => {
      const results = await Promise.all(Array.from({ length: 20 }, () => module.run()));
      for (const { timings } of results) assertTimings(timings);
      assert.equal(results[0]?.timings.inferenceMs, 0);
    });
  });

  it('tell waiting, instantiation and execution apart', async () => {
    const options = { concurrency: 1, args: ['sleep', '20'] };
    await withModule(TOUR, options, async (module) => {
      const [first, second] = await Promise.all([module.run(), module.run()]);
      assert.ok(first.timings.executeMs >= 20);
      assert.ok(second.timings.queueMs >= first.timings.executeMs, 'it waited for the first');
    });
  });
});

describe("The diagnostics channel 'wasmedge-embed:run'", () => {
  it('publishes each run: sizes, exit code and timings', async () => {
    await withModule(TOUR, { args: ['upper'] }, async (module) => {
      const events = await runEvents(async () => {
        await module.run({ stdin: 'größe' });
        await module.run({ stdin: Buffer.from('abc') });
        await module.run({ args: ['exit', '9'] });
      });
      assert.deepEqual(
        events.map(({ module: file, isolation, stdinBytes, stdoutBytes, exitCode }) => {
          return { file, isolation, stdinBytes, stdoutBytes, exitCode };
        }),
        [
          { file: TOUR, isolation: 'in-process', stdinBytes: 7, stdoutBytes: 7, exitCode: 0 },
          { file: TOUR, isolation: 'in-process', stdinBytes: 3, stdoutBytes: 3, exitCode: 0 },
          { file: TOUR, isolation: 'in-process', stdinBytes: 0, stdoutBytes: 0, exitCode: 9 },
        ],
      );
      for (const event of events) {
        assertTimings(event.timings);
        assert.ok(event.totalMs >= event.timings!.executeMs);
        assert.equal(event.error, undefined);
        assert.equal(event.function, undefined);
      }
    });
  });

  for (const isolation of ISOLATIONS) {
    it(`counts what goes through streams (${isolation})`, async () => {
      await withModule(await streamGuest('copy'), { isolation }, async (module) => {
        const [passed, failed] = await runEvents(async () => {
          const stdin = Readable.from([Buffer.alloc(70_000), Buffer.alloc(7)]);
          await module.run({ stdin, stdout: () => undefined });
          const broken = Readable.from(['abc', 7]);
          await assert.rejects(module.run({ stdin: broken, stdout: () => undefined }));
        });
        assert.deepEqual([passed?.stdinBytes, passed?.stdoutBytes], [70_007, 70_007]);
        assert.deepEqual([failed?.stdinBytes, failed?.stdoutBytes], [3, undefined]);
      });
    });
  }

  it('publishes failures with their error', async () => {
    await withModule(TOUR, { args: ['panic'] }, async (module) => {
      const events = await runEvents(async () => {
        await assert.rejects(module.run());
        await assert.rejects(module.run({ args: 7 as unknown as string[] }));
      });
      assert.deepEqual(
        events.map((event) => event.error?.code),
        ['ERR_TRAP', 'ERR_INVALID_ARGUMENT'],
      );
      assert.ok(events[0]?.error instanceof WasmEdgeError);
      assert.equal(events[0].error.trap, 'unreachable');
      assertTimings(events[0].timings);
      assert.equal(events[1]?.timings, undefined, 'it never ran');
      for (const { totalMs } of events) assert.ok(Number.isFinite(totalMs) && totalMs >= 0);
    });
  });

  it('publishes calls, by their function', async () => {
    await withModule(await watGuest('traps'), {}, async (module) => {
      const events = await runEvents(async () => {
        assert.equal(await module.call('good'), 42);
        await assert.rejects(module.call('divide'));
      });
      assert.deepEqual(
        events.map((event) => [event.function, event.error?.trap]),
        [
          ['good', undefined],
          ['divide', 'divide-by-zero'],
        ],
      );
      for (const { timings } of events) assertTimings(timings);
    });
  });

  it('publishes before the caller goes on, and once for each run', async () => {
    await withModule(TOUR, { args: ['cat'] }, async (module: LoadedModule) => {
      let seen = 0;
      const events = await runEvents(async () => {
        await Promise.all(Array.from({ length: 30 }, () => module.run({ stdin: 'x' })));
        seen = 30;
      });
      assert.equal(events.length, seen);
    });
  });
});
