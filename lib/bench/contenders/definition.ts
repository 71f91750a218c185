import type { CallsKind } from './calls-guest.js';

/** What a contender works on. Only like is compared with like. */
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

/** What takes part in the benchmark. */
export interface Definition {
  name: string;
  title: string;
  workload: WorkloadKind;
  /** Ours, what ours replaces, or what else there is. */
  group: 'embedded' | 'original' | 'native' | 'peer';
  /** What a reader must know to judge its numbers. */
  notes?: string[];
  /**
   * Makes everything ready that is not to be measured: compiles, installs, builds. Rejects with
   * {@link Unavailable} where this machine cannot have it.
   */
  prepare(context: PreparationContext): Promise<Prepared>;
}

export interface PreparationContext {
  model: { file: string; labels: string; width: number; height: number };
  onnx?: string;
  pictures: string[];
  peers: boolean;
  concurrency: number;
  /** Tells what is being done, for it may take long. */
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
  /** The same part by part, where a usual start does several at once. */
  coldStartApart?: Command;
  /** Versions of what it is made of. */
  versions: Record<string, string>;
  /** What has to be on the disk for it to run, Node.js and the C library left out. */
  installed: InstalledPart[];
  /** Shown beside the definition's own. */
  notes?: string[];
  /** It is timed in no more rounds than this, for it takes so long. */
  mostRounds?: number;
  /** Names of pictures of its own, which it works on instead of the benchmark's. */
  pictures?: string[];
  /** Labels by class, for programs that answer with the class. */
  labels?: string[];
}

export interface InstalledPart {
  part: string;
  bytes: number;
}

/** Why a contender cannot take part here. Not a failure: it is skipped, with these words. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
