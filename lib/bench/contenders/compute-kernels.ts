/** A kernel of `wasm/compute`, and its expected result. */
export interface ComputeKernel {
  /** Its export. */
  name: string;
  title: string;
  /** The amount of work, in the kernel's own unit: some milliseconds of native code. */
  size: number;
  /** Its result, as an unsigned 32-bit number. */
  checksum: number;
}

/** All of them, in the order of reports. */
export const KERNELS: readonly ComputeKernel[] = [
  { name: 'n_body', title: 'n-body, 50,000 steps', size: 50_000, checksum: 406_607_215 },
  {
    name: 'matrix_product',
    title: 'matrix product, 192 × 192 f32',
    size: 192,
    checksum: 3_523_914_064,
  },
  { name: 'sha256', title: 'SHA-256, 1 MiB', size: 1024, checksum: 2_037_651_730 },
  { name: 'sort', title: 'sort, 100,000 u32', size: 100_000, checksum: 301_506_548 },
  { name: 'hash_map', title: 'hash map, 100,000 keys', size: 100_000, checksum: 2_857_001_149 },
  { name: 'recursion', title: 'recursion, Fibonacci of 30', size: 30, checksum: 832_040 },
  { name: 'text', title: 'text, 30,000 words', size: 30_000, checksum: 3_325_684_379 },
];

/** The settings for a contender's process. */
export interface ComputeSettings {
  /** The guest: compiled for this package, as built by cargo for V8. */
  guest: string;
  kernel: ComputeKernel;
}

/**
 * Throws if a kernel has another result.
 *
 * @param result An i32.
 */
export function checkResult({ title, checksum }: ComputeKernel, result: unknown): void {
  if (typeof result === 'number' && result >>> 0 === checksum) return;
  throw new Error(`${title}: the checksum is ${String(result)}, not ${checksum}.`);
}
