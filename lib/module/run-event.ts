import { performance } from 'node:perf_hooks';
import { debuglog } from 'node:util';

import type { InvokeResult, RunOptions, RunResult } from '../options/types.js';
import type { RunStreams } from '../streams/run-streams.js';
import { runChannel } from '../support/diagnostics.js';
import type { RunEvent } from '../support/diagnostics.js';
import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';

/** Written to standard error with NODE_DEBUG=wasmedge-embed. */
const debug = debuglog('wasmedge-embed');

/** The streams of an invocation, once it is known whether there are any. */
export interface SeenStreams {
  streams?: RunStreams | undefined;
}

/**
 * Executes an invocation, and reports the result to the diagnostics channel and rejected calls to
 * the debug log.
 */
export async function published<T extends InvokeResult | RunResult>(
  about: Pick<RunEvent, 'module' | 'isolation' | 'function'>,
  options: RunOptions,
  invoke: (seen: SeenStreams) => Promise<T>,
): Promise<T> {
  const seen: SeenStreams = {};
  if (!runChannel.hasSubscribers && !debug.enabled) return invoke(seen);
  const event: RunEvent = { ...about, totalMs: 0, stdinBytes: byteLength(options) };
  const begin = performance.now();
  try {
    const result = await invoke(seen);
    event.timings = result.timings;
    event.stdoutBytes = result.stdout.length + (seen.streams?.bytesOf('stdout') ?? 0);
    if ('exitCode' in result) event.exitCode = result.exitCode;
    if (result.inferenceFailures) event.inferenceFailures = result.inferenceFailures;
    return result;
  } catch (error) {
    if (error instanceof WasmEdgeError) {
      event.error = error;
      if (error.timings) event.timings = error.timings;
      if (error.inferenceFailures) event.inferenceFailures = error.inferenceFailures;
    }
    throw error;
  } finally {
    event.totalMs = performance.now() - begin;
    event.stdinBytes += seen.streams?.bytesOf('stdin') ?? 0;
    for (const { function: name, errno, reason } of event.inferenceFailures ?? []) {
      debug('%s: %s gave the guest errno %d: %s', printable(event.module), name, errno, reason);
    }
    runChannel.publish(event);
  }
}

/** The options have not been validated yet: they can be anything. */
function byteLength(options: unknown): number {
  try {
    const stdin = (options as RunOptions | null)?.stdin;
    if (typeof stdin === 'string') return Buffer.byteLength(stdin);
    return (stdin as ArrayBufferView | null | undefined)?.byteLength ?? 0;
  } catch {
    return 0; // a DataView on a transferred buffer, a revoked proxy, a throwing getter
  }
}
