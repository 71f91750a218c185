import { nameOf } from './contenders/compute-definitions.js';
import { KERNELS } from './contenders/compute-kernels.js';

/** Where a kernel runs in addition to this package. */
export type Other = 'node-wasi' | 'native';

/**
 * How the kernels' times in this package compare with those elsewhere: the geometric mean of the
 * ratios of their medians, for which a kernel that is twice as fast balances one that is half as
 * fast. Null if a contender did not take part.
 *
 * @param medianOf Returns a contender's median, by its name.
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
