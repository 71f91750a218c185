import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { groupsOf } from './groups.mjs';

describe('groups', () => {
  it('have every thing once, and neighbours apart', () => {
    assert.deepEqual(groupsOf([1, 2, 3, 4, 5], 2), [[1, 4], [2, 5], [3]]);
    assert.deepEqual(groupsOf([], 2), []);
  });
});
