import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import promises from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { compileModule, loadModule } from 'wasmedge-embed';
import type { CompileEvent, LoadOptions, WasmEdgeError } from 'wasmedge-embed';

import { eventsOf } from './support/diagnostics.js';
import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { addon, keepCompiled } from './support/internals.js';
import { ISOLATIONS } from './support/isolations.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, watGuest } from './support/wat.js';

/**
 * Loads the guest with the given cache and calls it; returns the published events about compiling.
 */
function load(file: string, cache: string, temporary?: string): Promise<CompileEvent[]> {
  const variables = {
    WASMEDGE_EMBED_CACHE: cache,
    ...(temporary !== undefined && { TMPDIR: temporary }),
  };
  return withEnvironment(variables, () =>
    eventsOf('wasmedge-embed:compile', () =>
      withModule(file, {}, async (module) => {
        assert.equal(module.mode, 'aot');
        assert.equal(await module.call('add', 3, 4), 7);
      }),
    ),
  );
}

describe('The cache of compiled modules', () => {
  let file: string;
  let cache: string;

  before(async () => {
    file = await watGuest('numbers');
  });
  beforeEach(() => {
    cache = temporaryPath('cache');
  });

  /** The only compiled module in the cache. */
  function cached(): string {
    const names = readdirSync(path.join(cache, 'aot'));
    assert.equal(names.length, 1, names.join(' '));
    return path.join(cache, 'aot', names[0]!);
  }

  /** How many modules are parsed in the meantime. */
  async function countParsed(work: () => Promise<unknown>): Promise<number> {
    const native = addon() as { Module: ReturnType<typeof addon>['Module'] };
    const { Module } = native;
    let parsed = 0;
    native.Module = new Proxy(Module, {
      get: (target, name) => {
        if (name === 'load') parsed++;
        return Reflect.get(target, name) as unknown;
      },
    });
    try {
      await work();
    } finally {
      native.Module = Module;
    }
    return parsed;
  }

  type Runtime = ReturnType<typeof addon>['runtime'];

  /** With another function that tells the version by which the cache is searched. */
  async function withRuntime(
    other: (runtime: Runtime) => ReturnType<Runtime>,
    work: () => Promise<unknown>,
  ): Promise<void> {
    const native = addon() as { runtime: Runtime };
    const { runtime } = native;
    native.runtime = () => other(runtime);
    try {
      await work();
    } finally {
      native.runtime = runtime;
    }
  }

  /** Loads the guest with an empty cache, and closes it. */
  function loadEmpty(options: LoadOptions = {}): Promise<void> {
    return withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, async () => {
      await (await loadModule(file, options)).close();
    });
  }

  it('has a plain module compiled once', async () => {
    const [event, ...others] = await load(file, cache);
    assert.equal(others.length, 0);
    assert.equal(event?.module, file);
    assert.equal(event.output, cached());
    assert.equal(event.error, undefined);
    assert.ok(Number.isFinite(event.totalMs) && event.totalMs >= 0);
    assert.deepEqual(await load(file, cache), []);
  });

  it('has what is in the cache parsed alone, without the plain module', async () => {
    await load(file, cache);
    const parsed = await countParsed(async () => {
      assert.deepEqual(await load(file, cache), []);
    });
    assert.equal(parsed, 1);
  });

  it('is not the reason to parse a module whose load was aborted during the look-up', async () => {
    const controller = new AbortController();
    let asked = 0;
    const parsed = await countParsed(() =>
      withRuntime(
        (runtime) => {
          // It is asked first to open the library ahead, then by the look-up.
          if (++asked === 2) controller.abort();
          return runtime();
        },
        () => fails('ERR_ABORTED', loadEmpty({ signal: controller.signal })),
      ),
    );
    assert.deepEqual([asked, parsed], [2, 0]);
  });

  it('hides no other failure than its own', async () => {
    const missing = Object.assign(new Error('there is no WasmEdge'), { code: 'ERR_NATIVE_LOAD' });
    await withRuntime(
      () => Promise.reject(missing),
      () => fails('ERR_NATIVE_LOAD', loadEmpty()),
    );
  });

  it('keeps what compileModule has made', async () => {
    const compiled = temporaryPath('compiled.so');
    await compileModule(file, compiled);
    await withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () =>
      keepCompiled(readFileSync(file), compiled),
    );
    const kept = cached();
    assert.deepEqual(await load(file, cache), []);
    assert.equal(cached(), kept);
  });

  it('keeps nothing that was damaged or compiled from another module', async () => {
    const compiled = temporaryPath('compiled.so');
    await compileModule(file, compiled);
    const keep = (content: Buffer): Promise<unknown> =>
      withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () =>
        fails('ERR_MODULE_INVALID', keepCompiled(content, compiled)),
      );
    await keep(Buffer.concat([readFileSync(file), Buffer.from([0, 2, 1, 0x78])]));
    writeFileSync(compiled, readFileSync(compiled).subarray(0, 1000));
    await keep(readFileSync(file));
    assert.equal((await load(file, cache)).length, 1);
    cached();
  });

  it('goes by content: a copy is not compiled, another module is', async () => {
    await load(file, cache);
    const copy = temporaryPath('copy.wasm');
    writeFileSync(copy, readFileSync(file));
    assert.deepEqual(await load(copy, cache), []);
    // A custom section is content too.
    const other = temporaryPath('other.wasm');
    writeFileSync(other, Buffer.concat([readFileSync(file), Buffer.from([0, 2, 1, 0x78])]));
    assert.equal((await load(other, cache)).length, 1);
    assert.equal(readdirSync(path.join(cache, 'aot')).length, 2);
  });

  it('serves many loads at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => load(file, cache)));
    assert.deepEqual(await load(file, cache), []);
    cached();
  });

  for (const isolation of ISOLATIONS) {
    it(`gets nothing of a load that fails for another reason, and has ended it (${isolation})`, async () => {
      const models = { missing: temporaryPath('missing.tflite') };
      const events: CompileEvent[] = await withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () =>
        eventsOf('wasmedge-embed:compile', async () => {
          await fails('ERR_MODEL', loadModule(file, { isolation, models }));
          // Work that continued would be done by then.
          await setTimeout(500);
        }),
      );
      assert.deepEqual(
        events.filter(({ error }) => error === undefined),
        [],
      );
      const folder = path.join(cache, 'aot');
      assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
    });
  }

  for (const [what, damage] of [
    ['truncated', (content: Buffer) => content.subarray(0, 1000)],
    ['empty', () => ''],
    ['other bytes', () => 'no module at all'],
  ] as const) {
    it(`makes a damaged file anew: ${what}`, async () => {
      await load(file, cache);
      // Written next to it and moved there: a file that a process has mapped must not be written
      // to.
      const damaged = temporaryPath('damaged.so');
      writeFileSync(damaged, damage(readFileSync(cached())));
      renameSync(damaged, cached());
      assert.equal((await load(file, cache)).length, 1);
      assert.deepEqual(await load(file, cache), []);
    });
  }

  type Open = typeof promises.open;

  /** Has the first `count` openings of the compiled module fail with this error of the system. */
  async function withFailingOpens<T>(
    code: string,
    count: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const { open } = promises;
    const compiled = cached();
    let failures = 0;
    promises.open = async (...args: Parameters<Open>) => {
      if (args[0] !== compiled || ++failures > count) return open(...args);
      throw Object.assign(new Error(`${code}: from the test`), { code });
    };
    try {
      return await work();
    } finally {
      promises.open = open;
      assert.ok(failures >= count, `${failures} openings`);
    }
  }

  for (const code of ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO']) {
    it(`keeps a file that the system cannot open at the moment (${code}), and says so`, async () => {
      await load(file, cache);
      const { ino } = statSync(cached());
      const [event, ...others] = await withFailingOpens(code, 2, () =>
        withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () =>
          eventsOf<CompileEvent>('wasmedge-embed:compile', () =>
            withModule(file, {}, async (module) => {
              assert.equal(module.mode, 'interpreter');
              assert.equal(await module.call('add', 3, 4), 7);
            }),
          ),
        ),
      );
      assert.equal(others.length, 0);
      const error = event?.error as WasmEdgeError;
      assert.equal(error.code, 'ERR_MODULE_LOAD');
      assert.match(error.message, new RegExp(`is not used: ${code}: from the test`));
      assert.deepEqual(await load(file, cache), []);
      assert.equal(statSync(cached()).ino, ino);
    });
  }

  it('is not compiled again at every load where the library cannot load what is intact', async () => {
    await load(file, cache);
    const { ino } = statSync(cached());
    const native = addon() as { Module: ReturnType<typeof addon>['Module'] };
    const { Module } = native;
    native.Module = {
      load: (source, options) => {
        if (source.form === 'plain') return Module.load(source, options);
        throw Object.assign(new Error('from the test'), { code: 'ERR_MODULE_INVALID' });
      },
    };
    try {
      for (const attempt of [1, 2, 3]) {
        const events = await withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () =>
          eventsOf<CompileEvent>('wasmedge-embed:compile', () =>
            withModule(file, {}, async (module) => {
              assert.equal(module.mode, 'interpreter');
              assert.equal(await module.call('add', 3, 4), 7);
            }),
          ),
        );
        assert.deepEqual(
          events.map(({ error }) => (error as WasmEdgeError | undefined)?.code),
          ['ERR_MODULE_INVALID'],
          `load ${attempt}`,
        );
      }
    } finally {
      native.Module = Module;
    }
    assert.equal(statSync(cached()).ino, ino);
    assert.deepEqual(await load(file, cache), []);
  });

  it('is not the reason for another compilation where one look-up of it fails', async () => {
    await load(file, cache);
    assert.deepEqual(await withFailingOpens('EMFILE', 1, () => load(file, cache)), []);
  });

  it('replaces a file that this user may not open', async () => {
    await load(file, cache);
    const { ino } = statSync(cached());
    const events = await withFailingOpens('EACCES', 4, () => load(file, cache));
    assert.equal(events.length, 1);
    assert.equal(events[0]?.error, undefined);
    assert.notEqual(statSync(cached()).ino, ino);
    assert.deepEqual(await load(file, cache), []);
  });

  it('is for nobody else to read or write', async () => {
    await load(file, cache);
    assert.equal(statSync(path.join(cache, 'aot')).mode & 0o077, 0);
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`is not needed for a module that is interpreted at first (${isolation})`, async () => {
      const regularFile = temporaryPath('regular-file');
      writeFileSync(regularFile, '');
      const nowhere = path.join(regularFile, 'folder');
      await withEnvironment({ WASMEDGE_EMBED_CACHE: nowhere, TMPDIR: nowhere }, () =>
        withModule(file, { isolation, aot: 'background' }, async (module) => {
          assert.equal(await module.call('add', 3, 4), 7);
        }),
      );
    });
  }

  it('is in the temporary folder where its own cannot be written', async () => {
    const regularFile = temporaryPath('regular-file');
    writeFileSync(regularFile, '');
    const temporary = temporaryPath('tmp');
    mkdirSync(temporary);
    const [event] = await load(file, path.join(regularFile, 'cache'), temporary);
    const output = event?.output ?? '';
    assert.ok(output.startsWith(`${temporary}${path.sep}wasmedge-embed-`), output);
    assert.ok(existsSync(output));
    assert.deepEqual(await load(file, path.join(regularFile, 'cache'), temporary), []);
  });
});
