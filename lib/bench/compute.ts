import { nameOf } from './contenders/compute-definitions.js';
import { KERNELS } from './contenders/compute-kernels.js';

/** Where a kernel runs besides this package. */
export type Other = 'node-wasi' | 'native';

/**
 * How many times the time that the kernels take elsewhere they take here: the geometric mean of the
 * ratios of their medians, which treats a kernel of twice the speed and one of half as equals. Null
 * where one of them did not take part.
 *
 * @param medianOf a contender's median, by its name
 */
export function geometricMean(
  other: Other,
  medianOf: (name: string) => number | undefined,
): number | null {
  let logarithms = 0;
  for (const kernel of KERNELS) {
    const ours = medianOf(nameOf(kernel, 'in-process'));
    const theirs = medianOf(nameOf(kernel, other));
    if (ours === undefined || theirs === undefined) return null;
    logarithms += Math.log(ours / theirs);
  }
  return Math.exp(logarithms / KERNELS.length);
}
