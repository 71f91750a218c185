import { performance } from 'node:perf_hooks';

import type { NativeModuleSource } from '../addon/native.js';
import { modeChannel } from '../support/diagnostics.js';
import type { ModeEvent } from '../support/diagnostics.js';
import { WasmEdgeError } from '../support/errors.js';
import type { Isolation } from '../support/shared-types.js';

import { compileMeanwhile, interpretInstead } from './module-code.js';
import type { CodeSettings } from './module-code.js';

/** What to compile, and for which module. */
export interface Interim {
  settings: CodeSettings;
  source: NativeModuleSource;
  isolation: Isolation;
  /** Each of them ends the compilation. */
  signals: readonly AbortSignal[];
}

/** The compilation of a module that is interpreted in the meantime (`aot: 'background'`). */
export class BackgroundCompilation {
  readonly #controller = new AbortController();
  readonly #work: Promise<void>;
  readonly #begin = performance.now();
  readonly #interim: Interim;

  /**
   * Starts the compilation. Failures are reported as with `aot: 'auto'`, and the module stays
   * interpreted.
   *
   * @param change Switches further invocations to compiled code, and calls `changed` when that has
   *   happened. `output` is the path of the code, which is valid until the promise settles.
   */
  constructor(
    interim: Interim,
    change: (output: string, changed: () => void) => Promise<void> | void,
  ) {
    this.#interim = interim;
    this.#work = this.#compile(change);
  }

  /** Ends the compilation, and settles when the compiler's process has ended. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#work;
  }

  async #compile(
    change: (output: string, changed: () => void) => Promise<void> | void,
  ): Promise<void> {
    const { settings, source, signals } = this.#interim;
    const { signal } = this.#controller;
    try {
      await compileMeanwhile(settings, source, [...signals, signal], async (output) => {
        if (signal.aborted) return;
        await change(output, () => {
          this.#publish();
        });
      });
    } catch (error) {
      // The code that ended it knows the reason.
      if (isEnd(error)) return;
      interpretInstead(settings, error);
    }
  }

  #publish(): void {
    if (!modeChannel.hasSubscribers) return;
    const { settings, isolation } = this.#interim;
    const totalMs = performance.now() - this.#begin;
    const event: ModeEvent = { module: settings.file, isolation, mode: 'aot', totalMs };
    modeChannel.publish(event);
  }
}

/** An abort of the compilation, or the end of the module just before the switch. */
function isEnd(error: unknown): boolean {
  return (
    error instanceof WasmEdgeError && (error.code === 'ERR_ABORTED' || error.code === 'ERR_CLOSED')
  );
}
