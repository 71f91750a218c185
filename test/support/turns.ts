/**
 * How often the event loop turns during work that checks the clock and yields: the clock advances
 * by ten milliseconds with each check, so that the machine's speed makes no difference.
 */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  const now = performance.now.bind(performance);
  let time = now();
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  performance.now = (): number => (time += 10);
  try {
    await work();
  } finally {
    isDone = true;
    performance.now = now;
  }
  return turns;
}
