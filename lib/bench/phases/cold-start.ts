import { ContenderProcess } from '../contenders/process.js';
import type { BenchOptions } from '../options.js';
import type { ColdStartSamples } from '../results.js';
import { interleave } from '../schedule.js';

import { attempt, latencyAlone } from './participant.js';
import type { Participant, Progress } from './participant.js';

/** From the start of a process to its first answer, with the files in the page cache. */
export async function measureColdStarts(
  participants: readonly Participant[],
  { coldStarts, seed }: BenchOptions,
  progress: Progress,
): Promise<void> {
  // The others start in the same ways.
  const taking = participants.filter(
    (each) => latencyAlone(each)?.isStarted ?? !latencyAlone(each),
  );
  progress.begin('cold starts', taking.length * (coldStarts + 1));
  // The first round fills the page cache and does not count.
  for (const { round, contender } of interleave(taking, coldStarts + 1, seed)) {
    await attempt(contender, async () => {
      const { coldStart, coldStartApart } = contender.prepared;
      const whole = await ContenderProcess.coldStart(coldStart);
      const apart = coldStartApart && (await ContenderProcess.coldStart(coldStartApart));
      if (round === 0) return;
      const samples: ColdStartSamples = (contender.result.coldStart ??= { totalMs: [], parts: [] });
      samples.totalMs.push(whole.totalMs);
      addParts(samples.parts, whole.parts);
      if (apart) addParts((samples.apart ??= []), apart.parts);
    });
    progress.step();
  }
}

function addParts(
  samples: ColdStartSamples['parts'],
  parts: readonly [part: string, milliseconds: number][],
): void {
  parts.forEach(([part, milliseconds], index) => {
    (samples[index] ??= { part, samplesMs: [] }).samplesMs.push(milliseconds);
  });
}
