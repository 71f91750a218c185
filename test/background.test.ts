import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';

import { loadModule } from 'wasmedge-embed';
import type { CompileEvent, LoadOptions, LoadedModule, ModeEvent } from 'wasmedge-embed';

import { eventsOf } from './support/diagnostics.js';
import { fails } from './support/errors.js';
import { SIMPLE, settleable } from './support/host-functions.js';
import { addon } from './support/internals.js';
import { runScript } from './support/process.js';
import { assemble, watGuest } from './support/wat.js';
import { childrenOf } from './support/workers.js';

/** A guest that is in no cache: its content is unique. */
async function fresh(name: string): Promise<Buffer> {
  return withMark(readFileSync(await watGuest(name)));
}

/** With a custom section of its own. */
function withMark(module: Buffer): Buffer {
  return Buffer.concat([module, Buffer.from([0, 18, 1, 0x78]), randomBytes(16)]);
}

/** Resolves with the next event of the channel. */
function next<T>(channel: string): Promise<T> {
  return new Promise((resolve) => {
    const listener = (event: unknown): void => {
      unsubscribe(channel, listener);
      resolve(event as T);
    };
    subscribe(channel, listener);
  });
}

async function loadFresh(
  guest: string,
  options: LoadOptions = {},
): Promise<{ module: LoadedModule; changed: Promise<ModeEvent>; bytes: Buffer }> {
  const changed = next<ModeEvent>('wasmedge-embed:mode');
  const bytes = await fresh(guest);
  const module = await loadModule(bytes, { aot: 'background', concurrency: 2, ...options });
  assert.equal(module.mode, 'interpreter');
  return { module, changed, bytes };
}

for (const isolation of ['in-process', 'worker-process'] as const) {
  describe(`aot: 'background', ${isolation}`, () => {
    it('answers interpreted, then compiled, and tells when that changed', async () => {
      const { module, changed, bytes } = await loadFresh('numbers', { isolation, name: 'it.wasm' });
      try {
        assert.equal(await module.call('add', 3, 4), 7);
        const { totalMs, ...event } = await changed;
        assert.deepEqual(event, { module: 'it.wasm', isolation, mode: 'aot' });
        assert.ok(Number.isFinite(totalMs) && totalMs > 0);
        assert.equal(module.mode, 'aot');
        assert.equal(await module.call('add', 3, 4), 7);
      } finally {
        await module.close();
      }
      // It has filled the cache.
      const events = await eventsOf<CompileEvent>('wasmedge-embed:compile', async () => {
        for (const aot of ['background', 'auto'] as const) {
          const again = await loadModule(bytes, { aot, isolation, concurrency: 1 });
          assert.equal(again.mode, 'aot');
          await again.close();
        }
      });
      assert.deepEqual(events, []);
    });

    it('loses no invocation on the way', async () => {
      const { module, changed } = await loadFresh('numbers', { isolation });
      const over = new AbortController();
      void changed.then(() => {
        over.abort();
      });
      let calls = 0;
      try {
        while (!over.signal.aborted) {
          const sums = Array.from({ length: 20 }, (_, index) => module.call('add', calls, index));
          const expected = sums.map((_, index) => calls + index);
          assert.deepEqual(await Promise.all(sums), expected);
          calls += sums.length;
        }
        assert.equal(await module.call('add', 1, 1), 2);
      } finally {
        await module.close();
      }
    });

    it('leaves what runs as it began', async () => {
      const { module, changed } = await loadFresh('kept', { isolation });
      const controller = new AbortController();
      const { signal } = controller;
      const running = module.invoke('spin', [], { signal });
      const ended = fails('ERR_ABORTED', running);
      // With capacity for the calls that come later.
      assert.equal(await module.call('initialized'), 1);
      await changed;
      assert.equal(await module.call('initialized'), 1);
      controller.abort();
      await ended;
      await module.close();
    });

    it('leaves instances as they began, with their state', async () => {
      const { module, changed } = await loadFresh('kept', { isolation });
      await using instance = await module.instantiate();
      assert.equal(await instance.call('push', 40), 40);
      await changed;
      assert.equal(module.mode, 'aot');
      assert.equal(await instance.call('push', 2), 42);
      assert.deepEqual(await instance.callMany('push', [[1], [2]]), [43, 45]);
      await instance.memory.write(1024, Buffer.from('hello'));
      assert.equal(await instance.memory.readString(1024, 5), 'hello');
      await using other = await module.instantiate();
      assert.equal(await other.call('push', 1), 1);
      assert.equal((await fails('ERR_TRAP', instance.call('divide', 0))).trap, 'divide-by-zero');
      await fails('ERR_CLOSED', instance.call('push', 1));
      assert.equal(await other.call('push', 1), 2);
      await module.close();
    });

    it('answers host functions before, in between and after', async () => {
      const { promise, resolve } = settleable<undefined>();
      const { module, changed } = await loadFresh('host-functions', {
        isolation,
        imports: {
          ...SIMPLE,
          env: {
            ...SIMPLE.env,
            wait: async (caller) => {
              await promise;
              return caller.call('twice', 21);
            },
          },
        },
      });
      try {
        const waiting = module.call('wait-twice', 1);
        assert.equal(await module.call('add', 1, 2), 3);
        await changed;
        assert.equal(await module.call('add', 3, 4), 7);
        resolve(undefined);
        assert.equal(await waiting, 42 * 256 + 42);
      } finally {
        await module.close();
      }
    });

    it('ends the compiler when the module is closed', async () => {
      const { module } = await loadFresh('numbers', { isolation });
      const event = next<CompileEvent>('wasmedge-embed:compile');
      await module.close();
      const { error } = await event;
      assert.equal((error as { code?: string }).code, 'ERR_ABORTED');
      assert.deepEqual(childrenOf(process.pid, 'compile-child.js'), []);
    });

    it('stays interpreted where compiling is aborted, without a warning', async () => {
      const controller = new AbortController();
      const event = next<CompileEvent>('wasmedge-embed:compile');
      const { module } = await loadFresh('numbers', {
        isolation,
        compile: { signal: controller.signal },
      });
      controller.abort(new Error('enough'));
      const { error } = await event;
      assert.equal((error as { code?: string }).code, 'ERR_ABORTED');
      assert.equal(module.mode, 'interpreter');
      assert.equal(await module.call('add', 3, 4), 7);
      await module.close();
    });

    it('stays interpreted where it cannot be compiled, and tells', async () => {
      const event = next<CompileEvent>('wasmedge-embed:compile');
      const warning = new Promise<Error & { code?: string }>((resolve) => {
        process.once('warning', resolve);
      });
      const { module } = await loadFresh('numbers', {
        ...{ isolation, name: `limited-${isolation}.wasm`, compile: { memoryBytes: 1 } },
      });
      try {
        const { error } = await event;
        assert.equal((error as { code?: string }).code, 'ERR_LIMIT');
        const { code, message } = await warning;
        assert.equal(code, 'WASMEDGE_EMBED_INTERPRETED');
        assert.match(message, /interpreted.*memoryBytes/su);
        assert.equal(module.mode, 'interpreter');
        assert.equal(await module.call('add', 3, 4), 7);
      } finally {
        await module.close();
      }
    });
  });
}

describe("aot: 'background'", () => {
  it('has a module compiled first that does not run interpreted', async () => {
    const text = `(module (func $f (param i32) (result i32) (local.get 0))
      (func (export "same") (param i32) (result i32) (return_call $f (local.get 0))))`;
    const guest = withMark(await assemble(text, { tail_call: true }));
    const loading = loadModule(guest, { aot: 'background' });
    if (!(await addon().runtime()).version.startsWith('0.17.')) {
      await fails('ERR_MODULE_INVALID', loading);
      return;
    }
    const module = await loading;
    assert.equal(module.mode, 'aot');
    assert.equal(await module.call('same', 5), 5);
    await module.close();
  });

  it('is refused for untrusted modules and in subprocesses', async () => {
    const file = await watGuest('numbers');
    const untrusted = loadModule(file, { aot: 'background', trusted: false });
    assert.match((await fails('ERR_INVALID_ARGUMENT', untrusted)).message, /untrusted/u);
    const subprocess = loadModule(file, { aot: 'background', isolation: 'subprocess' });
    assert.match((await fails('ERR_INVALID_ARGUMENT', subprocess)).message, /subprocess/u);
  });

  it('keeps no process alive', async () => {
    const bytes = (await fresh('numbers')).toString('base64');
    const { code, stdout, stderr } = await runScript(`
      const { subscribe } = require('node:diagnostics_channel');
      const { loadModule } = require('wasmedge-embed');
      subscribe('wasmedge-embed:mode', () => console.log('changed'));
      loadModule(Buffer.from('${bytes}', 'base64'), { aot: 'background' })
        .then((module) => module.call('add', 3, 4))
        .then(console.log);`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '7\n');
  });

  it('lets others wait for the same compiling, who keep their process alive', async () => {
    const bytes = (await fresh('numbers')).toString('base64');
    const { code, stdout, stderr } = await runScript(`
      const { loadModule } = require('wasmedge-embed');
      const bytes = Buffer.from('${bytes}', 'base64');
      (async () => {
        const first = await loadModule(bytes, { aot: 'background' });
        const second = await loadModule(bytes);
        console.log(first.mode === 'interpreter' || first.mode === 'aot', second.mode);
      })();`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'true aot\n');
  });
});
