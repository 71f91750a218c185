import type { LambdaPrice } from './options.js';

/** The memory at which AWS Lambda gives one whole virtual processor; less memory gets less of it. */
const MEGABYTES_OF_A_PROCESSOR = 1769;

export const MEMORY_SIZES = [128, 256, 512, 1024, 1769, 3008] as const;

/** What is known of one invocation. Milliseconds. */
export interface InvocationCost {
  latencyMs: number;
  cpuMs: number;
  coldStartMs: number;
  /** What it had resident while one invocation was under way. */
  residentBytes: number;
}

/**
 * US dollars for a million invocations at a memory size of so many megabytes; null where what was
 * resident does not fit.
 *
 * Of a measured invocation the part that the processor worked takes longer in proportion where
 * Lambda gives less than a whole one, the rest stays. Each duration is billed in whole milliseconds.
 * Cold starts, in their share of the requests, are billed as well and taken for the processor's.
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
