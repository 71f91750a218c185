import { performance } from 'node:perf_hooks';

import type { NativeResult } from '../addon/native.js';
import { OUTPUTS } from '../streams/run-streams.js';
import type { RunStreams } from '../streams/run-streams.js';
import { WasmEdgeError } from '../support/errors.js';

import { earlyEndError, onEarlyEnd } from './early-end.js';
import type { EndReason } from './early-end.js';

type Output = Partial<Pick<NativeResult, 'stdout' | 'stderr'>>;

/** The invocation was ended from outside: what its streams have not accepted is dropped. */
const STOPPED: ReadonlySet<string> = new Set([
  ...['ERR_TIMEOUT', 'ERR_ABORTED', 'ERR_CLOSED', 'ERR_WORKER_DIED'],
]);

/**
 * Executes an invocation with streams, and passes on what its guest left at its end. Settles when
 * the streams have accepted everything, and immediately when the invocation is to end early.
 *
 * @param execute Executes it, until the signal is aborted.
 */
export async function streamedRun(
  streams: RunStreams,
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
  execute: (signal: AbortSignal) => Promise<NativeResult>,
): Promise<NativeResult> {
  const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  const forget = onEarlyEnd(undefined, signal, () => {
    streams.abort();
  });
  try {
    const result = await execute(streams.signal);
    await flush(streams, result, deadline);
    return Object.assign(result, passedOn(streams));
  } catch (error) {
    if (!(error instanceof WasmEdgeError)) throw error;
    if (streams.failure) throw withDetails(streams.failure, error, streams);
    if (!STOPPED.has(error.code)) await flush(streams, error, deadline);
    else passOnAtOnce(streams, error);
    throw withDetails(error, error, streams);
  } finally {
    forget();
    streams.end();
  }
}

/** Passes on what was left, and waits until all of it is accepted. */
async function flush(
  streams: RunStreams,
  left: Output & Pick<WasmEdgeError, 'timings'>,
  deadline: number | undefined,
): Promise<void> {
  const outlets = [...streams.outlets];
  let stopped: EndReason | undefined;
  const stop = (reason: EndReason): void => {
    stopped = reason === 'aborted' && streams.isClosed ? 'closed' : reason;
    for (const [, outlet] of outlets) outlet.stop();
  };
  const remainingMs = deadline && Math.max(1, Math.ceil(deadline - performance.now()));
  const forget = onEarlyEnd(remainingMs, streams.signal, stop);
  if (streams.signal.aborted) stop('aborted');
  await Promise.all(
    outlets.map(async ([name, outlet]) => {
      await outlet.idle();
      await outlet.write(left[name] ?? Buffer.alloc(0));
    }),
  );
  forget();
  const details = { ...left, ...passedOn(streams) };
  const { stdout, stderr, timings } = details;
  const known = {
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    ...(timings && { timings }),
  };
  if (streams.failure) throw withDetails(streams.failure, known, streams);
  if (stopped) throw earlyEndError(stopped, known);
}

/** What was left goes to the streams that are free; nobody waits for it. */
function passOnAtOnce(streams: RunStreams, left: Output): void {
  for (const [name, outlet] of streams.outlets) {
    const rest = left[name];
    if (rest && !outlet.isBusy) void outlet.write(rest);
  }
}

/** Empty outputs for those that went to streams. */
function passedOn(streams: RunStreams): Output {
  const empty: Output = {};
  for (const name of OUTPUTS) if (streams.outlet(name)) empty[name] = Buffer.alloc(0);
  return empty;
}

/** The error with the other details about how the invocation ended. */
function withDetails(
  error: WasmEdgeError,
  known: Partial<WasmEdgeError>,
  streams: RunStreams,
): WasmEdgeError {
  const { cause, message, code, ...own } = error;
  const { stdout, stderr, timings, inferenceFailures, guestStack, guestStackOmitted } = known;
  return new WasmEdgeError(code, message, {
    ...own,
    ...(cause !== undefined && { cause }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    ...(timings && { timings }),
    ...(inferenceFailures && { inferenceFailures }),
    ...(guestStack && { guestStack }),
    ...(guestStackOmitted !== undefined && { guestStackOmitted }),
    ...passedOn(streams),
  });
}
