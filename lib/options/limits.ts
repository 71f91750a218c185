import type { NativeLimits } from '../addon/native.js';
import { WasmEdgeError } from '../support/errors.js';

import { integer, optionsObject } from './validation.js';
import type { Limits } from './types.js';

/** The limits of one invocation; all have a value except those that are off by default. */
export interface ResolvedLimits extends NativeLimits {
  timeoutMs: number | undefined;
  argumentBytes: number;
  stdinBytes: number;
  fileBytes: number;
  instances: number;
}

const MIB = 1 << 20;
const ANY = Number.MAX_SAFE_INTEGER;

/** Name, minimum, maximum and default. */
const TABLE = [
  ['memoryPages', 1, 65_536, 65_536],
  ['tableElements', 0, 10_000_000, 1_000_000],
  ['outputBytes', 0, ANY, 256 * MIB],
  ['models', 1, 65_536, 64],
  ['modelBytes', 0, ANY, 256 * MIB],
  ['sessions', 1, 65_536, 64],
  ['sessionBytes', 0, ANY, 256 * MIB],
  ['modelSubgraphs', 1, 64, 1],
  ['modelArithmetic', 1, ANY, 5_000_000_000],
  ['modelActivationBytes', 1, ANY, 256 * MIB],
  ['imagePixels', 1, ANY, 50_000_000],
  ['scratchBytes', 0, ANY, 64 * MIB],
  ['snapshotBytes', 0, ANY, 1024 * MIB],
  ['argumentBytes', 0, ANY, MIB],
  ['stdinBytes', 0, ANY, ANY],
  ['fileBytes', 0, ANY, ANY],
  ['instances', 1, 8000, 1000],
] as const satisfies readonly (readonly [keyof Limits, number, number, number])[];

/** The longest time that a timer can measure: about 24 days. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Validates the option `limits`. */
export function resolveLimits(option: unknown): ResolvedLimits {
  const given = optionsObject('limits', option, [
    'timeoutMs',
    'fuel',
    ...TABLE.map(([name]) => name),
  ]);
  const values = TABLE.map(
    ([name, min, max, fallback]) =>
      [name, integer(`limits.${name}`, given[name], { min, max, fallback })] as const,
  );
  return {
    ...(Object.fromEntries(values) as Record<(typeof TABLE)[number][0], number>),
    limitsStreams: given.outputBytes !== undefined,
    timeoutMs: timeout('limits.timeoutMs', given.timeoutMs),
    fuel:
      given.fuel === undefined
        ? undefined
        : integer('limits.fuel', given.fuel, { min: 1, max: ANY, fallback: ANY }),
  };
}

/** A time limit in milliseconds, or none. */
export function timeout(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  return integer(name, value, { min: 1, max: MAX_TIMEOUT_MS, fallback: MAX_TIMEOUT_MS });
}

/** Throws ERR_LIMIT if a size exceeds the limit with this name. */
export function requireWithin(name: keyof Limits, size: number, limit: number): void {
  if (size <= limit) return;
  throw new WasmEdgeError(
    'ERR_LIMIT',
    `${size} bytes exceed the limit '${name}' of ${limit}. Raise limits.${name} to allow more.`,
    { limit: name },
  );
}
