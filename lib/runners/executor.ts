import type { NativeRequest, NativeResult } from '../addon/native.js';
import type { HostCallReceiver } from '../host/host-functions.js';
import type { RunStreams } from '../streams/run-streams.js';
import type { Isolation } from '../support/shared-types.js';

import type { InstanceRequest, MadeInstance } from './instance-port.js';

/**
 * The part of a {@link LoadedModule} that depends on the isolation: it executes invocations whose
 * requests have been checked.
 */
export interface Executor {
  readonly isolation: Isolation;
  /** How further invocations run. */
  readonly mode: 'aot' | 'interpreter';
  /**
   * Accepts the request in the same tick, so that an abort right after it takes effect, and copies
   * its input before it returns, unless it is large (large-input.ts). Settles once: with how the
   * guest ended, or a WasmEdgeError.
   *
   * @param calls Handles its guest's host function calls until it has settled.
   * @param streams Its standard streams that are neither given as bytes nor buffered. What they
   *   have not accepted when the guest ends is in the result, or the error.
   */
  execute(
    request: NativeRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
    streams?: RunStreams,
  ): Promise<NativeResult>;
  /** Creates a kept instance. Rejects with a WasmEdgeError. */
  instantiate(
    request: InstanceRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
  ): Promise<MadeInstance>;
  /** Ends everything that waits for a host function, now or later, with ERR_CLOSED. */
  endWaits(): void;
  /** Accepts no more requests, and settles when those accepted have settled. Ends waits. */
  close(): Promise<void>;
}
