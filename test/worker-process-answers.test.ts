import assert from 'node:assert/strict';

import { WasmEdgeError } from 'wasmedge-embed';
import type { CompileEvent, RunEvent } from 'wasmedge-embed';

import { eventsOf } from './support/diagnostics.js';
import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile, watGuest } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const isolation = 'worker-process';

describe('What a worker process answers', () => {
  it('to a call is the value, whatever it is', async () => {
    await withModule(await watGuest('numbers'), { isolation }, async (module) => {
      for (const [name, value] of [
        ['i32', -(2 ** 31)],
        ['i64', -(2n ** 63n)],
        ['i64', 2n ** 63n - 1n],
        ['f32', Math.fround(0.1)],
        ['f64', 0.1],
        ['f64', -0],
        ['f64', NaN],
        ['f64', Infinity],
        ['f64', -Infinity],
        ['f64', Number.MIN_VALUE],
      ] as const) {
        const result = await module.call(name, value);
        assert.ok(Object.is(result, value), `${name} ${String(value)}: ${String(result)}`);
      }
      assert.equal(await module.call('nothing'), undefined);
      assert.equal(await module.call('größe'), 42);
      await fails('ERR_INVALID_ARGUMENT', module.call('i32', 1n));
      const { trap } = await fails('ERR_TRAP', module.call('divide-unsigned', 1, 0));
      assert.equal(trap, 'divide-by-zero');
    });
  });

  it('has the timings of its parts, waiting in this process included', async () => {
    const options = { isolation, concurrency: 1, args: ['sleep', '30'] } as const;
    await withModule(TOUR, options, async (module) => {
      const events = await eventsOf<RunEvent>('wasmedge-embed:run', async () => {
        const [first, second] = await Promise.all([module.run(), module.run()]);
        assert.ok(first.timings.executeMs >= 30);
        assert.ok(second.timings.queueMs >= 30, 'it waited for the first');
        assert.equal(first.timings.inferenceMs, 0);
        await fails('ERR_TRAP', module.run({ args: ['panic'] }));
      });
      assert.deepEqual(
        events.map((event) => [event.isolation, event.exitCode, event.error?.code]),
        [
          [isolation, 0, undefined],
          [isolation, 0, undefined],
          [isolation, undefined, 'ERR_TRAP'],
        ],
      );
      for (const { timings } of events) assert.ok(timings && timings.executeMs > 0);
    });
  });

  it('to a failed load is its own error, with all fields and causes', async () => {
    const damaged = { default: Buffer.from('no model') };
    const error = await fails('ERR_MODEL', () =>
      withModule(TOUR, { isolation, models: damaged }, () => Promise.resolve()),
    );
    assert.match(error.message, /^Model 'default': /);
    assert.ok(error.cause instanceof WasmEdgeError);
    assert.equal(error.cause.code, 'ERR_MODEL');
    await withEnvironment({ WASMEDGE_DIR: temporaryPath('none') }, async () => {
      const native = await fails('ERR_NATIVE_LOAD', () =>
        withModule(TOUR, { isolation }, () => Promise.resolve()),
      );
      assert.match(native.message, /apt-get install|installer/);
    });
  });

  it('to models is what they are in this process', async () => {
    const options = {
      isolation,
      models: {
        default: { file: SMALL_MODEL, labels: Array(23).fill('a') },
        other: SMALL_MODEL,
      },
      files: { '/own/file': Buffer.from('own') },
    } as const;
    const output = async (of: 'in-process' | 'worker-process'): Promise<string[]> =>
      withModule(TOUR, { ...options, isolation: of }, async (module) => {
        const paths = ['default.json', 'default.labels.txt', 'other.json', 'other.labels.txt'];
        const runs = [...paths.map((each) => `/models/${each}`), '/own/file'].map((path) =>
          module.run({ args: ['read', path] }),
        );
        return (await Promise.all(runs)).map(({ stdout }) => stdout.toString());
      });
    const texts = await output('worker-process');
    assert.deepEqual(texts, await output('in-process'));
    assert.equal(texts[1], 'a\n'.repeat(23));
    assert.equal(texts[4], 'own');
  });

  it('are told compilations and warnings, too', async () => {
    const file = await wasmFile('(module (func (export "_start")))');
    const cache = temporaryPath('cache');
    await withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, async () => {
      const events = await eventsOf<CompileEvent>('wasmedge-embed:compile', () =>
        withModule(file, { isolation, concurrency: 2 }, (module) => module.run()),
      );
      assert.equal(events.length, 1);
      assert.equal(events[0]?.module, file);
      assert.ok(events[0].output?.startsWith(cache));
    });
    // Neither the cache nor the temporary folder is writable: interpreted, with one warning.
    const { stderr, code } = await runScript(
      `require('wasmedge-embed').loadModule(${JSON.stringify(file)}, { isolation: '${isolation}' })
        .then(async (module) => { await module.run(); console.log(module.mode); });`,
      { env: { WASMEDGE_EMBED_CACHE: '/dev/null/x', TMPDIR: '/dev/null/y' } },
    );
    assert.equal(code, 0);
    assert.equal(stderr.match(/WASMEDGE_EMBED_INTERPRETED/g)?.length, 1, stderr);
  });
});
