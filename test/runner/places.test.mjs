import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { inTheirPlaces } from './places.mjs';

/** Jobs that end when they are told to, and what has begun of them. */
function jobs(descriptions) {
  const begun = [];
  const ends = {};
  const all = Object.entries(descriptions).map(([name, description]) => ({
    ...description,
    run: () => {
      begun.push(name);
      return new Promise((resolve, reject) => (ends[name] = { resolve, reject }));
    },
  }));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name) => {
    ends[name].resolve(`result of ${name}`);
    await turn();
  };
  const fail = (name) => ends[name].reject(new Error(name));
  return { all, begun, end, fail };
}

describe('jobs in their places', () => {
  it('run side by side as long as there are processors, and those that fit go ahead', async () => {
    const { all, begun, end } = jobs({
      ...{ one: { processors: 1 }, all: {}, other: { processors: 1 }, third: { processors: 1 } },
    });
    const results = inTheirPlaces(all, 2);
    assert.deepEqual(begun, ['one', 'other']);
    await end('other');
    assert.deepEqual(begun, ['one', 'other', 'third']);
    await end('one');
    assert.deepEqual(begun, ['one', 'other', 'third']);
    await end('third');
    assert.deepEqual(begun, ['one', 'other', 'third', 'all']);
    await end('all');
    const names = ['one', 'all', 'other', 'third'];
    assert.deepEqual(
      await results,
      names.map((name) => `result of ${name}`),
    );
  });

  it('take turns, and ask for no more processors than there are', async () => {
    const { all, begun, end } = jobs({
      ...{ a: { processors: 1, turn: 'x' }, b: { processors: 1, turn: 'x' }, c: { processors: 9 } },
    });
    const results = inTheirPlaces(all, 2);
    assert.deepEqual(begun, ['a']);
    await end('a');
    assert.deepEqual(begun, ['a', 'b']);
    await end('b');
    await end('c');
    assert.equal((await results).length, 3);
    assert.deepEqual(await inTheirPlaces([], 2), []);
  });

  it('fail with the first that does, and no further one begins', async () => {
    const { all, begun, end, fail } = jobs({ a: { processors: 1 }, b: { processors: 1 }, c: {} });
    const results = inTheirPlaces(all, 2);
    fail('a');
    await assert.rejects(results, /^Error: a$/);
    await end('b');
    assert.deepEqual(begun, ['a', 'b']);
  });
});
