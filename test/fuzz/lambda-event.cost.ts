import { costOf, leastCostOf } from '../support/cost.js';
import type { Cost } from '../support/cost.js';

import { decode, enlarged, workOf } from './lambda-event.js';

/**
 * The limits for an input: processor time per slice, and in total; memory besides the input. The
 * last two consist of a constant, for the smallest input, and a part per byte.
 */
const MOST = {
  blockMs: 50,
  cpuMs: 50,
  cpuMsPerByte: 200 / (1 << 20),
  bytes: 16 << 20,
  bytesPerByte: 3,
};
const ANY = 1 << 22;
/** Memory is measured from this size on. */
const LARGE = 64 << 10;

function excessOf({ blockMs, cpuMs, bytes }: Cost, length: number): string {
  const what = [
    blockMs > MOST.blockMs && `the event loop was blocked for ${blockMs} ms`,
    cpuMs > MOST.cpuMs + length * MOST.cpuMsPerByte && `it took ${cpuMs} ms of processor time`,
    bytes > MOST.bytes + length * MOST.bytesPerByte && `it took ${bytes} bytes`,
  ].filter(Boolean);
  return what.length > 0 ? `Of ${length} bytes: ${what.join(', ')}` : '';
}

/** Which limit an input exceeds; empty if it exceeds none. */
async function measure(input: Buffer): Promise<string> {
  const data = enlarged(input, ANY);
  await decode(data);
  const work = workOf(data);
  const first = excessOf(await costOf(work, data.length > LARGE), data.length);
  // A compiler of hot code or a garbage collection may have interfered.
  return first && excessOf(await leastCostOf(5, work), data.length);
}

process.on('message', (input: string) => {
  measure(Buffer.from(input, 'base64')).then(
    (excess) => process.send?.(excess),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.on('disconnect', () => {
  process.exit();
});
