import { setImmediate } from 'node:timers';

/** How long the work of strangers holds the event loop at a time, all of it together. */
const LONGEST_MS = 8;

/** When the first work of this turn of the event loop began; undefined where there was none yet. */
let began: number | undefined;
const waiting: (() => void)[] = [];

/**
 * To be awaited between slices of work whose length a stranger decides: comes back at once while
 * this turn of the event loop has time left, else in a later turn. Turns are shared: however many
 * bodies are read at once, the loop is held no longer, and each has its slice in its turn.
 */
export function turn(): Promise<void> | undefined {
  if (began === undefined) {
    began = performance.now();
    setImmediate(next);
    return undefined;
  }
  if (waiting.length === 0 && performance.now() - began < LONGEST_MS) return undefined;
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

function next(): void {
  const resume = waiting.shift();
  began = resume && performance.now();
  if (!resume) return;
  setImmediate(next);
  resume();
}
