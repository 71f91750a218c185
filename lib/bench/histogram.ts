/** Counts of samples in bins of equal width on a logarithmic scale. */
export interface Histogram {
  /** The start of the first bin; each bin ends where the next begins, by a constant factor. */
  start: number;
  factor: number;
  counts: number[];
}

/** The same bins for all histograms, so that they can be overlaid: 25 per factor of ten. */
const FACTOR = 10 ** (1 / 25);

export function histogram(samples: readonly number[]): Histogram {
  const bins = samples.map((sample) => Math.floor(Math.log(sample) / Math.log(FACTOR) + 1e-9));
  const first = bins.reduce((least, bin) => Math.min(least, bin), Infinity);
  const last = bins.reduce((most, bin) => Math.max(most, bin), -Infinity);
  if (first > last) return { start: 1, factor: FACTOR, counts: [] };
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const bin of bins) counts[bin - first] = (counts[bin - first] ?? 0) + 1;
  return { start: FACTOR ** first, factor: FACTOR, counts };
}
