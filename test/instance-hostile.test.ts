import assert from 'node:assert/strict';

import type { Caller, Instance, WasmEdgeError } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { withKeptHost, withKeptHostInstance } from './support/kept-host.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/** As untyped code would call an instance. */
type Untyped = Record<'call' | 'callMany', (...args: unknown[]) => Promise<unknown>> & {
  memory: Record<
    'read' | 'readString' | 'write' | 'grow',
    (...args: unknown[]) => Promise<unknown>
  >;
  globals: Record<'get' | 'set', (...args: unknown[]) => Promise<unknown>>;
};

const ISOLATIONS = ['in-process', 'worker-process'] as const;

/** An array with an element that acts when it is read. */
function acting(act: () => unknown): unknown[] {
  return Object.defineProperty([0], 0, { get: act });
}

/** An object that acts, and throws, when it is converted to a number or a string. */
function convertible(seen: string[]): object {
  const act = (hint: string): never => {
    seen.push(hint);
    throw new Error('converted');
  };
  return { [Symbol.toPrimitive]: act, toString: () => act('text'), valueOf: () => act('value') };
}

for (const isolation of ISOLATIONS) {
  describe(`A kept instance that is asked with bad will (${isolation})`, () => {
    it('converts nothing that it is given, and rejects', async () => {
      await withKeptHostInstance({}, { isolation }, async (instance) => {
        const { call, callMany, memory, globals } = untyped(instance);
        const seen: string[] = [];
        const value = convertible(seen);
        for (const ask of [
          () => call('add', value),
          () => call(value),
          () => callMany('add', [[value]]),
          () => callMany(value, [[1]]),
          () => memory.read(value, 1),
          () => memory.read(0, value),
          () => memory.readString(0, value),
          () => memory.readString(0, 1n),
          () => memory.read(0, Symbol('length')),
          () => memory.write(value, new Uint8Array(1)),
          () => memory.write(0, value),
          () => memory.grow(value),
          () => globals.get(value),
          () => globals.set('sum', value),
          () => globals.set(value, 1),
        ]) {
          await fails('ERR_INVALID_ARGUMENT', ask());
        }
        assert.deepEqual(seen, []);
        assert.equal(await instance.call('total'), 0, 'nothing was called');
      });
    });

    it('takes arguments that throw when they are read for unusable ones', async () => {
      await withKeptHostInstance({}, { isolation }, async (instance) => {
        const { callMany } = untyped(instance);
        const throwing = acting(() => {
          throw new Error('read');
        });
        const error = await fails('ERR_INVALID_ARGUMENT', callMany('add', [[1], throwing]));
        assert.match(error.message, /^Call 2: its arguments cannot be read/);
        const revoked = Proxy.revocable<unknown[]>([], {});
        revoked.revoke();
        await fails('ERR_INVALID_ARGUMENT', callMany('add', [revoked.proxy]));
        await fails('ERR_INVALID_ARGUMENT', callMany('add', revoked.proxy));
        assert.equal(await instance.call('total'), 0, 'nothing was called');
      });
    });

    it('goes on when reading its arguments asks it for more, or closes it', async () => {
      await withKeptHost({}, { isolation }, async (module) => {
        const instance = await module.instantiate();
        const { callMany } = untyped(instance);
        let within: Promise<unknown> | undefined;
        const asking = acting(() => {
          within ??= instance.call('add', 100);
          return 1;
        });
        assert.deepEqual(await callMany('add', [asking, [2]]), [202, 206]);
        assert.equal(await within, 200, 'what was asked first is done first');

        const closing = acting(() => {
          void instance.close();
          return 1;
        });
        await fails('ERR_CLOSED', callMany('add', [closing, [2]]));
        await fails('ERR_CLOSED', instance.call('total'));
      });
    });

    it('takes memory that is taken away meanwhile for what it is by then', async () => {
      await withKeptHostInstance({}, { isolation }, async (instance) => {
        const bytes = new Uint8Array(8).fill(1);
        const written = instance.memory.write(0, bytes);
        structuredClone(bytes, { transfer: [bytes.buffer] });
        await written;
        assert.deepEqual(await instance.memory.read(0, 8), Buffer.alloc(8, 1));
        await instance.memory.write(0, bytes);
        assert.deepEqual(await instance.memory.read(0, 8), Buffer.alloc(8, 1), 'it is empty');

        await instance.memory.grow(63);
        const large = new Uint8Array(2 * 1024 * 1024).fill(2);
        const slices = instance.memory.write(0, large);
        const behind = instance.call('load', 0);
        structuredClone(large, { transfer: [large.buffer] });
        await fails('ERR_INVALID_ARGUMENT', slices);
        // How much of it was written is not specified, only that nothing waits for ever.
        await behind;
      });
    });

    it('reads all that it was asked for while it grows', async () => {
      const size = 3 * 1024 * 1024;
      const ask = async ({ memory }: Caller): Promise<number> => {
        const [read] = await Promise.all([memory.read(0, size), memory.grow(1), memory.grow(1)]);
        return read.every((byte) => byte === 7) ? read.length : 0;
      };
      await withKeptHostInstance({ ask }, { isolation }, async (instance) => {
        await instance.memory.grow(52);
        await instance.memory.write(0, Buffer.alloc(size, 7));
        const [read] = await Promise.all([
          instance.memory.read(0, size),
          instance.memory.grow(1),
          instance.call('touch'),
        ]);
        assert.equal(
          read.every((byte) => byte === 7),
          true,
        );
        assert.equal(await instance.call('ask', 0), size);
      });
    });

    it('is closed by its own host function, by whatever reads the answer, and from a signal', async () => {
      const instances: Instance[] = [];
      const given: (() => unknown)[] = [
        () => void instances[0]?.close(),
        // An object whose promise closes the instance that waits for it.
        () => ({
          get then() {
            void instances[1]?.close();
            return undefined;
          },
        }),
        async () => {
          await turns(1);
          await Promise.all([instances[2]?.close(), instances[2]?.close()]);
        },
      ];
      const ask = (_caller: Caller, which: number): unknown => given[which]?.();
      await withKeptHost({ ask }, { isolation, concurrency: 2 }, async (module) => {
        for (const which of given.keys()) {
          const instance = await module.instantiate();
          instances.push(instance);
          const error = await failure(instance.call('ask', which));
          assert.match(error.code, /^ERR_(CLOSED|HOST_FUNCTION)$/);
          await instance.close();
        }
        assert.equal(await module.call('work', 1), 0, 'the module goes on');
      });
    });
  });
}

describe('The event loop beside a guest that calls host functions without end', () => {
  it('has its turns', async () => {
    const spinning = `
      (module
        (import "env" "ask" (func $ask (param i32) (result i32)))
        (func (export "again") (loop (drop (call $ask (i32.const 1))) (br 0))))`;
    await withModule(
      await wasmFile(spinning),
      { imports: { env: { ask: (_caller: Caller, value: number) => value } } },
      async (module) => {
        const abort = new AbortController();
        const ended = fails('ERR_ABORTED', module.invoke('again', [], { signal: abort.signal }));
        // Each waits for what the event loop does besides messages from threads.
        for (let round = 0; round < 5; round++) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          await turns(3);
        }
        abort.abort();
        await ended;
      },
    );
  });
});

function untyped(instance: Instance): Untyped {
  const { memory, globals } = instance;
  return {
    call: instance.call.bind(instance),
    callMany: instance.callMany.bind(instance),
    memory: {
      read: memory.read.bind(memory),
      readString: memory.readString.bind(memory),
      write: memory.write.bind(memory),
      grow: memory.grow.bind(memory),
    },
    globals: { get: globals.get.bind(globals), set: globals.set.bind(globals) },
  } as unknown as Untyped;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function failure(promise: Promise<unknown>): Promise<WasmEdgeError> {
  try {
    await promise;
  } catch (error) {
    return error as WasmEdgeError;
  }
  throw new Error('It did not fail.');
}
