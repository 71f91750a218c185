import type { CallsKind } from './calls-guest.js';

/** What a contender works on. Only contenders of the same kind are compared. */
export type WorkloadKind =
  | 'classification'
  | 'trivial'
  | CallsKind
  | 'snapshot'
  | 'compute'
  | 'stream'
  | 'big-module'
  | 'inference'
  | 'decode';

/** A contender in the benchmark. */
export interface Definition {
  name: string;
  title: string;
  workload: WorkloadKind;
  /** This package, what it replaces, native code, or an alternative. */
  group: 'embedded' | 'original' | 'native' | 'peer';
  /** What a reader must know to judge its numbers. */
  notes?: string[];
  /**
   * Prepares everything that is not measured: compiles, installs, builds. Rejects with
   * {@link Unavailable} if it is not possible on this machine.
   */
  prepare(context: PreparationContext): Promise<Prepared>;
}

export interface PreparationContext {
  model: { file: string; labels: string; width: number; height: number };
  onnx?: string;
  pictures: string[];
  peers: boolean;
  concurrency: number;
  generatedFunctions: number;
  /** Reports what is being done, since it may take long. */
  progress: (what: string) => void;
}

/** How to start a contender's process. */
export interface Command {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

export interface Prepared {
  /** Serves the protocol of `child.ts`. */
  serve: Command;
  /** Answers the first picture and ends. */
  coldStart: Command;
  /** The same step by step, if a normal start does several steps in parallel. */
  coldStartApart?: Command;
  /** Versions of its components. */
  versions: Record<string, string>;
  /** What must be on the disk for it to run, excluding Node.js and the C library. */
  installed: InstalledPart[];
  /** Shown in addition to the definition's own. */
  notes?: string[];
  /** The maximum number of rounds, because it takes so long. */
  mostRounds?: number;
  /** Names of its own pictures, used instead of the benchmark's. */
  pictures?: string[];
  /** Labels by class, for programs whose answer is the class. */
  labels?: string[];
}

export interface InstalledPart {
  part: string;
  bytes: number;
}

/** Why a contender cannot take part here. Not a failure: it is skipped with this message. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
