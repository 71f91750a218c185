import { MAX_TIMEOUT_MS } from '../options/limits.js';
import { integer } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';

/** The limits of a compilation; undefined means no limit. Plain data. */
export interface ResolvedCompileLimits {
  timeoutMs: number | undefined;
  memoryBytes: number | undefined;
}

const NONE: ResolvedCompileLimits = { timeoutMs: undefined, memoryBytes: undefined };
/** For uploads from strangers: a module of several megabytes takes at most a minute and 1 GiB. */
export const UNTRUSTED: ResolvedCompileLimits = { timeoutMs: 60_000, memoryBytes: 2 ** 31 };

/** Validates `timeoutMs` and `memoryBytes` among options; `prefix` is for messages. */
export function compileLimits(
  prefix: string,
  given: { timeoutMs?: unknown; memoryBytes?: unknown },
  fallback: ResolvedCompileLimits = NONE,
): ResolvedCompileLimits {
  const limit = (name: keyof ResolvedCompileLimits, max: number): number | undefined =>
    given[name] === undefined
      ? fallback[name]
      : integer(`${prefix}${name}`, given[name], { min: 1, max, fallback: max });
  return {
    timeoutMs: limit('timeoutMs', MAX_TIMEOUT_MS),
    memoryBytes: limit('memoryBytes', Number.MAX_SAFE_INTEGER),
  };
}

/** The error for a compilation that exceeded a limit. */
export function overCompileLimit(name: keyof ResolvedCompileLimits, most: number): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_LIMIT',
    `Compiling the module exceeded the limit '${name}' of ${most} ` +
      `${name === 'timeoutMs' ? 'milliseconds' : 'resident bytes'}. Raise it to allow more.`,
    { limit: 'compile' },
  );
}
