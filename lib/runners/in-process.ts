import { fromNative, nativeCall } from '../errors.js';
import type { NativeModule, NativeRequest, NativeResult, NativeRun } from '../native.js';

import { onEarlyEnd } from './early-end.js';
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
    const forget = onEarlyEnd(request.timeoutMs, signal, (reason) => {
      this.#module.stop(ticket, reason);
    });
    try {
      return await nativeCall(() => promise);
    } finally {
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
