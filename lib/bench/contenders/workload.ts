/**
 * The parts of an invocation: `hop` between JavaScript and where the work is done and back, making
 * the `instance`, to `decode` and resize (in a guest: all of its own code), `inference`, and
 * `process` where a process does it all and nothing is known of its inside.
 */
export const PARTS = ['hop', 'instance', 'decode', 'inference', 'process'] as const;
export type Part = (typeof PARTS)[number];

/** What one invocation gave. */
export interface Answer {
  /** What the picture shows, by the model's labels; the class where there are none. */
  label?: string;
  /** Parts that the contender knows by itself; the rest of the time is the hop. */
  partsMs?: Partial<Record<Part, number>>;
}

/** The thing that is measured, in its own process. */
export interface Workload {
  run(picture: Uint8Array): Promise<Answer>;
  close(): Promise<void>;
}

/** Notes that a part of the start is over. */
export type Mark = (part: string) => void;

/** What every contender's module exports as `create`. Nothing is loaded before it is called. */
export type CreateWorkload = (settings: never, mark: Mark) => Promise<Workload>;

/** What the benchmark gives to the process of a contender. */
export interface ProcessSettings {
  /** The contender's module, which exports `create`. */
  module: string;
  /** For `create`. */
  settings: unknown;
  /** JPEG files. */
  pictures: string[];
  /** Answer the first picture, say when each part of the start was over, and end. */
  coldStart?: boolean;
}

/** The time of a mark, in milliseconds since 1970. */
export type TimedMark = [part: string, at: number];

/** The lines of JSON that a contender's process answers with. */
export interface ReadyReply {
  ready: true;
}
export interface AnswerReply {
  label?: string;
  /** The class, from programs that have no labels. */
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
