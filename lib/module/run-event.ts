import { performance } from 'node:perf_hooks';

import type { InvokeResult, RunOptions, RunResult } from '../options/types.js';
import { runChannel } from '../support/diagnostics.js';
import type { RunEvent } from '../support/diagnostics.js';
import { WasmEdgeError } from '../support/errors.js';

/** Carries out an invocation and tells the diagnostics channel how it went. */
export async function published<T extends InvokeResult | RunResult>(
  about: Pick<RunEvent, 'module' | 'isolation' | 'function'>,
  options: RunOptions,
  invoke: () => Promise<T>,
): Promise<T> {
  if (!runChannel.hasSubscribers) return invoke();
  const event: RunEvent = { ...about, totalMs: 0, stdinBytes: byteLength(options) };
  const begin = performance.now();
  try {
    const result = await invoke();
    event.timings = result.timings;
    event.stdoutBytes = result.stdout.length;
    if ('exitCode' in result) event.exitCode = result.exitCode;
    return result;
  } catch (error) {
    if (error instanceof WasmEdgeError) {
      event.error = error;
      if (error.timings) event.timings = error.timings;
    }
    throw error;
  } finally {
    event.totalMs = performance.now() - begin;
    runChannel.publish(event);
  }
}

/** Before the options are validated: anything may have been passed. */
function byteLength(options: unknown): number {
  try {
    const stdin = (options as RunOptions | null)?.stdin;
    if (typeof stdin === 'string') return Buffer.byteLength(stdin);
    return (stdin as ArrayBufferView | null | undefined)?.byteLength ?? 0;
  } catch {
    return 0; // a DataView on a transferred buffer, a proxy that was revoked, a getter that throws
  }
}
