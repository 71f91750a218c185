import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The cost of a piece of work for this thread. */
export interface Cost {
  /**
   * The longest time for which the event loop did not turn, in milliseconds of this process's
   * processor time.
   */
  blockMs: number;
  /** Its total processor time, in milliseconds. */
  cpuMs: number;
  /** The maximum memory on and off the heap, beyond what was there before, in bytes. */
  bytes: number;
}

const MICROSECONDS = 1000;

/**
 * Measures work. In processor time rather than elapsed time: on a busy machine a thread waits,
 * which does not block anything for longer than the work itself would.
 *
 * @param isExact Whether to collect earlier garbage first, which takes milliseconds: without it,
 *   the reported memory is too low.
 */
export async function costOf(work: () => Promise<unknown>, isExact = true): Promise<Cost> {
  if (isExact) collect();
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / MICROSECONDS;
  };
  const [bytesBefore, begin] = [used(), cpu()];
  let [last, blockMs, bytes, isDone] = [begin, 0, 0, false];
  const look = (): void => {
    blockMs = Math.max(blockMs, cpu() - last);
    bytes = Math.max(bytes, used() - bytesBefore);
    last = cpu();
    if (!isDone) setImmediate(look);
  };
  setImmediate(look);
  try {
    await work();
  } finally {
    isDone = true;
    look();
  }
  return { blockMs, cpuMs: cpu() - begin, bytes };
}

/**
 * The minimum of several tries: what the machine, or a compiler of hot code, adds is not part of
 * the work.
 */
export async function leastCostOf(tries: number, work: () => Promise<unknown>): Promise<Cost> {
  const least = await costOf(work);
  for (let each = 1; each < tries; each++) {
    const cost = await costOf(work);
    for (const key of Object.keys(least) as (keyof Cost)[]) {
      least[key] = Math.min(least[key], cost[key]);
    }
  }
  return least;
}
