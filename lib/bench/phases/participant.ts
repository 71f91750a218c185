import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import type { Prepared } from '../contenders/definition.js';
import { ContenderFailure } from '../contenders/process.js';
import type { ContenderProcess } from '../contenders/process.js';
import type { ContenderResult } from '../results.js';

/** A contender that takes part, while it does. */
export interface Participant {
  result: ContenderResult;
  prepared: Prepared;
  /** While it runs. */
  process?: ContenderProcess;
}

/** What phases need of the benchmark that they are a part of. */
export interface Progress {
  /** A phase of so many steps begins. */
  begin(phase: string, steps: number): void;
  step(): void;
}

export function stillIn(participants: readonly Participant[]): Participant[] {
  return participants.filter(({ result }) => result.failed === undefined);
}

/** Whether its invocations are a thousand small calls. */
export function makesCalls({ result: { workload } }: Participant): boolean {
  return workload === 'instance-call' || workload === 'host-call';
}

/** Whether an invocation is long: a thousand small calls, or a kernel. Latency is all there is to measure. */
export function takesLong(participant: Participant): boolean {
  return makesCalls(participant) || participant.result.workload === 'compute';
}

/** Whether its latency says all that is asked of it. */
export function hasLatencyAlone(participant: Participant): boolean {
  return takesLong(participant) || participant.result.workload === 'snapshot';
}

/** Those that answer whoever asks; the model alone has no callers that could be many. */
export function answering(participants: readonly Participant[]): Participant[] {
  return stillIn(participants).filter(
    (each) => each.result.workload !== 'inference' && !hasLatencyAlone(each),
  );
}

/** A failure ends the contender's part in the benchmark, not the benchmark. */
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
