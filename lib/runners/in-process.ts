import { fromNative, nativeCall } from '../errors.js';
import type { NativeModule, NativeRequest, NativeResult, NativeRun } from '../native.js';

import { onAbort } from './abort.js';
import type { Executor } from './executor.js';

/** Runs the guest in this process, on the addon's own threads: a fresh instance per invocation. */
export class InProcessExecutor implements Executor {
  readonly isolation = 'in-process';
  readonly #module: NativeModule;

  /** Takes a started module. */
  constructor(module: NativeModule) {
    this.#module = module;
  }

  async execute(request: NativeRequest, signal: AbortSignal | undefined): Promise<NativeResult> {
    const { promise, ticket } = this.#start(request);
    // The addon measures the time of what runs by itself; what waits in the queue, nobody does.
    const timer =
      request.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#module.stop(ticket, 'timeout');
          }, request.timeoutMs);
    const forget = onAbort(signal, () => {
      this.#module.stop(ticket, 'aborted');
    });
    try {
      return await nativeCall(() => promise);
    } finally {
      clearTimeout(timer);
      forget();
    }
  }

  close(): Promise<void> {
    return nativeCall(() => this.#module.close());
  }

  #start(request: NativeRequest): NativeRun {
    try {
      return this.#module.run(request);
    } catch (error) {
      throw fromNative(error);
    }
  }
}
