/**
 * Whether a measure stays constant, decided from its samples after the warm-up.
 *
 * The trend is the Theil–Sen estimator: the median of the slopes between every two samples, which
 * is robust against outliers in up to a third of the samples (a late garbage collection). The
 * criterion is the resulting growth from the first sample to the last.
 *
 * @typedef {object} Judgement
 * @property {number} median
 * @property {number} slope growth for each invocation
 * @property {number} growth from the first to the last sample, by the slope
 * @property {number} bound that the growth may reach
 * @property {boolean} flat
 */

/** The initial part of the samples, in which caches fill and code is compiled. */
export const warmUpPart = 1 / 4;

/** With fewer samples after the warm-up, no trend can be detected. */
export const fewestSamples = 8;

/**
 * @param {{ at: number, value: number }[]} samples `at` counts invocations
 * @param {{ relative: number, absolute: number }} allowance growth that is none: the larger of the two
 * @returns {Judgement}
 */
export function judge(samples, { relative, absolute }) {
  const settled = samples.slice(Math.ceil(samples.length * warmUpPart));
  if (settled.length < fewestSamples) {
    throw new Error(`${settled.length} samples after the warm-up are too few for a trend`);
  }
  const median = medianOf(settled.map(({ value }) => value));
  const slope = medianOf(
    settled.flatMap((late, index) =>
      settled
        .slice(0, index)
        .filter((early) => early.at !== late.at)
        .map((early) => (late.value - early.value) / (late.at - early.at)),
    ),
  );
  const growth = slope * (settled.at(-1).at - settled[0].at);
  const bound = Math.max(relative * median, absolute);
  return { median, slope, growth, bound, flat: growth <= bound };
}

function medianOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
