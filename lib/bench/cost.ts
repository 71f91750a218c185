import type { LambdaPrice } from './options.js';

/**
 * The memory size at which AWS Lambda provides one full virtual processor; with less memory there
 * is less of it.
 */
const MEGABYTES_OF_A_PROCESSOR = 1769;

export const MEMORY_SIZES = [128, 256, 512, 1024, 1769, 3008] as const;

/** The measurements of one invocation. In milliseconds. */
export interface InvocationCost {
  latencyMs: number;
  cpuMs: number;
  coldStartMs: number;
  /** Resident memory during one invocation. */
  residentBytes: number;
}

/**
 * US dollars for a million invocations with this memory size in megabytes; null if the resident
 * memory does not fit.
 *
 * The part of an invocation during which the processor worked takes proportionally longer where
 * Lambda provides less than a full one; the rest does not change. Each duration is billed in whole
 * milliseconds. Cold starts are billed as well, according to their share of the requests, and
 * assumed to be processor time.
 */
export function dollarsPerMillion(
  { latencyMs, cpuMs, coldStartMs, residentBytes }: InvocationCost,
  megabytes: number,
  price: LambdaPrice,
): number | null {
  if (residentBytes > megabytes * 2 ** 20) return null;
  const share = Math.min(1, megabytes / MEGABYTES_OF_A_PROCESSOR);
  const busy = Math.min(cpuMs, latencyMs);
  const warm = Math.ceil(latencyMs - busy + busy / share);
  const cold = Math.ceil(coldStartMs / share);
  const gigabyteSeconds = (megabytes / 1024) * ((warm + price.coldShare * cold) / 1000);
  return 1e6 * gigabyteSeconds * price.gigabyteSecond + price.millionRequests;
}
