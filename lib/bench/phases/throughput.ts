import type { BenchOptions } from '../options.js';
import { interleave } from '../schedule.js';
import { percentile, sorted } from '../statistics.js';

import { answering, attemptWith } from './participant.js';
import type { Participant, Progress } from './participant.js';

/** As many invocations as possible, with 1, 2, … of them in progress. */
export async function measureThroughput(
  participants: readonly Participant[],
  { concurrency: most, throughputMs, throughputRounds, seed }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const taking = answering(participants);
  const points = Array.from({ length: most }, (_, index) => index + 1);
  progress.begin('throughput', taking.length * points.length * throughputRounds);
  for (const { contender } of interleave(taking, throughputRounds, seed)) {
    for (const concurrency of points) {
      await attemptWith(contender, async (running) => {
        const { latenciesMs, elapsedMs } = await running.saturate(0, concurrency, throughputMs);
        const measured = (contender.result.throughput ??= points.map((each) => ({
          concurrency: each,
          perSecond: [],
          p50Ms: [],
          p99Ms: [],
        })));
        const point = measured[concurrency - 1];
        const ascending = sorted(latenciesMs);
        point?.perSecond.push((1000 * latenciesMs.length) / elapsedMs);
        point?.p50Ms.push(percentile(ascending, 0.5));
        point?.p99Ms.push(percentile(ascending, 0.99));
      });
      progress.step();
    }
  }
}
