import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';

import { loadModule } from 'wasmedge-embed';
import type { BytesLike, LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';

/**
 * jsdom's class of this name: it has the features of Node.js's, but is neither an instance of it
 * nor of its EventTarget.
 */
class ForeignSignal {
  aborted = false;
  reason: unknown;
  readonly [Symbol.toStringTag] = 'AbortSignal';
  readonly listeners = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.listeners) listener();
  }

  get asSignal(): AbortSignal {
    return this as unknown as AbortSignal;
  }
}

describe('What comes of another realm, as in Jest or jsdom', () => {
  let module: LoadedModule;

  before(async () => {
    module = await loadModule(rustGuest('std-tour'), { args: ['upper'] });
  });
  after(() => module.close());

  for (const kind of ['Uint8Array', 'Int16Array', 'DataView', 'ArrayBuffer', 'SharedArrayBuffer']) {
    it(`is input as a ${kind}`, async () => {
      const bytes = runInNewContext(
        `const buffer = new ${kind === 'SharedArrayBuffer' ? kind : 'ArrayBuffer'}(4);
         new Uint8Array(buffer).set([0x61, 0x62, 0x63, 0x64]);
         ${kind.endsWith('Buffer') ? 'buffer' : `new ${kind}(buffer)`}`,
      ) as BytesLike;
      const { stdout } = await module.run({ stdin: bytes });
      assert.equal(stdout.toString(), 'ABCD');
    });
  }

  it('is a model as an ArrayBuffer, also a shared one', async () => {
    for (const kind of ['ArrayBuffer', 'SharedArrayBuffer']) {
      const bytes = runInNewContext(`new ${kind}(16)`) as ArrayBuffer;
      await fails('ERR_MODEL', loadModule(module.file, { models: { default: bytes } }));
    }
  });

  it('ends a run as a signal, with its reason, and leaves no listener', async () => {
    const signal = new ForeignSignal();
    const run = module.run({ args: ['sleep', '60000'], signal: signal.asSignal });
    signal.abort('enough');
    const error = await fails('ERR_ABORTED', run);
    assert.equal(error.cause, 'enough');
    assert.equal(signal.listeners.size, 0);
    await fails('ERR_ABORTED', module.run({ signal: signal.asSignal }));
  });

  it('is no signal that only says so', async () => {
    const liar = { [Symbol.toStringTag]: 'AbortSignal', aborted: false } as unknown as AbortSignal;
    await fails('ERR_INVALID_ARGUMENT', module.run({ signal: liar }));
  });
});
