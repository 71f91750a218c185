import { ContenderProcess } from '../contenders/process.js';
import type { BenchOptions } from '../options.js';
import { residentBytes } from '../process-tree.js';
import { median } from '../statistics.js';

import { attempt, stillIn } from './participant.js';
import type { Participant, Progress } from './participant.js';

/** Contenders whose guests run in the process itself: leaks would stay there. */
const WATCHED = ['in-process', 'echo-in-process'];
const CONCURRENCY = 2;
const TENTHS = 10;
const SAMPLE_MS = 100;

/** Resident memory over many invocations, each contender alone and in a fresh process. */
export async function measureEndurance(
  participants: readonly Participant[],
  { endurance: invocations }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const taking = stillIn(participants).filter(({ result }) => WATCHED.includes(result.name));
  // The first tenth is the warm-up.
  progress.begin('endurance', taking.length * (TENTHS + 1));
  for (const contender of taking) {
    await attempt(contender, async () => {
      const running = (contender.process = await ContenderProcess.start(contender.prepared.serve));
      const tenths: number[] = [];
      for (let tenth = 0; tenth <= TENTHS; tenth++) {
        tenths.push(await residentDuring(running, Math.ceil(invocations / TENTHS)));
        progress.step();
      }
      contender.result.endurance = { invocations, residentBytes: tenths.slice(1) };
      await running.close();
      delete contender.process;
    });
  }
}

/** The median of the resident memory during this many invocations. */
async function residentDuring(running: ContenderProcess, invocations: number): Promise<number> {
  const samples = [residentBytes(running.pid)];
  const sampler = setInterval(() => samples.push(residentBytes(running.pid)), SAMPLE_MS);
  try {
    await running.repeat(0, CONCURRENCY, invocations);
  } finally {
    clearInterval(sampler);
  }
  return median(samples);
}
