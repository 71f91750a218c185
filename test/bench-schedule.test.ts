import assert from 'node:assert/strict';

import { interleave } from './support/bench.js';

const names = ['a', 'b', 'c', 'd'];

describe('Benchmark schedule', () => {
  it('gives each contender one turn in every round', () => {
    const turns = [...interleave(names, 50, 1)];
    assert.equal(turns.length, 200);
    for (let round = 0; round < 50; round++) {
      const taking = turns.filter((turn) => turn.round === round).map((turn) => turn.contender);
      assert.deepEqual(taking.sort(), names);
    }
  });

  it('lets each follow each other about as often', () => {
    const turns = [...interleave(names, 2000, 1)].map(({ contender }) => contender);
    const follows = new Map<string, number>();
    turns.slice(1).forEach((name, index) => {
      const pair = `${turns[index]!}${name}`;
      follows.set(pair, (follows.get(pair) ?? 0) + 1);
    });
    for (const first of names) {
      for (const second of names.filter((name) => name !== first)) {
        const count = follows.get(first + second) ?? 0;
        assert.ok(count > 400 && count < 800, `${first}${second} ${count}`);
      }
    }
  });

  it('is the same for the same seed', () => {
    assert.deepEqual([...interleave(names, 5, 9)], [...interleave(names, 5, 9)]);
    assert.notDeepEqual([...interleave(names, 5, 9)], [...interleave(names, 5, 10)]);
  });
});
