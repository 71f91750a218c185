import type { RunOptions, RunResult, Timings } from '../types.js';

/** How the call of an exported function ended. */
export interface CallResult {
  value: number | bigint | undefined;
  timings: Timings;
}

/**
 * One contract for every isolation: what {@link LoadedModule} needs of the way its guest is run.
 */
export interface Runner {
  readonly isolation: 'in-process';
  run(options: RunOptions): Promise<RunResult>;
  call(name: string, args: readonly unknown[]): Promise<CallResult>;
  /** Takes no more invocations and settles when those that were accepted have settled. */
  close(): Promise<void>;
}
