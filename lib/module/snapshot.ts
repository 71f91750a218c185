import { addon } from '../addon/native.js';
import type { NativeModule, NativeModuleSource, NativeResult } from '../addon/native.js';
import type { HostCallReceiver, InvocationCalls } from '../host/host-functions.js';
import { inWords } from '../runners/end-message.js';
import type { EngineSettings, SnapshotRequest } from '../runners/engine-settings.js';
import type { InProcessExecutor } from '../runners/in-process.js';
import { onAbort } from '../support/abort.js';
import { WasmEdgeError, nativeCall, stageOf } from '../support/errors.js';
import type { InvocationStage } from '../support/errors.js';
import { printable } from '../support/printable.js';
import type { ExternalDescription } from '../support/shared-types.js';

/**
 * A module that has been started, and whose instances will start from the state that one of them
 * leaves.
 */
export interface Snapshotted {
  module: NativeModule;
  /** The file that it was parsed from. */
  source: NativeModuleSource;
  executor: InProcessExecutor;
}

/** Throws ERR_INVALID_ARGUMENT if the module has no such function. */
export function requireInit(
  { function: name }: SnapshotRequest,
  file: string,
  exports: readonly ExternalDescription[],
): void {
  const found = exports.find((each) => each.kind === 'function' && each.name === name);
  const shown = `'${printable(name, 200)}'`;
  if (!found) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `snapshot: ${printable(file)} exports no function ${shown}. Export one without parameters that ` +
        'prepares what later calls need.',
    );
  }
  const { params = [], results = [] } = found;
  if (params.length === 0 && results.length === 0) return;
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    `snapshot: ${shown} of ${printable(file)} has the type (${params.join(', ')}) -> (${results.join(', ')}). ` +
      'It must have neither parameters nor results.',
  );
}

/**
 * Calls the function in a separate instance, and makes all others start from the state that it
 * leaves.
 *
 * @param calls Handles its calls of host functions.
 * @param signals Each of them ends it.
 */
export async function takeSnapshot(
  { module, source, executor }: Snapshotted,
  request: SnapshotRequest,
  settings: EngineSettings,
  calls: HostCallReceiver | undefined,
  signals: readonly AbortSignal[],
): Promise<void> {
  const { limits } = settings;
  const controller = new AbortController();
  let stage: InvocationStage | undefined;
  const forget = onAbort(signals, (signal) => {
    controller.abort(signal.reason);
  });
  try {
    const result = await executor.execute(
      {
        ...{ ...request, arguments: [], stdin: undefined, takesSnapshot: true },
        timeoutMs: limits.timeoutMs,
      },
      controller.signal,
      calls,
    );
    if (result.exited) {
      stage = result.stage;
      throw exitError(result);
    }
    calls?.end();
    const begun = await nativeCall(() =>
      addon().Module.load(source, { tableElements: limits.tableElements, snapshotOf: module }),
    );
    await nativeCall(() => {
      module.changeTo(begun);
    });
  } catch (error) {
    const told =
      error instanceof WasmEdgeError
        ? inLoadWords(error, stageOf(error) ?? stage, request, settings)
        : error;
    if (told instanceof WasmEdgeError)
      (calls as Partial<InvocationCalls> | undefined)?.addCause?.(told);
    calls?.end(told);
    throw told;
  } finally {
    forget();
  }
}

function exitError({ exitCode, stdout, stderr, timings }: NativeResult): WasmEdgeError {
  const code = exitCode & 0xff;
  return new WasmEdgeError(
    'ERR_GUEST_EXIT',
    `The guest called proc_exit(${code}) instead of returning.`,
    { exitCode: code, stdout, stderr, timings },
  );
}

/** Says what failed. The guest's output is omitted if only the snapshot could not be taken. */
function failed(stage: InvocationStage | undefined, { function: name }: SnapshotRequest): string {
  switch (stage) {
    case 'instantiation':
      return ': making its instance failed';
    case 'constructors':
      return ": '_initialize' failed";
    case 'function':
      return `: '${printable(name, 200)}' failed`;
    default:
      return '';
  }
}

/** @param stage How far its invocation got. */
function inLoadWords(
  error: WasmEdgeError,
  stage: InvocationStage | undefined,
  request: SnapshotRequest,
  settings: EngineSettings,
): WasmEdgeError {
  const { file, limits, concurrency, maxQueue, maxWaiting } = settings;
  const told = inWords(error, {
    ...{ file, timeoutMs: limits.timeoutMs, timeoutOption: 'limits.timeoutMs', isNested: false },
    ...{ concurrency, maxQueue, maxWaiting },
  });
  const prefixed = new WasmEdgeError(
    told.code,
    `No snapshot of ${printable(file)} was taken${failed(stage, request)}. ${told.message}`,
    told.cause === undefined ? {} : { cause: told.cause },
  );
  return Object.assign(prefixed, Object.fromEntries(Object.entries(told)));
}
