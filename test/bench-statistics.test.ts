import assert from 'node:assert/strict';

import { rounds, statistics } from './support/bench.js';

const {
  generator,
  mean,
  meanEstimate,
  median,
  medianEstimate,
  orderStatisticInterval,
  percentile,
  percentileEstimate,
  ratioEstimate,
  ratioOfMeans,
  sorted,
} = statistics;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('Benchmark statistics', () => {
  it('take percentiles by nearest rank', () => {
    assert.equal(percentile(upTo(100), 0.5), 50);
    assert.equal(percentile(upTo(100), 0.99), 99);
    assert.equal(percentile(upTo(100), 0.999), 100);
    assert.equal(percentile([4], 0.001), 4);
    assert.equal(median([3, 1, 2]), 2);
    assert.throws(() => percentile([], 0.5), RangeError);
  });

  it('bound a percentile by the ranks that tables of the binomial distribution give', () => {
    // The median of 100: ranks 40 and 61; of 10: 2 and 9.
    assert.deepEqual(orderStatisticInterval(upTo(100), 0.5), { low: 40, high: 61 });
    assert.deepEqual(orderStatisticInterval(upTo(10), 0.5), { low: 2, high: 9 });
  });

  it('give no bound that the samples do not reach', () => {
    assert.deepEqual(orderStatisticInterval(upTo(5), 0.5), { low: null, high: null });
    assert.equal(orderStatisticInterval(upTo(3687), 0.999).high, null);
    assert.equal(orderStatisticInterval(upTo(3688), 0.999).high, 3688);
    assert.equal(orderStatisticInterval(upTo(100_000), 0.5).low, 49_690);
  });

  it('hold the true percentile in the interval as often as they say', () => {
    const random = generator(11);
    let held = 0;
    for (let trial = 0; trial < 400; trial++) {
      const samples = sorted(Array.from({ length: 60 }, random));
      const { low, high } = orderStatisticInterval(samples, 0.9);
      if ((low ?? 0) <= 0.9 && 0.9 <= (high ?? 1)) held += 1;
    }
    assert.ok(held >= 372, `${held} of 400`);
  });

  it('widen an interval by what the machine drifted from round to round', () => {
    const steady = percentileEstimate(rounds(10), 0.5);
    const drifting = percentileEstimate(
      rounds(10).map((round, index) => round.map((value) => value * (index % 2 === 0 ? 1 : 1.5))),
      0.5,
    );
    const width = ({ low, high }: { low: number | null; high: number | null }): number =>
      (high ?? NaN) - (low ?? NaN);
    assert.ok(width(drifting) > 3 * width(steady), `${width(drifting)} ${width(steady)}`);
    assert.ok((steady.low ?? NaN) <= steady.value && steady.value <= (steady.high ?? NaN));
  });

  it('estimate a mean with an interval of about two standard errors', () => {
    const random = generator(3);
    const values = Array.from({ length: 200 }, () => 5 + random());
    const { value, low, high } = meanEstimate(values);
    const squares = values.map((each) => (each - mean(values)) ** 2);
    const error = Math.sqrt(mean(squares) / values.length);
    assert.ok(Math.abs(value - mean(values)) < 1e-12);
    for (const half of [value - (low ?? NaN), (high ?? NaN) - value]) {
      assert.ok(half > 1.5 * error && half < 2.5 * error, `${half} ${error}`);
    }
  });

  it('claim no interval from one round', () => {
    assert.deepEqual(meanEstimate([3]), { value: 3, low: null, high: null });
    assert.deepEqual(ratioOfMeans([6], [3], { paired: true }), { value: 2, low: null, high: null });
    assert.deepEqual(medianEstimate([3]), { value: 3, low: null, high: null });
  });

  it('find the ratio of what ran side by side, whatever slowed both down', () => {
    const slow = rounds(10).map((round, index) => round.map((value) => value * (1 + index / 10)));
    const fast = slow.map((round) => round.map((value) => value / 2));
    const paired = ratioEstimate(slow, fast, 0.5, { paired: true });
    assert.deepEqual(paired, { value: 2, low: 2, high: 2 });
    const apart = ratioEstimate(slow, fast, 0.5, { paired: false });
    assert.ok((apart.low ?? NaN) < 1.9 && (apart.high ?? NaN) > 2.1);
  });

  it('give the same intervals for the same samples', () => {
    const [a, b] = [rounds(10), rounds(11, { seed: 8 })];
    assert.deepEqual(percentileEstimate(a, 0.99), percentileEstimate(a, 0.99));
    assert.deepEqual(
      ratioEstimate(a, b, 0.5, { paired: false }),
      ratioEstimate(a, b, 0.5, { paired: false }),
    );
  });
});
