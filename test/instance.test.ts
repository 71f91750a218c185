import assert from 'node:assert/strict';

import type { Instance, LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOMES, loadKept, nameOf, withInstance } from './support/instances.js';
import type { Kept } from './support/instances.js';

for (const home of HOMES) {
  describe(`A kept instance (${nameOf(home)})`, () => {
    let module: LoadedModule<Kept>;
    let instance: Instance<Kept>;
    before(async () => {
      module = await loadKept({ ...home, args: ['one'], concurrency: 2 });
    });
    after(() => module.close());
    beforeEach(async () => {
      instance = await module.instantiate();
    });
    afterEach(() => instance.close());

    it('keeps its state, and _initialize runs once', async () => {
      assert.equal(await instance.call('push', 5), 5);
      assert.equal(await instance.call('push', -2), 3);
      assert.equal(await instance.call('initialized'), 1);
      assert.equal(await module.call('push', 1), 1, 'a fresh instance has none of it');
      await withInstance(module, {}, async (other) => {
        assert.equal(await other.call('push', 1), 1);
      });
    });

    it('takes calls that do not wait for each other in order', async () => {
      const calls = Array.from({ length: 1000 }, (_, index) => instance.call('push', index));
      const sums = await Promise.all(calls);
      let sum = 0;
      for (const [index, each] of sums.entries()) assert.equal(each, (sum += index));
    });

    it('gives every type of number, and several results as an array', async () => {
      assert.deepEqual(await instance.call('divmod', 3, 10n), [3n, 3, 10, -7]);
      assert.deepEqual(
        await Promise.all([
          instance.call('divmod', -2, -9n),
          instance.call('touch'),
          instance.call('push', 2 ** 32 - 1),
          instance.call('divmod', 1, 2n ** 63n - 1n),
        ]),
        [[4n, -2, -9, -7], undefined, -1, [2n ** 63n - 1n, 1, 2 ** 63, -7]],
      );
    });

    it('makes many calls in one', async () => {
      assert.deepEqual(await instance.callMany('push', [[1], [2], [3]]), [1, 3, 6]);
      assert.deepEqual(await instance.callMany('touch', [[], []]), [undefined, undefined]);
      assert.deepEqual(await instance.callMany('push', []), []);
      const many = await instance.callMany('divmod', Array(50_000).fill([2, 9n]) as [2, 9n][]);
      assert.equal(many.length, 50_000);
      assert.deepEqual(many.at(-1), [4n, 2, 9, -7]);
    });

    it('loses nothing that many calls in one write, also where they are told of in parts', async () => {
      for (let round = 0; round < 8; round++) {
        let written = 0;
        const options = { stdout: (chunk: Buffer) => (written += chunk.length) };
        await withInstance(module, options, async (other) => {
          const calls = Array.from({ length: 20_000 }, (): [number, number] => [1, 0]);
          for (const at of [0, 10_000, 19_999]) calls[at] = [1, 4];
          await other.callMany('write', calls);
          assert.equal(written, 12, 'it is there before the promise settles');
        });
      }
    });

    it('refuses what cannot be called, before anything is', async () => {
      const call = instance.call.bind(instance) as (
        ...args: unknown[]
      ) => Promise<unknown> as Instance['call'];
      const error = await fails('ERR_INVALID_ARGUMENT', call('none'));
      assert.match(error.message, /exports no function 'none'.*push/);
      await fails('ERR_INVALID_ARGUMENT', call('push'));
      await fails('ERR_INVALID_ARGUMENT', call('push', 1, 2));
      await fails('ERR_INVALID_ARGUMENT', call('push', 2 ** 32));
      await fails('ERR_INVALID_ARGUMENT', call('push', 1n));
      await fails('ERR_INVALID_ARGUMENT', call('divmod', 1, 2));
      const many = instance.callMany.bind(instance) as unknown as Instance['callMany'];
      const third = await fails('ERR_INVALID_ARGUMENT', many('push', [[1], [2], [0.5]]));
      assert.match(third.message, /Call 3: argument 1/);
      for (const calls of [undefined, 1, [1], [[1], undefined], { length: 1 }]) {
        await fails('ERR_INVALID_ARGUMENT', many('push', calls as unknown as [number][]));
      }
      assert.equal(await instance.call('push', 0), 0, 'none of them was made');
    });

    it('gives a single call its own input, and what it wrote', async () => {
      const read = await instance.invoke('read', [10], { stdin: 'abcdef' });
      assert.equal(read.value, 6);
      assert.equal(await instance.memory.readString(1024, 6), 'abcdef');
      const wrote = await instance.invoke('write', [1, 3]);
      assert.equal(wrote.stdout.toString(), 'abc');
      assert.equal(wrote.stderr.length, 0);
      assert.equal((await instance.invoke('write', [2, 4])).stderr.toString(), 'abcd');
      assert.ok(wrote.timings.executeMs >= 0 && wrote.timings.instantiateMs === 0);
      // Unread input is dropped.
      await instance.invoke('read', [1], { stdin: 'xyz' });
      assert.equal(await instance.call('read', 10), 0);
    });

    it('gives what calls write to its listeners, before the calls settle', async () => {
      const heard: string[] = [];
      const options = {
        stdout: (chunk: Buffer) => heard.push(`out ${chunk.toString()}`),
        stderr: (chunk: Buffer) => heard.push(`err ${chunk.toString()}`),
      };
      await withInstance(module, options, async (listened) => {
        await listened.memory.writeString(1024, 'hello');
        await listened.call('write', 1, 5);
        assert.deepEqual(heard.splice(0), ['out hello']);
        await listened.call('write', 2, 2);
        assert.deepEqual(heard.splice(0), ['err he']);
        await listened.callMany('write', [
          [1, 1],
          [1, 2],
        ]);
        assert.deepEqual(heard.splice(0), ['out hhe']);
        await listened.invoke('write', [1, 5]);
        assert.deepEqual(heard, [], 'it is in the result');
      });
    });

    it('has arguments and variables of its own', async () => {
      assert.equal(await instance.call('arguments'), 2);
      await withInstance(module, { args: ['a', 'b', 'c'] }, async (other) => {
        assert.equal(await other.call('arguments'), 4);
      });
      for (const options of [
        { args: 'a' },
        { stdout: 'inherit' },
        { maxQueue: -1 },
        { preopens: {} },
        { signal: {} },
        { timeoutMs: 0 },
      ]) {
        await fails('ERR_INVALID_ARGUMENT', module.instantiate(options as never));
      }
      await fails('ERR_INVALID_ARGUMENT', instance.invoke('touch', [], { args: [] } as never));
    });

    it('reads and changes the globals that the module exports', async () => {
      const { globals } = instance;
      assert.equal(await globals.get('pi'), 3.25);
      await globals.set('sum', -(2n ** 40n));
      assert.equal(await globals.get('sum'), -(2n ** 40n));
      const [, sum] = await Promise.all([instance.call('push', 1), globals.get('sum')]);
      assert.equal(sum, 1n - 2n ** 40n, 'in line with the calls');
      await globals.set('count', 2 ** 32 - 1);
      assert.equal(await globals.get('count'), -1);
      await fails('ERR_INVALID_ARGUMENT', globals.set('pi', 3));
      await fails('ERR_INVALID_ARGUMENT', globals.set('sum', 1));
      await fails('ERR_INVALID_ARGUMENT', globals.get('nothing'));
      await fails('ERR_INVALID_ARGUMENT', globals.get('none'));
      assert.deepEqual(
        module.exports.find(({ name }) => name === 'sum'),
        { name: 'sum', kind: 'global', type: 'i64', mutable: true },
      );
    });

    it('counts the processor time of all threads that have run it', async () => {
      let last = 0n;
      for (let round = 0; round < 5; round++) {
        await Promise.all([instance.call('work', 1_000), module.call('touch')]);
        const time = await instance.call('processorTime');
        assert.ok(time > last, `${time} after ${last}`);
        last = time;
      }
    });
  });
}

describe('A kept instance', () => {
  it('is refused in words where each run has a process of its own', async () => {
    const module = await loadKept({ isolation: 'subprocess' });
    const error = await fails('ERR_INVALID_ARGUMENT', module.instantiate());
    assert.match(error.message, /subprocess.*in-process.*worker-process/);
    await module.close();
  });
});
