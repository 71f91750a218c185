import type { BenchOptions } from '../options.js';
import { cpuSeconds } from '../process-tree.js';
import { interleave } from '../schedule.js';

import { attemptWith, latencyAlone, stillIn } from './participant.js';
import type { Participant, Progress } from './participant.js';

const EVERYTHING = { mostRounds: Infinity, lessOften: 1, isWarmedUp: true };

/** One invocation at a time, of the first picture, in rounds. */
export async function measureLatency(
  participants: readonly Participant[],
  { rounds, samples, warmUp, seed }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const each = Math.ceil(samples / rounds);
  const taking = stillIn(participants);
  progress.begin('latency', taking.length * rounds);
  for (const { round, contender } of interleave(taking, rounds, seed)) {
    const alone = latencyAlone(contender);
    const { lessOften, mostRounds, isWarmedUp } = alone ?? EVERYTHING;
    if (round >= mostRounds) {
      progress.step();
      continue;
    }
    await attemptWith(contender, async (running) => {
      const count = Math.max(1, Math.ceil(each / lessOften));
      // Separate from the timed ones: their processor time is measured from outside.
      if (isWarmedUp) await running.measure(0, lessOften < Infinity ? warmUp : 0, 1);
      const before = cpuSeconds(running.pid);
      const { latenciesMs, partsMs } = await running.measure(0, 0, count);
      const cpuMs = ((cpuSeconds(running.pid) - before) * 1000) / count;
      const latency = (contender.result.latency ??= { rounds: [], partsMs: [], cpuMs: [] });
      latency.rounds.push(latenciesMs);
      latency.partsMs.push(partsMs);
      latency.cpuMs.push(cpuMs);
    });
    progress.step();
  }
}

/** The other pictures, one invocation at a time, in one round each. */
export async function measureOtherPictures(
  participants: readonly Participant[],
  { pictures, samplesOfOtherPictures, warmUp, seed }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const taking = stillIn(participants).filter(({ result }) => result.workload === 'classification');
  const others = pictures.map((_, picture) => picture).slice(1);
  progress.begin('other pictures', taking.length * others.length);
  for (const picture of others) {
    for (const { contender } of interleave(taking, 1, seed + picture)) {
      await attemptWith(contender, async (running) => {
        const { latenciesMs } = await running.measure(picture, warmUp, samplesOfOtherPictures);
        (contender.result.otherPictures ??= []).push({ picture, samplesMs: latenciesMs });
      });
      progress.step();
    }
  }
}
