import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Instance, LoadedModule } from 'wasmedge-embed';

import { HOMES, loadKept, nameOf } from './support/instances.js';
import type { Kept } from './support/instances.js';

/** Numbers from 0 to `below - 1`, the same in every run (Numerical Recipes' generator). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** How a request may end, whatever happens at the same time. */
const ENDS = ['ERR_CLOSED', 'ERR_TRAP', 'ERR_GUEST_EXIT', 'ERR_ABORTED', 'ERR_TIMEOUT'];

for (const home of HOMES) {
  describe(`Kept instances at random (${nameOf(home)})`, () => {
    let module: LoadedModule<Kept>;
    before(async () => {
      module = await loadKept({ ...home, concurrency: 2, limits: { memoryPages: 16 } });
    });
    after(() => module.close());

    it('settle whatever is asked of them, and count right as long as they live', async () => {
      const random = randomNumbers(home.aot === 'auto' ? 7 : 11);
      const lives = Array.from({ length: 24 }, () => live(module, random));
      const ends = (await Promise.all(lives)).flat();
      for (const end of new Set(ends)) assert.ok(ENDS.includes(end), end);
      assert.ok(ends.includes('ERR_CLOSED') && ends.includes('ERR_TRAP'));
      assert.equal(await module.call('push', 4), 4);
    });
  });
}

/** The life of one instance; returns the codes of its failures. */
async function live(
  module: LoadedModule<Kept>,
  random: (below: number) => number,
): Promise<string[]> {
  const instance = await module.instantiate();
  const asked: Promise<unknown>[] = [];
  let sum = 0;
  for (let step = 0; step < 60; step++) {
    for (const each of ask(instance, random(40), random, (value) => (sum += value))) {
      // It is checked at the end.
      each.catch(() => undefined);
      asked.push(each);
    }
    if (random(8) === 0) await sleep(random(3));
  }
  asked.push(instance.close());
  const settled = await Promise.allSettled(asked);
  const codes = settled.flatMap((each) =>
    each.status === 'rejected' ? [String((each.reason as { code: unknown }).code)] : [],
  );
  // If nothing failed, nothing was lost.
  if (codes.length === 0) assert.ok(Number.isInteger(sum));
  return codes;
}

function ask(
  instance: Instance<Kept>,
  kind: number,
  random: (below: number) => number,
  add: (value: number) => number,
): Promise<unknown>[] {
  const pushed = (value: number): Promise<void> => {
    const expected = add(value);
    return instance.call('push', value).then((sum) => {
      assert.equal(sum, expected);
    });
  };
  switch (kind) {
    case 0:
      return [instance.call('divide', 0)];
    case 1:
      return [instance.call('exit', 1)];
    case 2: {
      const controller = new AbortController();
      const running = instance.invoke('spin', [], { signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, random(10));
      return [running];
    }
    case 3:
      return [instance.invoke('spin', [], { timeoutMs: 1 + random(5) })];
    case 4:
      return [instance.close()];
    case 5:
      return [instance.memory.write(4096, Buffer.alloc(random(1000), 1))];
    case 6:
      return [instance.memory.read(0, random(65_536)), instance.globals.get('sum')];
    case 7:
      return [instance.callMany('touch', Array(random(500)).fill([]) as [][])];
    default:
      return Array.from({ length: 1 + random(20) }, () => pushed(random(100)));
  }
}
