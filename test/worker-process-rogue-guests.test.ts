import assert from 'node:assert/strict';
import { Socket } from 'node:net';

import { WasmEdgeError } from 'wasmedge-embed';

import { LoadedModule, WorkerPool, resolveLimits } from './support/internals.js';
import type { HostCallPort, HostCallReceiver, WorkerStart } from './support/internals.js';
import { rogueScript } from './support/rogue-script.js';
import { misbehavingGuests } from './support/misbehaving-guests.js';
import { childrenOf } from './support/workers.js';

// Another process may run the same program at the same time.
const SCRIPT = rogueScript();
const TIME = { timeoutMs: 300 };
const REQUEST = {
  ...{ args: ['guest'], env: [], stdin: undefined, ...TIME },
  ...{ function: 'ask', arguments: [1] },
};
const SETTINGS = {
  ...{ workers: 1, concurrency: 1, maxQueue: 10, maxWaiting: 2, graceMs: 50, unresponsiveMs: 1000 },
  ...{ recycleAfterRuns: 1000, recycleAboveBytes: Number.MAX_SAFE_INTEGER },
};

function roguePool(rogue: string): InstanceType<typeof WorkerPool> {
  const limits = { outputBytes: 2 ** 20, scratchBytes: 0 };
  const start = {
    script: SCRIPT,
    folder: process.cwd(),
    env: { ROGUE: rogue },
    message: { type: 'load', settings: { file: 'guest.so', limits } },
    arrays: [],
  } as unknown as WorkerStart;
  return new WorkerPool(start, SETTINGS);
}

/** A host function that tries every operation on its guest; all of them must settle. */
class Asking implements HostCallReceiver {
  calls = 0;
  /** Whether it enters the guest, which then may call again. */
  readonly #enters: boolean;
  readonly #asked: Promise<unknown>[] = [];

  constructor(enters = true) {
    this.#enters = enters;
  }

  has(index: number): boolean {
    return index === 0;
  }

  receive(index: number, args: readonly unknown[], port: HostCallPort): void {
    this.calls++;
    assert.equal(index, 0, 'what is called is what is given');
    assert.equal(args.length, 1);
    assert.ok(Number.isInteger(args[0]));
    const asked = [
      port.read(0, 100),
      port.write(0, Buffer.alloc(100)),
      port.byteLength(),
      port.grow(1),
      ...(this.#enters ? [port.enter('total', [])] : []),
    ];
    this.#asked.push(...asked);
    void Promise.allSettled(asked).then(() => {
      port.answer([1]);
    });
  }

  end(): void {
    // What is open has ended with it.
  }

  /** The codes of the failures, when everything has settled. */
  async settled(): Promise<string[]> {
    const codes: string[] = [];
    for (const each of await Promise.allSettled(this.#asked)) {
      if (each.status === 'fulfilled') continue;
      requireOurs(each.reason);
      codes.push(each.reason.code);
    }
    return codes;
  }
}

function requireOurs(error: unknown): asserts error is WasmEdgeError {
  assert.ok(error instanceof WasmEdgeError, String(error));
  assert.ok(error.message.length < 100_000);
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  assert.doesNotMatch(error.message, /[\0-\x08\x0b-\x1f\u202e]/);
  assert.equal('a' in error, false);
}

/** Runs, keeps and accesses a guest. Returns the codes of the failures. */
async function useAll(pool: InstanceType<typeof WorkerPool>, asking: Asking): Promise<string[]> {
  const codes: string[] = [];
  const note = async (asked: Promise<unknown>): Promise<void> => {
    await asked.catch((error: unknown) => {
      requireOurs(error);
      codes.push(error.code);
    });
  };
  await note(pool.execute(REQUEST, undefined, asking));
  const request = { args: ['guest'], env: [], isNested: false, ...TIME };
  await note(
    pool.instantiate(request, undefined, asking).then(async ({ port }) => {
      await note(
        new Promise<void>((resolve, reject) => {
          port.call(
            {
              ...{ hostCalls: asking, functions: Uint32Array.of(0), values: Float64Array.of(0) },
              ...{ resultCount: 1, stdin: undefined, isNested: false, ...TIME },
              ...{ keepsOutput: true, isOne: false },
            },
            undefined,
            ({ calls, results, ending }) => {
              assert.ok(calls <= 1 && results.byteLength <= 8);
              if (ending?.error) reject(ending.error);
              else if (ending) resolve();
            },
          );
        }),
      );
      await note(
        port.readMemory(0, 100, false).then(({ length }) => {
          assert.equal(length, 100);
        }),
      );
      await note(port.writeMemory(0, Buffer.alloc(10), false));
      await note(
        port.memorySize(false).then((size) => {
          assert.ok(size <= 2 ** 32);
        }),
      );
      await note(
        port.growMemory(1, false).then((pages) => {
          assert.ok(pages <= 2 ** 32);
        }),
      );
      await note(
        port.getGlobal('sum', false).then((value) => {
          assert.equal(typeof value, 'number');
        }),
      );
      await note(port.setGlobal('sum', 1, false));
      await note(port.close(false));
    }),
  );
  return codes;
}

describe('A worker process with guests that call and are kept, which has been taken over and', function () {
  this.timeout(60_000);

  afterEach(() => {
    const left = childrenOf(undefined, SCRIPT);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    assert.deepEqual(left, []);
  });

  const { 'behaves with host functions': good, ...rogues } = misbehavingGuests(new Socket());

  it('would do as it is told', async () => {
    assert.ok(good);
    const pool = roguePool('behaves with host functions');
    await pool.open();
    const asking = new Asking();
    assert.deepEqual(await useAll(pool, asking), []);
    assert.equal(asking.calls, 2);
    await asking.settled();
    await pool.close();
  });

  for (const name of [
    'says of its instance that it is closed',
    'says of calls that their instance is closed',
  ]) {
    it(`${name} does not keep its module from being closed`, async () => {
      const pool = roguePool(name);
      const details = await pool.open();
      let rounds = 0;
      const executor = Object.assign(Object.create(pool) as typeof pool, {
        isolation: 'worker-process' as const,
        instantiate: async (...asked: Parameters<typeof pool.instantiate>) => {
          const made = await pool.instantiate(...asked);
          made.port.endWaits = () => {
            // If it is closed again and again, no turn is left for the test's time limit.
            assert.ok(++rounds < 10, 'it is closed again and again');
          };
          return made;
        },
        execute: pool.execute.bind(pool),
        endWaits: pool.endWaits.bind(pool),
        close: pool.close.bind(pool),
      });
      const defaults = {
        args: [],
        env: [],
        limits: resolveLimits({ instances: 1 }),
        concurrency: 1,
      };
      const module = new LoadedModule<{ total: () => number }>(
        executor,
        details,
        defaults as unknown as ConstructorParameters<typeof LoadedModule>[2],
        undefined,
      );
      try {
        const instance = await module.instantiate();
        const asked = name.includes('calls') ? instance.call('total') : instance.globals.get('sum');
        await assert.rejects(asked, { code: 'ERR_CLOSED' });
        // Its place is free.
        await module.instantiate();
      } finally {
        await module.close();
      }
    });
  }

  // What it may do as long as its time lasts.
  const allowed = ['calls again and again'];

  for (const name of Object.keys(rogues)) {
    it(`${name} costs what it holds`, async () => {
      const used = process.memoryUsage();
      const pool = roguePool(name);
      await pool.open();
      const asking = new Asking(name !== 'calls while its guest waits');
      const codes = [...(await useAll(pool, asking)), ...(await asking.settled())];
      await pool.close();
      assert.ok(codes.length > 0, 'nothing was noticed');
      const known = /^ERR_(WORKER_DIED|TIMEOUT|CLOSED|TRAP)$/;
      for (const code of codes) assert.match(code, known);
      if (allowed.includes(name)) assert.ok(codes.includes('ERR_TIMEOUT'));
      else assert.ok(asking.calls < 60, `${asking.calls} calls`);
      const more = process.memoryUsage().arrayBuffers - used.arrayBuffers;
      assert.ok(more < 64 * 2 ** 20, `${more} bytes`);
    });
  }
});
