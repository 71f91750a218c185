import assert from 'node:assert/strict';

import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { outputOf } from './support/run-guest.js';

describe('inference threads', () => {
  it('give the same answer, however many they are', async () => {
    const stdin = Buffer.from(Array.from({ length: 128 * 128 * 3 }, (_, i) => (i * 31) % 251));
    const answers: string[] = [];
    for (const threads of [1, 2, 4]) {
      const stdout = await outputOf(
        rustGuest('wasi-nn'),
        { models: { default: SMALL_MODEL }, inference: { threads } },
        { args: '--name default --input 0:u8:1x128x128x3'.split(' '), stdin },
      );
      assert.equal(stdout.length, 23);
      answers.push(stdout.toString('hex'));
    }
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
  });
});
