import type { NativeRequest } from '../../addon/native.js';
import type { ReadModel } from '../../models/models.js';
import type { CompileEvent } from '../../support/diagnostics.js';
import type { EncodedError } from '../../support/encoded-error.js';
import type { ExternalDescription, InferenceFailure, Timings } from '../../support/shared-types.js';
import type { EngineSettings } from '../engine-settings.js';

import type { CallEnding, CallRequest, InstanceRequest, MadeInstance } from '../instance-port.js';

import type { EncodedResults, EncodedValue } from './encoded-value.js';
import type { HostCallNews, HostCallOrder } from './host-call-messages.js';
import type { StreamNews, StreamOrder } from './stream-messages.js';

/** Bytes of the largest header that a worker process may send: the pool parses it in one go. */
export const MAX_HEADER_BYTES = 512 * 1024;
/** Messages by which it may tell what the module imports and exports. */
export const MAX_EXTERNALS = 128;
/** Of the guest that runs while the module is loaded, if one does; the pool gives numbers above it. */
export const LOAD_ID = 1;

/** The descriptor of a worker process that its messages go through. */
export const CHANNEL_DESCRIPTOR = 3;
/** Those of its lane: input and standard output, and standard error. */
export const LANE_DESCRIPTORS = [4, 5] as const;

/** What the pool sends to a worker process. */
export type ToWorker =
  /**
   * The first message. Arrays: the module where it is no file, the files' contents, then of each model its
   * content and labels.
   */
  | {
      type: 'load';
      parent: number;
      settings: EngineSettings;
      hasBytes: boolean;
      files: string[];
      models: (Omit<ReadModel, 'content' | 'labels'> & { hasLabels: boolean })[];
      tellMemory: boolean;
    }
  /** Arrays: standard input, empty where this says how many bytes of it follow; files, packed. */
  | { type: 'run'; id: number; request: EncodedRequest; inputBytes?: number }
  /** Arrays: the next slice of a run's standard input. */
  | { type: 'input'; id: number }
  | HostCallOrder
  | StreamOrder
  | { type: 'abort'; id: number }
  /** Make an instance that is kept, under this number. */
  | ({ type: 'instantiate'; id: number; instance: number } & InstanceRequest)
  /** Arrays: the functions' numbers (32 bits), raw arguments (64 bits), standard input. */
  | ({ type: 'calls'; id: number; instance: number } & Pick<
      CallRequest,
      'timeoutMs' | 'keepsOutput' | 'isOne' | 'isNested'
    >)
  /** Array: what is written. */
  | {
      type: 'access';
      id: number;
      instance: number;
      access: InstanceAccess;
      isNested: boolean;
    }
  /** End what waits for a host function, or comes to: of this instance, or all. */
  | { type: 'end-waits'; instance?: number }
  | { type: 'ping' }
  /** Finish and end. */
  | { type: 'close' };

/** What a worker process sends to the pool, which checks it (answers.ts). */
export type FromWorker =
  /**
   * Before any of the guest runs: some of what the module imports and exports, in order. After the
   * last no more is believed.
   */
  | {
      type: 'externals';
      imports: ExternalDescription[];
      exports: ExternalDescription[];
      isLast: boolean;
    }
  | { type: 'ready'; mode: 'aot' | 'interpreter'; identity: string }
  /** It cannot load the module, and is of no more use. */
  | { type: 'failed'; error: EncodedError }
  /** Arrays: standard output, standard error, files, packed. */
  | ({ type: 'result'; id: number; result: EncodedResult } & RunNews)
  /** Arrays: the error's. */
  | ({ type: 'error'; id: number; error: EncodedError } & RunNews)
  | HostCallNews
  | StreamNews
  /** Arrays: standard output, standard error. */
  | ({ type: 'made'; id: number } & Pick<MadeInstance, 'exited' | 'exitCode' | 'timings'>)
  /**
   * Arrays: raw results (64 bits), standard output, standard error. The last one has an ending. After
   * a part come more results, before they are of use.
   */
  | { type: 'progress'; id: number; calls: number; isPart: boolean; ending?: EncodedEnding }
  /** Array: what was read. */
  | { type: 'accessed'; id: number; value?: EncodedValue }
  | { type: 'pong' }
  | { type: 'warning'; message: string; code: string }
  | { type: 'compile-progress'; percent: number }
  | ({ type: 'compile'; error?: EncodedError } & Omit<CompileEvent, 'error' | 'module'>);

/** What else is told of a run that has ended. */
export interface RunNews {
  /** Resident bytes, where they are asked for. */
  memory?: number;
  /** Bytes that it has written to its lane, if it had that: to standard output and standard error. */
  streamed?: [number, number];
}

/** Bytes of raw results, or of memory, beside one message at most. */
export const MAX_SLICE_BYTES = 1024 * 1024;

/** What is done with an instance beside calls. */
export type InstanceAccess =
  | { kind: 'read'; address: number; length: number }
  | { kind: 'write'; address: number }
  | { kind: 'size' }
  | { kind: 'grow'; pages: number }
  | { kind: 'get'; name: string }
  | { kind: 'set'; name: string; value: EncodedValue }
  | { kind: 'close' };

export type EncodedEnding = Omit<CallEnding, 'error'> & { error?: EncodedError };

export type EncodedRequest = Omit<NativeRequest, 'stdin' | 'arguments' | 'files'> & {
  arguments?: EncodedValue[];
};

export interface EncodedResult {
  exitCode: number;
  exited: boolean;
  value?: EncodedResults;
  timings: Timings;
  inferenceFailures?: InferenceFailure[];
}
