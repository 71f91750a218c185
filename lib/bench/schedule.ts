import { generator } from './statistics.js';

/**
 * The order in which contenders take turns: all of them in every round, in a different order each
 * round. So drift (the machine's clock, its neighbours) affects all of them alike, and none always
 * follows the same other. The same seed gives the same order.
 */
export function* interleave<T>(
  contenders: readonly T[],
  rounds: number,
  seed: number,
): Generator<{ round: number; contender: T }> {
  const random = generator(seed);
  for (let round = 0; round < rounds; round++) {
    const order = [...contenders];
    // Fisher–Yates shuffle.
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const [a, b] = [order[i], order[j]] as [T, T];
      order[i] = b;
      order[j] = a;
    }
    for (const contender of order) yield { round, contender };
  }
}
