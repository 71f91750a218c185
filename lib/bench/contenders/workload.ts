/**
 * The parts of an invocation: `hop` from JavaScript to where the work is done and back, creating
 * the `instance`, `decode` including resizing (in a guest: all of its own code), `inference`, and
 * `process` if a process does it all and its parts are unknown.
 */
export const PARTS = ['hop', 'instance', 'decode', 'inference', 'process'] as const;
export type Part = (typeof PARTS)[number];

/** The result of one invocation. */
export interface Answer {
  /** The label of the picture; the class if the model has no labels. */
  label?: string;
  /** Parts that the contender measures itself; the rest of the time is the hop. */
  partsMs?: Partial<Record<Part, number>>;
}

/** What is measured, in its own process. */
export interface Workload {
  run(picture: Uint8Array): Promise<Answer>;
  close(): Promise<void>;
}

/** Records that a part of the start is finished. */
export type Mark = (part: string) => void;

/** The export `create` of each contender's module. Nothing is loaded before it is called. */
export type CreateWorkload = (settings: never, mark: Mark) => Promise<Workload>;

/** The benchmark's settings for a contender's process. */
export interface ProcessSettings {
  /** The contender's module, which exports `create`. */
  module: string;
  /** For `create`. */
  settings: unknown;
  /** JPEG files. */
  pictures: string[];
  /** Answer the first picture, report when each part of the start was finished, and end. */
  coldStart?: boolean;
}

/** The time of a mark, in milliseconds since 1970. */
export type TimedMark = [part: string, at: number];

/** The lines of JSON with which a contender's process answers. */
export interface ReadyReply {
  ready: true;
}
export interface AnswerReply {
  label?: string;
  /** The class, for programs without labels. */
  index?: number;
}
export interface MeasureReply {
  latenciesMs: number[];
  /** Means. */
  partsMs: Partial<Record<Part, number>>;
}
export interface SaturateReply {
  latenciesMs: number[];
  elapsedMs: number;
}
export interface ColdStartReply {
  marks: TimedMark[];
  answer: AnswerReply;
}
export interface ErrorReply {
  error: string;
}
