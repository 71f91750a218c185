import assert from 'node:assert/strict';

import type { Caller } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOST_FUNCTION_WAYS, withHostFunctions } from './support/host-functions.js';
import { withModule } from './support/run-guest.js';
import { watGuest } from './support/wat.js';
import { SIMPLE } from './support/host-functions.js';

const MIB = 2 ** 20;

for (const { name, options } of HOST_FUNCTION_WAYS) {
  describe(`The caller of a host function (${name})`, function () {
    this.timeout(60_000);

    /** The result of `use` when a guest calls it; the invocation must succeed. */
    const within = async <T>(use: (caller: Caller) => Promise<T>): Promise<T> => {
      let used: T | undefined;
      const wait = async (caller: Caller): Promise<number> => {
        used = await use(caller);
        return 0;
      };
      await withHostFunctions({ wait }, options, (module) => module.call('wait', 1));
      return used as T;
    };

    it('has its memory', async () => {
      const log: string[] = [];
      const write = async ({ memory }: Caller, address: number, length: number): Promise<void> => {
        log.push(await memory.readString(address, length));
      };
      const file = await watGuest('host-functions');
      const imports = { ...SIMPLE, log: { write } };
      await withModule(file, { ...options, imports }, async (module) => {
        await module.call('log');
        await module.call('log-range', 65_530, 6);
        const error = await fails('ERR_HOST_FUNCTION', module.call('log-range', 65_530, 7));
        assert.match(
          error.message,
          /log\.write failed: 7 bytes at the address 65530 are not inside/,
        );
        await fails('ERR_HOST_FUNCTION', module.call('log-range', -1, -1));
      });
      assert.deepEqual(log, ['hello from the guest', '\0'.repeat(6)]);
    });

    it('writes, grows and reads it, also what is large', async () => {
      await within(async ({ memory }) => {
        assert.equal(await memory.byteLength(), 65_536);
        assert.equal(await memory.grow(0), 1);
        assert.equal(await memory.grow(3), 1);
        const { limit, message } = await fails('ERR_LIMIT', memory.grow(1));
        assert.equal(limit, 'memoryPages');
        assert.match(message, /memory of 4 pages cannot grow by 1/);
        assert.equal(await memory.byteLength(), 4 * 65_536);
        const bytes = Buffer.alloc(4 * 65_536 - 100, 'pattern');
        await memory.write(100, bytes);
        assert.ok(bytes.equals(await memory.read(100, bytes.length)));
        await fails('ERR_INVALID_ARGUMENT', memory.write(101, bytes));
        await fails('ERR_INVALID_ARGUMENT', memory.read(101, bytes.length));
      });
    });

    it('calls functions of the guest, its allocator above all', async () => {
      await within(async (caller) => {
        const pointer = Number(await caller.call('allocate', 100));
        const length = await caller.memory.writeString(pointer, 'größe');
        assert.equal(await caller.call('load', pointer + 1), 'r'.charCodeAt(0));
        assert.equal(await caller.call('allocate', length), pointer + 100);
        await fails('ERR_INVALID_ARGUMENT', caller.call('nobody'));
        await fails('ERR_INVALID_ARGUMENT', caller.call('load'));
        await fails('ERR_INVALID_ARGUMENT', caller.call('load', 1n));
        assert.deepEqual(
          await Promise.all([1, 2, 3].map((each) => caller.call('twice', each))),
          [2, 4, 6],
        );
      });
    });

    it('is of no use after its call', async () => {
      let kept!: Caller;
      await within((caller) => Promise.resolve(void (kept = caller)));
      const { memory } = kept;
      for (const use of [
        () => memory.read(0, 1),
        () => memory.write(0, Buffer.alloc(1)),
        () => memory.byteLength(),
        () => memory.grow(1),
        () => kept.call('twice', 1),
      ]) {
        const { message } = await fails('ERR_CLOSED', use());
        assert.match(message, /caller can only be used while the guest waits/);
      }
      assert.equal(kept.signal.aborted, false);
    });

    it('has calls within calls, sixteen deep', async () => {
      const deepest: number[] = [];
      const wait = async (caller: Caller, depth: number): Promise<number> => {
        if (depth === 0) return 0;
        try {
          return Number(await caller.call('wait', depth - 1)) + 1;
        } catch (error) {
          deepest.push(depth);
          assert.equal((error as { limit?: string }).limit, 'call-depth', String(error));
          return 0;
        }
      };
      await withHostFunctions({ wait }, options, async (module) => {
        assert.equal(await module.call('wait', 16), 16);
        assert.deepEqual(deepest, []);
        assert.equal(await module.call('wait', 20), 16);
        assert.deepEqual(deepest, [4]);
      });
    });

    it('goes on with the guest as it was before that', async () => {
      const wait = async (caller: Caller, value: number): Promise<number> => {
        const [twice, pointer] = [
          await caller.call('twice', value),
          await caller.call('allocate', 8),
        ];
        await caller.memory.write(Number(pointer), Buffer.from('12345678'));
        return Number(twice);
      };
      await withHostFunctions({ wait }, options, async (module) => {
        for (let round = 0; round < 3; ++round) {
          assert.equal(await module.call('wait-twice', 5), 10 * 256 + 10);
        }
      });
    });

    it('ends the invocation with what ends the function that it calls', async () => {
      const ends = [
        ['trap', 'ERR_TRAP', 'unreachable'],
        ['recurse', 'ERR_TRAP', 'stack-overflow'],
        ['load', 'ERR_TRAP', 'memory-out-of-bounds'],
        ['add', 'ERR_HOST_FUNCTION', undefined],
      ] as const;
      for (const [called, code, trap] of ends) {
        let told: unknown;
        const thrown = new Error('within');
        const env = {
          wait: async (caller: Caller) => {
            const args = called === 'add' ? [1, 2] : called === 'load' ? [-1] : [];
            await caller.call(called, ...args).catch((error: unknown) => (told = error));
            return 5;
          },
          add: () => {
            throw thrown;
          },
        };
        await withHostFunctions(env, options, async (module) => {
          const error = await fails(code, module.call('wait', 1));
          assert.equal(error.trap, trap);
          if (code === 'ERR_HOST_FUNCTION') assert.equal(error.cause, thrown);
          assert.equal((told as { code?: string }).code, code, String(told));
          assert.equal(await module.call('twice', 4), 8);
        });
      }
    });

    it('tells of an exit within, which is the invocation’s', async () => {
      const file = await watGuest('exits-within');
      let told: { code?: string; exitCode?: number } = {};
      const again = async (caller: Caller): Promise<void> => {
        await caller.call('exit', 7).catch((error: unknown) => (told = error as typeof told));
      };
      await withModule(file, { ...options, imports: { env: { again } } }, async (module) => {
        assert.equal((await module.run()).exitCode, 7);
        assert.deepEqual([told.code, told.exitCode], ['ERR_GUEST_EXIT', 7]);
      });
    });

    it('keeps the guest’s fuel and time', async () => {
      let told: unknown;
      const wait = async (caller: Caller): Promise<number> => {
        await caller.call('spin').catch((error: unknown) => (told = error));
        return 1;
      };
      await withHostFunctions(
        { wait },
        { ...options, limits: { timeoutMs: 200 } },
        async (module) => {
          await fails('ERR_TIMEOUT', module.call('wait', 1));
          assert.equal((told as { code?: string } | undefined)?.code, 'ERR_TIMEOUT', String(told));
          assert.equal(await module.call('twice', 4), 8);
        },
      );
    });

    it('moves megabytes in slices', async () => {
      const file = await watGuest('large-memory');
      const use = async ({ memory }: Caller): Promise<void> => {
        const bytes = Buffer.alloc(3 * MIB + 5, 'slices');
        await memory.write(7, bytes);
        assert.ok(bytes.equals(await memory.read(7, bytes.length)));
      };
      const given = { ...options, imports: { env: { use } }, limits: { outputBytes: 10 } };
      await withModule(file, given, (module) => module.call('use'));
    });
  });
}
