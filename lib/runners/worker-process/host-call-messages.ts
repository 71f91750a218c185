import type { EncodedError } from '../../support/encoded-error.js';

import type { EncodedValue } from './encoded-value.js';

/** An operation that a host function requests of its guest, which waits in a worker process. */
export type EncodedOperation =
  | { kind: 'read'; address: number; length: number }
  /** Arrays: the bytes. */
  | { kind: 'write'; address: number }
  | { kind: 'size' }
  | { kind: 'grow'; pages: number }
  | { kind: 'enter'; name: string; arguments: EncodedValue[] };

// The ID is that of a run, or of an operation on a kept instance.

/** Sent by the pool to a worker process for a guest that waits in this call. */
export type HostCallOrder =
  | { type: 'answer'; id: number; call: number; results: EncodedValue[] }
  | { type: 'fail'; id: number; call: number; message: string }
  /** Answered by its number, which is unique for this guest. */
  | { type: 'operate'; id: number; call: number; operation: number; order: EncodedOperation };

/** Sent by a worker process to the pool about a guest. */
export type HostCallNews =
  /** It calls the host function with this index among the module's imports, and waits. */
  | { type: 'host-call'; id: number; call: number; index: number; arguments: EncodedValue[] }
  /**
   * An operation has succeeded. Results: for `size` and `grow` one number, for `enter` those of the
   * function. Arrays: for `read` the bytes.
   */
  | { type: 'operated'; id: number; operation: number; results: EncodedValue[] }
  /** An operation has failed. */
  | { type: 'not-operated'; id: number; operation: number; error: EncodedError };
