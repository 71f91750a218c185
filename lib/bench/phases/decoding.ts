import type { BenchOptions } from '../options.js';
import { interleave } from '../schedule.js';

import { attemptWith, stillIn } from './participant.js';
import type { Participant, Progress } from './participant.js';

/**
 * Each picture is decoded a few times in a row, so that caches and the branch predictor are warm.
 */
const AT_A_STRETCH = 3;
const ROUNDS = 12;

/** All pictures of the decoding contenders, in interleaved rounds. */
export async function measureDecoding(
  participants: readonly Participant[],
  { rounds, warmUp, seed }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const taking = stillIn(participants).filter(({ result }) => result.workload === 'decode');
  const pictures = taking[0]?.prepared.pictures ?? [];
  const each = Math.min(rounds, ROUNDS);
  progress.begin('decoding', taking.length * pictures.length * each);
  for (const [index, picture] of pictures.entries()) {
    for (const { contender } of interleave(taking, each, seed + index)) {
      await attemptWith(contender, async (running) => {
        const { partsMs } = await running.measure(index, warmUp > 0 ? 1 : 0, AT_A_STRETCH);
        const decoding = (contender.result.decoding ??= []);
        const of = decoding.find((known) => known.picture === picture);
        if (of) of.samplesMs.push(partsMs.decode ?? NaN);
        else decoding.push({ picture, samplesMs: [partsMs.decode ?? NaN] });
      });
      progress.step();
    }
  }
}
