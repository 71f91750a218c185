import assert from 'node:assert/strict';

import { compileModule } from 'wasmedge-embed';
import type { Caller, Instance, LoadedModule, WasmEdgeError } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOST_FUNCTION_ISOLATIONS, settleable } from './support/host-functions.js';
import { withKeptHost, withKeptHostInstance } from './support/kept-host.js';
import { loadKept } from './support/instances.js';
import { random } from './support/random.js';
import { temporaryPath, watGuest } from './support/wat.js';

// A call that would wait for itself is refused at once: otherwise these tests hang.

/** The outcome of something that may be refused. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    (error: unknown) => (error as WasmEdgeError).code,
  );
}

for (const isolation of HOST_FUNCTION_ISOLATIONS) {
  const options = { isolation, concurrency: 1, workerProcess: { workers: 1 } };

  describe(`What a host function asks of instances (${isolation})`, function () {
    this.timeout(60_000);

    it('is refused where it is its own, in words', async () => {
      const kept: { instance?: Instance } = {};
      const refusals: Error[] = [];
      const ask = async (): Promise<number> => {
        const { instance } = kept;
        for (const asked of [
          () => instance!.call('total'),
          () => instance!.callMany('touch', [[]]),
          () => instance!.invoke('touch'),
          () => instance!.memory.read(0, 2 ** 21),
          () => instance!.memory.byteLength(),
          () => instance!.globals.get('sum'),
        ]) {
          refusals.push(await fails('ERR_INVALID_ARGUMENT', asked()));
        }
        return 1;
      };
      await withKeptHostInstance({ ask }, options, async (instance) => {
        kept.instance = instance;
        assert.equal(await instance.call('add', 1), 1);
        assert.equal(refusals.length, 6);
        for (const { message } of refusals) assert.match(message, /caller\.call, caller\.memory/);
        assert.equal(await instance.call('total'), 1);
      });
    });

    it('is refused at once where no thread is left for it', async () => {
      const kept: { module?: LoadedModule; other?: Instance } = {};
      const codes: string[] = [];
      const ask = async (): Promise<number> => {
        const { module, other } = kept;
        const refused = [
          other!.call('total'),
          other!.callMany('touch', [[]]),
          other!.invoke('touch'),
          other!.memory.read(0, 1),
          other!.memory.read(0, 2 ** 21),
          other!.memory.write(0, Buffer.alloc(1)),
          other!.globals.get('sum'),
          module!.call('total'),
          module!.instantiate(),
        ];
        codes.push(...(await Promise.all(refused.map(codeOf))));
        await fails('ERR_QUEUE_FULL', other!.call('total'));
        return 1;
      };
      await withKeptHostInstance(
        { ask },
        { ...options, maxWaiting: 0 },
        async (instance, module) => {
          kept.module = module;
          kept.other = await module.instantiate();
          assert.equal(await instance.call('add', 1), 1);
          assert.deepEqual(new Set(codes), new Set(['ERR_QUEUE_FULL']));
          assert.equal(codes.length, 9);
          // Nothing else has been affected.
          assert.equal(await instance.call('total'), 1);
          assert.equal(await kept.other.call('total'), 0);
          assert.equal(await module.call('total'), 0);
        },
      );
    });

    it('has a thread before others that wait for one', async () => {
      const kept: { other?: Instance } = {};
      const asked = settleable<number>();
      const first = settleable<undefined>();
      const ask = async (_caller: Caller, value: number): Promise<number> => {
        // All but the first wait for what the first does.
        if (value !== 1) return asked.promise;
        first.resolve(undefined);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const code = await codeOf(kept.other!.call('total'));
        asked.resolve(code === 'done' ? 10 : -1);
        return asked.promise;
      };
      await withKeptHost({ ask }, { ...options, maxWaiting: 1 }, async (module) => {
        const [one, other, ...rest] = await Promise.all(
          Array.from({ length: 12 }, () => module.instantiate()),
        );
        kept.other = other!;
        const running = one!.call('ask', 1);
        await first.promise;
        const behind = rest.map((each) => each.call('ask', 2));
        const answers = new Set(await Promise.all([running, ...behind]));
        assert.equal(answers.size, 1);
      });
    });

    it('goes from one to the next as long as there are threads', async () => {
      const instances: Instance[] = [];
      const codes: string[] = [];
      const ask = async (_caller: Caller, depth: number): Promise<number> => {
        const next = instances[depth]!;
        try {
          return Number(await next.call('ask', depth + 1));
        } catch (error) {
          codes.push((error as WasmEdgeError).code);
          return depth;
        }
      };
      await withKeptHost({ ask }, { ...options, maxWaiting: 4 }, async (module) => {
        for (let count = 0; count < 8; ++count) instances.push(await module.instantiate());
        assert.equal(await instances[0]!.call('ask', 1), 5);
        assert.deepEqual(codes, ['ERR_QUEUE_FULL']);
      });
    });

    it('is refused where the two would wait for each other', async () => {
      const kept: Instance[] = [];
      const both = settleable<undefined>();
      let arrived = 0;
      const codes: string[] = [];
      const ask = async (_caller: Caller, index: number): Promise<number> => {
        if (++arrived === 2) both.resolve(undefined);
        await both.promise;
        const code = await codeOf(kept[1 - index]!.call('total'));
        codes.push(code);
        return 1;
      };
      await withKeptHost({ ask }, options, async (module) => {
        kept.push(await module.instantiate(), await module.instantiate());
        const sums = await Promise.all(kept.map((each, index) => each.call('add', index)));
        assert.deepEqual(sums, [1, 1]);
        assert.deepEqual(codes.sort(), ['ERR_QUEUE_FULL', 'done']);
      });
    });

    it('is answered by modules that have one thread each, or refused', async () => {
      const kept: Record<'one' | 'two', Instance[]> = { one: [], two: [] };
      const both = settleable<undefined>();
      let arrived = 0;
      const codes: string[] = [];
      const asking = (other: 'one' | 'two') => async (): Promise<number> => {
        if (++arrived === 2) both.resolve(undefined);
        await both.promise;
        codes.push(await codeOf(kept[other][1]!.call('total')));
        return 1;
      };
      const narrow = { ...options, maxWaiting: 0 };
      await withKeptHost({ ask: asking('two') }, narrow, (one) =>
        withKeptHost({ ask: asking('one') }, narrow, async (two) => {
          for (const each of ['one', 'two'] as const) {
            const module = { one, two }[each];
            kept[each].push(await module.instantiate(), await module.instantiate());
          }
          await Promise.all([kept.one[0]!.call('ask', 1), kept.two[0]!.call('ask', 1)]);
          assert.ok(codes.includes('ERR_QUEUE_FULL'), codes.join());
          for (const code of codes) assert.match(code, /^(done|ERR_QUEUE_FULL)$/);
        }),
      );
    });

    it('may be that it closes itself, its module, or another one', async () => {
      const kept: { module?: LoadedModule; instance?: Instance; other?: Instance } = {};
      const closed: string[] = [];
      let close = (): Promise<void> => Promise.resolve();
      const ask = async ({ signal }: Caller): Promise<number> => {
        await close();
        closed.push(signal.aborted ? 'ended' : 'going on');
        return 1;
      };
      await withKeptHost({ ask }, { ...options, maxWaiting: 0 }, async (module) => {
        const instance = await module.instantiate();
        close = () => instance.close();
        await fails('ERR_CLOSED', instance.call('ask', 1));
        await instance.close();
        const [other, third] = [await module.instantiate(), await module.instantiate()];
        close = () => third.close();
        assert.equal(await other.call('ask', 1), 1);
        await fails('ERR_CLOSED', third.call('touch'));
        assert.deepEqual(closed, ['ended', 'going on']);
        kept.module = module;
        close = () => module.close();
        await fails('ERR_CLOSED', other.call('ask', 1));
        await module.close();
      });
      await withKeptHost({ ask }, { ...options, maxWaiting: 0 }, async (module) => {
        // A run whose host function closes what has instances, and the constructors of one.
        await module.instantiate();
        close = () => module.close();
        await fails('ERR_CLOSED', module.call('ask', 1));
      });
      await withKeptHost(
        { begin: () => close() },
        { ...options, maxWaiting: 0 },
        async (module) => {
          close = () => module.close();
          await fails('ERR_CLOSED', module.instantiate());
        },
      );
    });

    it('settles whatever it is, at random', async () => {
      const below = random(20_261_129);
      const modules: LoadedModule[] = [];
      const instances: Instance[] = [];
      const codes = new Map<string, number>();
      const count = (code: string): void => void codes.set(code, (codes.get(code) ?? 0) + 1);
      const something = (): Promise<unknown> => {
        const instance = instances[below(instances.length)]!;
        const depth = 1 + below(3);
        switch (below(8)) {
          case 0:
            return modules[below(2)]!.call('ask', depth);
          case 1:
            return instance.memory.read(0, 1 + below(70_000));
          case 2:
            return instance.memory.write(0, Buffer.alloc(2 ** 20 + 1)).catch(() => undefined);
          case 3:
            return instance.callMany('add', [[depth], [0]]);
          case 4:
            return instance.invoke('ask', [depth], { timeoutMs: 20_000 });
          default:
            return instance.call('ask', depth);
        }
      };
      const ask = async (caller: Caller, depth: number): Promise<number> => {
        if (below(4) === 0) await caller.call('total');
        if (depth <= 0) return 0;
        const asked = Array.from({ length: 1 + below(2) }, () => codeOf(something()));
        for (const each of asked) count(await each);
        return 1;
      };
      const narrow = { ...options, maxWaiting: 2, maxQueue: 1000 };
      await withKeptHost({ ask }, narrow, (one) =>
        withKeptHost({ ask }, narrow, async (two) => {
          modules.push(one, two);
          for (let made = 0; made < 6; ++made)
            instances.push(await modules[made % 2]!.instantiate());
          for (let round = 0; round < 40; ++round) {
            await Promise.all(Array.from({ length: 8 }, () => codeOf(something()).then(count)));
          }
          assert.ok((codes.get('done') ?? 0) > 100, JSON.stringify([...codes]));
          assert.ok((codes.get('ERR_QUEUE_FULL') ?? 0) > 0, JSON.stringify([...codes]));
          for (const code of codes.keys()) {
            assert.match(code, /^(done|ERR_QUEUE_FULL|ERR_INVALID_ARGUMENT)$/);
          }
        }),
      );
    });

    it('has the time limit of the outermost call, sixteen deep', async () => {
      const ask = async (caller: Caller, depth: number): Promise<number> => {
        if (depth === 0) await caller.call('spin');
        return Number(await caller.call('ask', depth - 1));
      };
      await withKeptHostInstance({ ask }, options, async (instance, module) => {
        await fails('ERR_TIMEOUT', instance.invoke('ask', [15], { timeoutMs: 300 }));
        await fails('ERR_CLOSED', instance.call('touch'));
        await fails('ERR_TIMEOUT', module.invoke('ask', [15], { timeoutMs: 300 }));
      });
    });
  });
}

describe('A module without host functions', () => {
  it('has its ordinary queue for what host functions of others ask', async () => {
    const plain = await loadKept({ concurrency: 1, maxQueue: 50 });
    const kept = await plain.instantiate();
    const ask = async (): Promise<number> => {
      const runs = Array.from({ length: 40 }, () => plain.call('push', 1));
      const calls = Array.from({ length: 40 }, () => kept.call('push', 1));
      await Promise.all([...runs, ...calls]);
      return kept.call('push', 0);
    };
    await withKeptHostInstance({ ask }, { maxWaiting: 0 }, async (instance) => {
      assert.equal(await instance.call('ask', 1), 40);
    });
    await plain.close();
  });
});

describe('The fuel of calls within host functions', () => {
  it('is that of the outermost call, sixteen deep', async () => {
    const metered = temporaryPath('kept-host.so');
    await compileModule(await watGuest('kept-host'), metered, { meter: true });
    const ask = async (caller: Caller, depth: number): Promise<number> => {
      await caller.call('work', 1000);
      return depth > 0 ? Number(await caller.call('ask', depth - 1)) : 1;
    };
    for (const isolation of HOST_FUNCTION_ISOLATIONS) {
      const file = { isolation, limits: { fuel: 150_000 } };
      await withKeptHostInstance(
        { ask },
        file,
        async (instance, module) => {
          assert.equal(await instance.call('ask', 15), 1, 'sixteen times what one may have');
          assert.equal(await instance.call('ask', 15), 1, 'each call has its own');
          assert.equal(
            (await fails('ERR_LIMIT', instance.callMany('ask', [[15], [15]]))).limit,
            'fuel',
          );
          assert.equal((await fails('ERR_LIMIT', module.call('work', 100_000))).limit, 'fuel');
        },
        metered,
      );
    }
  });
});
