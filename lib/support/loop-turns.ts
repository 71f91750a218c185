import { setImmediate } from 'node:timers';

/** How long work for strangers may block the event loop at a time, all of it together. */
const LONGEST_MS = 8;

/**
 * When the first such work in this turn of the event loop began; undefined if there was none yet.
 */
let began: number | undefined;
const waiting: (() => void)[] = [];

/**
 * Awaited between slices of work whose length a stranger determines: continues immediately while
 * this turn of the event loop has time left, otherwise in a later turn. Turns are shared: however
 * many bodies are read at once, the loop is not blocked for longer, and each gets its turn.
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
