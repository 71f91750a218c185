import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The processes with this parent, or any, whose command line contains `text`. */
export function childrenOf(parent: number | undefined, text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // Most are not: of those, no more is read. Some tests look all the time.
        if (parent !== undefined && parentOf(pid) !== parent) return false;
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false; // it has ended
      }
    });
}

function parentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // After the name, which may contain anything.
  return Number(status.slice(status.lastIndexOf(')')).split(' ', 3)[2]);
}

/** The worker processes of this process, or of another one. */
export function workers(parent = process.pid): number[] {
  return childrenOf(parent, 'module/worker-process-child.js');
}

/** Whether a process exists, and is more than the entry of one that has ended. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits for something that must happen; the test's own time limit ends the wait. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
