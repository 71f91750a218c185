import { costOf, leastCostOf } from '../support/cost.js';
import type { Cost } from '../support/cost.js';

import { decode, enlarged, workOf } from './lambda-event.js';

/**
 * What an input may take: of processor time at a time, and in all; of memory beside it. Of the two
 * latter some is there for the smallest, and the rest for each byte.
 */
const MOST = {
  blockMs: 50,
  cpuMs: 50,
  cpuMsPerByte: 200 / (1 << 20),
  bytes: 16 << 20,
  bytesPerByte: 3,
};
const ANY = 1 << 22;
/** From here on memory is worth a look. */
const LARGE = 64 << 10;

function excessOf({ blockMs, cpuMs, bytes }: Cost, length: number): string {
  const what = [
    blockMs > MOST.blockMs && `the event loop was blocked for ${blockMs} ms`,
    cpuMs > MOST.cpuMs + length * MOST.cpuMsPerByte && `it took ${cpuMs} ms of processor time`,
    bytes > MOST.bytes + length * MOST.bytesPerByte && `it took ${bytes} bytes`,
  ].filter(Boolean);
  return what.length > 0 ? `Of ${length} bytes: ${what.join(', ')}` : '';
}

/** What an input takes too much of; nothing where it does not. */
async function measure(input: Buffer): Promise<string> {
  const data = enlarged(input, ANY);
  await decode(data);
  const work = workOf(data);
  const first = excessOf(await costOf(work, data.length > LARGE), data.length);
  // A compiler of hot code or a collection of garbage may have been at work.
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
