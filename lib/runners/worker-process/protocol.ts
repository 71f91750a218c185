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

/** Maximum size of a header from a worker process in bytes: the pool parses it at once. */
export const MAX_HEADER_BYTES = 512 * 1024;
/** Maximum number of messages with the module's imports and exports. */
export const MAX_EXTERNALS = 128;
/**
 * The ID of the guest that runs while the module is loaded, if one does; the pool's IDs are larger.
 */
export const LOAD_ID = 1;

/** The descriptor of a worker process for its messages. */
export const CHANNEL_DESCRIPTOR = 3;
/** The descriptors of its lane: for input and standard output, and for standard error. */
export const LANE_DESCRIPTORS = [4, 5] as const;

/** Messages from the pool to a worker process. */
export type ToWorker =
  /**
   * The first message. Arrays: the module if it is not a file, the contents of files, then for each
   * model its content and labels.
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
  /**
   * Arrays: standard input, empty if `inputBytes` says how many bytes of it follow; files, packed.
   */
  | { type: 'run'; id: number; request: EncodedRequest; inputBytes?: number }
  /** Arrays: the next slice of a run's standard input. */
  | { type: 'input'; id: number }
  | HostCallOrder
  | StreamOrder
  | { type: 'abort'; id: number }
  /** Creates a kept instance with this number. */
  | ({ type: 'instantiate'; id: number; instance: number } & InstanceRequest)
  /** Arrays: the functions' indices (32 bits), raw arguments (64 bits), standard input. */
  | ({ type: 'calls'; id: number; instance: number } & Pick<
      CallRequest,
      'timeoutMs' | 'keepsOutput' | 'isOne' | 'isNested'
    >)
  /** Array: the bytes to write. */
  | {
      type: 'access';
      id: number;
      instance: number;
      access: InstanceAccess;
      isNested: boolean;
    }
  /** Ends what waits for a host function, now or later: for this instance, or all. */
  | { type: 'end-waits'; instance?: number }
  | { type: 'ping' }
  /** Finish and end. */
  | { type: 'close' };

/** Messages from a worker process to the pool, which checks them (answers.ts). */
export type FromWorker =
  /**
   * Before any guest code runs: some of the module's imports and exports, in order. After the last
   * of these, no more are trusted.
   */
  | {
      type: 'externals';
      imports: ExternalDescription[];
      exports: ExternalDescription[];
      isLast: boolean;
    }
  | { type: 'ready'; mode: 'aot' | 'interpreter'; identity: string }
  /** It cannot load the module, and is of no further use. */
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
   * Arrays: raw results (64 bits), standard output, standard error. The last one has an ending.
   * After a part, more results follow before they can be used.
   */
  | { type: 'progress'; id: number; calls: number; isPart: boolean; ending?: EncodedEnding }
  /** Array: what was read. */
  | { type: 'accessed'; id: number; value?: EncodedValue }
  | { type: 'pong' }
  | { type: 'warning'; message: string; code: string }
  | { type: 'compile-progress'; percent: number }
  | ({ type: 'compile'; error?: EncodedError } & Omit<CompileEvent, 'error' | 'module'>);

/** Further facts about a run that has ended. */
export interface RunNews {
  /** Resident bytes, if requested. */
  memory?: number;
  /**
   * Bytes that it has written to its lane, if it had one: to standard output and standard error.
   */
  streamed?: [number, number];
}

/** Maximum number of bytes of raw results, or of memory, in one message. */
export const MAX_SLICE_BYTES = 1024 * 1024;

/** Operations on an instance other than calls. */
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
