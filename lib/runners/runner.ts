import type { RunOptions, RunResult } from '../types.js';

/**
 * One contract for every isolation: what {@link LoadedModule} needs of the way its guest is run.
 */
export interface Runner {
  readonly isolation: 'in-process';
  run(options: RunOptions): Promise<RunResult>;
  call(name: string, args: readonly unknown[]): Promise<number | bigint | undefined>;
  /** Takes no more invocations and settles when those that were accepted have settled. */
  close(): Promise<void>;
}
