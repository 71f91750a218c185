import type * as ProgressBar from './progress-bar.js';

/**
 * Processes each of `items`, several at a time, with a progress bar on a terminal if there are
 * several steps.
 *
 * @param steps How often `work` will call `onStep` in total.
 */
export async function forEachPicture<T>(
  items: readonly T[],
  { concurrency, steps }: { concurrency: number; steps: number },
  work: (item: T, onStep: () => void) => Promise<void>,
): Promise<void> {
  const bar = steps > 1 && process.stderr.isTTY ? progressBar() : undefined;
  bar?.start(steps, 0);
  const waiting = items.values();
  // One loop for each concurrent picture, all drawing from the same iterator.
  const loop = async (): Promise<void> => {
    for (const item of waiting) await work(item, () => bar?.increment());
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  bar?.stop();
}

function progressBar(): ProgressBar.SingleBar {
  const { SingleBar } = require('./progress-bar.js') as typeof ProgressBar;
  return new SingleBar({
    format: '{bar} {value}/{total} pictures, {eta_formatted} left',
    clearOnComplete: true,
    stream: process.stderr,
  });
}
