import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { judge } from './trend.mjs';

const MIB = 2 ** 20;
const memory = { relative: 0.02, absolute: 2 * MIB };
const count = { relative: 0, absolute: 0 };

function samples(value) {
  return Array.from({ length: 40 }, (_, index) => ({ at: 1000 * index, value: value(index) }));
}

/** Noise that is the same in every run, from -1 to 1. */
const noise = (index) => Math.sin(12.9898 * index);

describe('The trend of the soak', () => {
  it('is flat for noise, for a warm-up and for single outliers', () => {
    for (const value of [
      (index) => 100 * MIB + MIB * noise(index),
      (index) => (index < 10 ? 50 + 5 * index : 100) * MIB,
      (index) => (index % 7 === 3 ? 140 : 100) * MIB,
      (index) => (100 - index) * MIB,
    ]) {
      const judgement = judge(samples(value), memory);
      assert.ok(judgement.flat, JSON.stringify(judgement));
    }
  });

  it('finds a leak of a few hundred bytes an invocation under the noise', () => {
    const judgement = judge(
      samples((index) => 100 * MIB + 200 * 1000 * index + MIB * noise(index)),
      memory,
    );
    assert.ok(!judgement.flat);
    assert.ok(Math.abs(judgement.slope - 200) < 40, String(judgement.slope));
  });

  it('allows no thread and no file more', () => {
    assert.ok(
      judge(
        samples(() => 14),
        count,
      ).flat,
    );
    assert.ok(
      !judge(
        samples((index) => 14 + Math.floor(index / 8)),
        count,
      ).flat,
    );
  });

  it('refuses to judge a handful of samples', () => {
    assert.throws(() => judge(samples(() => 1).slice(0, 8), count), /too few/);
  });
});
