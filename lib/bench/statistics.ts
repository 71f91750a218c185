/** A measured value with its 95 % confidence interval. Null: the samples provide no bound there. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

/** The confidence level of all intervals. */
const CONFIDENCE = 0.95;
/** The percentiles that are reported. */
export const PERCENTILES = [0.5, 0.9, 0.99, 0.999] as const;

const RESAMPLES = 1000;

export function sorted(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The nearest-rank percentile: the smallest value that at least the fraction `p` of all values does
 * not exceed.
 */
export function percentile(ascending: readonly number[], p: number): number {
  const rank = Math.max(1, Math.ceil(p * ascending.length - 1e-9));
  const value = ascending[rank - 1];
  if (value === undefined) throw new RangeError('A percentile requires at least one sample.');
  return value;
}

export function median(values: Iterable<number>): number {
  return percentile(sorted(values), 0.5);
}

/**
 * A confidence interval for a percentile that holds for any distribution of independent samples:
 * between the two order statistics between whose ranks a binomial variable lies with that
 * confidence. Null if there are too few samples for a bound.
 */
export function orderStatisticInterval(
  ascending: readonly number[],
  p: number,
): { low: number | null; high: number | null } {
  const n = ascending.length;
  const tail = (1 - CONFIDENCE) / 2;
  const q = Math.log(p / (1 - p));
  let logProbability = n * Math.log(1 - p);
  let below = 0;
  let lowRank = 0;
  let highRank = n + 1;
  for (let k = 0; k <= n; k++) {
    below += Math.exp(logProbability);
    if (below <= tail) lowRank = k + 1;
    if (below >= 1 - tail) {
      highRank = k + 1;
      break;
    }
    logProbability += Math.log((n - k) / (k + 1)) + q;
  }
  return { low: ascending[lowRank - 1] ?? null, high: ascending[highRank - 1] ?? null };
}

/**
 * A percentile of samples taken in rounds. Its interval is the hull of two: that of the order
 * statistics, which reflects how few samples a tail has, and that of a bootstrap over whole rounds,
 * which reflects how the machine drifted from round to round.
 */
export function percentileEstimate(rounds: readonly (readonly number[])[], p: number): Estimate {
  const pooled = new PooledRounds(rounds);
  const order = orderStatisticInterval(pooled.values, p);
  const drift = pooled.bootstrap((weights) => pooled.percentile(p, weights));
  return {
    value: percentile(pooled.values, p),
    low: order.low === null ? null : Math.min(order.low, drift.low),
    high: order.high === null ? null : Math.max(order.high, drift.high),
  };
}

/**
 * The mean of a value taken once per round, with the bootstrap's interval; a single round gives
 * none, as for the ratios below.
 */
export function meanEstimate(values: readonly number[]): Estimate {
  if (values.length < 2) return { value: mean(values), low: null, high: null };
  const rounds = new PooledRounds(values.map((value) => [value]));
  const { low, high } = rounds.bootstrap((weights) => weightedMean(values, weights));
  return { value: mean(values), low, high };
}

export function medianEstimate(values: readonly number[]): Estimate {
  return percentileEstimate(
    values.map((value) => [value]),
    0.5,
  );
}

/**
 * The ratio of a percentile of `a` to that of `b`. Rounds that ran side by side (`paired`) are
 * drawn together, so a slowdown of a whole round cancels out.
 */
export function ratioEstimate(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  p: number,
  { paired }: { paired: boolean },
): Estimate {
  const above = new PooledRounds(a);
  const below = new PooledRounds(b);
  return {
    value: percentile(above.values, p) / percentile(below.values, p),
    ...ratioInterval(
      [a.length, b.length],
      paired,
      (weights, others) => above.percentile(p, weights) / below.percentile(p, others),
    ),
  };
}

/** The ratio of the mean of `a` to that of `b`, with one value per round. */
export function ratioOfMeans(
  a: readonly number[],
  b: readonly number[],
  { paired }: { paired: boolean },
): Estimate {
  return {
    value: mean(a) / mean(b),
    ...ratioInterval(
      [a.length, b.length],
      paired,
      (weights, others) => weightedMean(a, weights) / weightedMean(b, others),
    ),
  };
}

/**
 * The bootstrap's interval of a ratio, from how often each round is drawn for the numerator and the
 * denominator.
 */
function ratioInterval(
  [above, below]: readonly [above: number, below: number],
  paired: boolean,
  ratio: (weights: number[], others: number[]) => number,
): Pick<Estimate, 'low' | 'high'> {
  if (above < 2 || below < 2) return { low: null, high: null };
  const random = generator(1);
  return central(
    Array.from({ length: RESAMPLES }, () => {
      const weights = drawRounds(above, random);
      return ratio(weights, paired && above === below ? weights : drawRounds(below, random));
    }),
  );
}

/** The samples of all rounds in ascending order, each with its round. */
class PooledRounds {
  readonly values: number[];
  readonly #rounds: number[];
  readonly #count: number;

  constructor(rounds: readonly (readonly number[])[]) {
    const pooled = rounds
      .flatMap((values, round) => values.map((value) => ({ value, round })))
      .sort((a, b) => a.value - b.value);
    this.values = pooled.map(({ value }) => value);
    this.#rounds = pooled.map(({ round }) => round);
    this.#count = rounds.length;
  }

  /** With each round counted as often as its weight says. */
  percentile(p: number, weights: readonly number[]): number {
    const weightAt = (index: number): number => weights[this.#rounds[index] ?? 0] ?? 0;
    let total = 0;
    for (let i = 0; i < this.values.length; i++) total += weightAt(i);
    let left = Math.max(1, Math.ceil(p * total - 1e-9));
    for (let i = 0; i < this.values.length; i++) {
      left -= weightAt(i);
      if (left <= 0) return this.values[i] ?? NaN;
    }
    return NaN;
  }

  bootstrap(statistic: (weights: number[]) => number): { low: number; high: number } {
    const random = generator(1);
    return central(
      Array.from({ length: RESAMPLES }, () => statistic(drawRounds(this.#count, random))),
    );
  }
}

/** How often each of `count` rounds is drawn when as many are drawn with replacement. */
function drawRounds(count: number, random: () => number): number[] {
  const weights = new Array<number>(count).fill(0);
  for (let i = 0; i < count; i++) {
    const drawn = Math.floor(random() * count);
    weights[drawn] = (weights[drawn] ?? 0) + 1;
  }
  return weights;
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);
  return total / weights.reduce((sum, weight) => sum + weight, 0);
}

/** The central part of resampled values, omitting equally many at both ends. */
function central(values: readonly number[]): { low: number; high: number } {
  const ascending = sorted(values);
  const tail = (1 - CONFIDENCE) / 2;
  return { low: percentile(ascending, tail), high: percentile(ascending, 1 - tail) };
}

/**
 * Random numbers from 0 to 1 that are the same for the same seed, so that reports of the same
 * samples are identical: Marsaglia's 32-bit xorshift.
 */
export function generator(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
