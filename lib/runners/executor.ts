import type { NativeRequest, NativeResult } from '../addon/native.js';
import type { HostCallReceiver } from '../host/host-functions.js';
import type { RunStreams } from '../streams/run-streams.js';
import type { Isolation } from '../support/shared-types.js';

import type { InstanceRequest, MadeInstance } from './instance-port.js';

/**
 * The part of a {@link LoadedModule} that differs with the isolation: it carries out one invocation
 * whose request was checked.
 */
export interface Executor {
  readonly isolation: Isolation;
  /** How further invocations run. */
  readonly mode: 'aot' | 'interpreter';
  /**
   * Takes the request in this very tick, so that an abort right after finds it, and copies its
   * input before it returns, unless it is large (large-input.ts). Settles once: with how the guest ended, or a WasmEdgeError.
   *
   * @param calls Where its guest's calls of host functions go, until it has settled.
   * @param streams Its standard streams that are neither bytes nor buffered. What they have not taken
   *   when its guest ends is in the result, or the error.
   */
  execute(
    request: NativeRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
    streams?: RunStreams,
  ): Promise<NativeResult>;
  /** Makes an instance that is kept. Rejects with a WasmEdgeError. */
  instantiate(
    request: InstanceRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
  ): Promise<MadeInstance>;
  /** Ends what waits for a host function, or comes to from now on, with ERR_CLOSED. */
  endWaits(): void;
  /**
   * Takes no more requests and settles when those that were accepted have settled. Ends waits.
   */
  close(): Promise<void>;
}
