import { readFileSync, readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MIB = 2 ** 20;

/**
 * What the soak measures, and how much growth is tolerated. Memory: 2 %, or the usual fluctuation
 * of the garbage collector's heap. Mappings: V8 and the allocator take and return some. The rest:
 * none. A short soak has seen fewer of the rare events, such as both classifiers at work while one
 * replaces the other.
 *
 * @param {boolean} short
 */
export function measuresOf(short) {
  const memory = short
    ? { relative: 0.04, absolute: 6 * MIB }
    : { relative: 0.02, absolute: 3 * MIB };
  const mappings = short ? { relative: 0.1, absolute: 24 } : { relative: 0.02, absolute: 8 };
  return [
    { key: 'resident', title: 'resident MB', allowance: memory },
    { key: 'threads', title: 'threads', allowance: { relative: 0, absolute: 0 } },
    { key: 'descriptors', title: 'descriptors', allowance: { relative: 0, absolute: 0 } },
    { key: 'mappings', title: 'mappings', allowance: mappings },
  ];
}

/**
 * This process's current values, as Linux counts them (proc(5)). To be taken while nothing runs:
 * garbage is collected first, for which Node needs --expose-gc.
 *
 * @param {number} at invocations so far
 */
export async function takeSample(at) {
  // Twice: in the turns in between, memory that the first one freed on the native side is released.
  for (let round = 0; round < 2; ++round) {
    globalThis.gc();
    await nextTurn();
    await nextTurn();
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    at,
    seconds: performance.now() / 1000,
    resident: Number(status.match(/^VmRSS:\s+(\d+) kB$/m)[1]) * 1024,
    heap: process.memoryUsage().heapUsed,
    threads: readdirSync('/proc/self/task').length,
    descriptors: readdirSync('/proc/self/fd').length,
    mappings: readFileSync('/proc/self/maps', 'utf8').trimEnd().split('\n').length,
  };
}

/** About twenty of the samples, as rows of a table. */
export function rowsOf(samples) {
  const step = Math.ceil(samples.length / 20);
  const shown = samples.filter((_, index) => (samples.length - 1 - index) % step === 0);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  return [
    ['invocations', 'seconds', 'resident MB', 'heap MB', 'threads', 'descriptors', 'mappings'],
    ...shown.map((sample) => [
      sample.at.toLocaleString('en'),
      sample.seconds.toFixed(0),
      megabytes(sample.resident),
      megabytes(sample.heap),
      ...[sample.threads, sample.descriptors, sample.mappings].map(String),
    ]),
  ];
}
