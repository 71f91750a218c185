import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import type { Prepared, WorkloadKind } from '../contenders/definition.js';
import { ContenderFailure } from '../contenders/process.js';
import type { ContenderProcess } from '../contenders/process.js';
import type { ContenderResult } from '../results.js';

/** A contender that takes part, for as long as it does. */
export interface Participant {
  result: ContenderResult;
  prepared: Prepared;
  /** While it runs. */
  process?: ContenderProcess;
}

/** What phases need from the benchmark. */
export interface Progress {
  /** A phase with this number of steps begins. */
  begin(phase: string, steps: number): void;
  step(): void;
}

export function stillIn(participants: readonly Participant[]): Participant[] {
  return participants.filter(({ result }) => result.failed === undefined);
}

/** How to measure contenders for which only the latency is measured. */
interface Alone {
  /** The number of rounds in which it is timed. */
  mostRounds: number;
  /** Divides the number of invocations in each. */
  lessOften: number;
  isWarmedUp: boolean;
  /** Whether its start is measured as well: others start like the classifiers. */
  isStarted?: true;
}

/** A thousand small calls, a kernel, and work that takes seconds: their latency says it all. */
const ALONE: Partial<Record<WorkloadKind, Alone>> = {
  'instance-call': { mostRounds: Infinity, lessOften: 10, isWarmedUp: true },
  'host-call': { mostRounds: Infinity, lessOften: 10, isWarmedUp: true },
  snapshot: { mostRounds: Infinity, lessOften: 1, isWarmedUp: true },
  compute: { mostRounds: Infinity, lessOften: 10, isWarmedUp: true, isStarted: true },
  stream: { mostRounds: 10, lessOften: Infinity, isWarmedUp: true },
  'big-module': { mostRounds: 3, lessOften: Infinity, isWarmedUp: false },
};

/** Undefined for a contender for which everything is measured. */
export function latencyAlone({ result, prepared }: Participant): Alone | undefined {
  const alone = ALONE[result.workload];
  if (!alone) return undefined;
  return { ...alone, mostRounds: Math.min(alone.mostRounds, prepared.mostRounds ?? Infinity) };
}

/** Contenders that can serve several callers; for the model alone there is only one. */
export function answering(participants: readonly Participant[]): Participant[] {
  return stillIn(participants).filter(
    (each) => each.result.workload !== 'inference' && !latencyAlone(each),
  );
}

/** A failure ends the contender's participation, not the benchmark. */
export async function attempt(participant: Participant, work: () => Promise<void>): Promise<void> {
  if (participant.result.failed !== undefined) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ContenderFailure || error instanceof WasmEdgeError)) throw error;
    participant.result.failed = reasonOf(error);
    await participant.process?.close();
    delete participant.process;
  }
}

/** The same with its running process. */
export function attemptWith(
  participant: Participant,
  work: (running: ContenderProcess) => Promise<void>,
): Promise<void> {
  return attempt(participant, async () => {
    if (!participant.process) throw new ContenderFailure('It is not running.');
    await work(participant.process);
  });
}
