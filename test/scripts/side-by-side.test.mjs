import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { sideBySide } from '../runner/side-by-side.mjs';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work side by side', () => {
  it('is done for each thing, no more at a time than it may be', async () => {
    let [now, most] = [0, 0];
    const results = await sideBySide([5, 1, 3, 2, 4], 2, async (thing, index) => {
      most = Math.max(most, ++now);
      for (let round = 0; round < thing; ++round) await turn();
      now -= 1;
      return `${index}: ${thing}`;
    });
    assert.deepEqual(results, ['0: 5', '1: 1', '2: 3', '3: 2', '4: 4']);
    assert.equal(most, 2);
    assert.deepEqual(await sideBySide([], 2, turn), []);
  });

  it('fails with the first failure, when what was begun has ended', async () => {
    const ended = [];
    const work = async (thing) => {
      await turn();
      if (thing === 1) throw new Error('one');
      await turn();
      ended.push(thing);
    };
    await assert.rejects(sideBySide([0, 1, 2, 3], 2, work), /^Error: one$/);
    assert.deepEqual(ended, [0]);
  });
});
