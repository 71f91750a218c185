import { setTimeout as sleep } from 'node:timers/promises';

import { ContenderProcess } from '../contenders/process.js';
import type { BenchOptions } from '../options.js';
import { residentBytes } from '../process-tree.js';

import { answering, attempt } from './participant.js';
import type { Participant, Progress } from './participant.js';

const SETTLE_MS = 500;
const SAMPLE_MS = 50;

/** Resident memory, each contender alone and in a fresh process: idle, and with 1, 2, … callers. */
export async function measureMemory(
  participants: readonly Participant[],
  { concurrency: most, memoryMs }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const taking = answering(participants);
  progress.begin('memory', taking.length * (most + 1));
  for (const contender of taking) {
    await attempt(contender, async () => {
      const running = (contender.process = await ContenderProcess.start(contender.prepared.serve));
      await running.saturate(0, 1, memoryMs);
      await sleep(SETTLE_MS);
      contender.result.memory = { idleBytes: residentBytes(running.pid), peaks: [] };
      progress.step();
      for (let concurrency = 1; concurrency <= most; concurrency++) {
        const bytes = await peakDuring(running.pid, () =>
          running.saturate(0, concurrency, memoryMs),
        );
        contender.result.memory.peaks.push({ concurrency, bytes });
        progress.step();
      }
      await running.close();
      delete contender.process;
    });
  }
}

async function peakDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(sampler);
  }
  return peak;
}
