import type { EncodedError } from '../../support/encoded-error.js';

import type { EncodedValue } from './encoded-value.js';

/** What a host function asks of its guest, which waits in a worker process. */
export type EncodedOperation =
  | { kind: 'read'; address: number; length: number }
  /** Arrays: the bytes. */
  | { kind: 'write'; address: number }
  | { kind: 'size' }
  | { kind: 'grow'; pages: number }
  | { kind: 'enter'; name: string; arguments: EncodedValue[] };

// Their id is a run's, or that of what was asked of a kept instance.

/** What the pool sends to a worker process for a guest that waits in this call. */
export type HostCallOrder =
  | { type: 'answer'; id: number; call: number; results: EncodedValue[] }
  | { type: 'fail'; id: number; call: number; message: string }
  /** To be answered by its number, which is one of this guest's. */
  | { type: 'operate'; id: number; call: number; operation: number; order: EncodedOperation };

/** What a worker process sends to the pool of a guest. */
export type HostCallNews =
  /** It calls the host function at this place of the module's imports, and waits. */
  | { type: 'host-call'; id: number; call: number; index: number; arguments: EncodedValue[] }
  /**
   * An operation is done. Results: of `size` and `grow` one number, of `enter` the function's. Arrays:
   * of `read` the bytes.
   */
  | { type: 'operated'; id: number; operation: number; results: EncodedValue[] }
  /** It could not be. */
  | { type: 'not-operated'; id: number; operation: number; error: EncodedError };
