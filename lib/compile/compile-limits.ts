import { MAX_TIMEOUT_MS } from '../options/limits.js';
import { integer } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';

/** What a compilation may take; undefined is without a limit. Plain data. */
export interface ResolvedCompileLimits {
  timeoutMs: number | undefined;
  memoryBytes: number | undefined;
}

const NONE: ResolvedCompileLimits = { timeoutMs: undefined, memoryBytes: undefined };
/** For what strangers uploaded: a module of some megabytes takes a minute and 1 GiB at most. */
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

/** The error of a compilation that took more than it may. */
export function overCompileLimit(name: keyof ResolvedCompileLimits, most: number): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_LIMIT',
    `Compiling the module exceeded the limit '${name}' of ${most} ` +
      `${name === 'timeoutMs' ? 'milliseconds' : 'resident bytes'}. Raise it to allow more.`,
    { limit: 'compile' },
  );
}
