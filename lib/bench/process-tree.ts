import { readFileSync, readdirSync } from 'node:fs';

/** From proc(5): USER_HZ, which is 100 on every architecture that this package supports. */
const TICKS_PER_SECOND = 100;

/** A process and all of its descendants that still exist. */
export function processTree(pid: number): number[] {
  const tree = [pid];
  for (const parent of tree) {
    for (const thread of names(`/proc/${parent}/task`)) {
      const children = read(`/proc/${parent}/task/${thread}/children`);
      tree.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return tree;
}

/**
 * The processor time, in seconds, of a process and its descendants, including those that have ended
 * and were waited for. Only differences are meaningful: a thread that ends takes its time with it.
 */
export function cpuSeconds(pid: number): number {
  let seconds = 0;
  for (const each of processTree(pid)) {
    for (const thread of names(`/proc/${each}/task`)) {
      // In nanoseconds, while the times in /proc/PID/stat are in ticks of ten milliseconds.
      seconds += Number(read(`/proc/${each}/task/${thread}/schedstat`).split(' ')[0]) / 1e9;
    }
    // The name, in parentheses, may contain anything.
    const stat = read(`/proc/${each}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    // cutime and cstime of ended children: fields 16 and 17, from which two were removed.
    seconds += (Number(stat[13] ?? 0) + Number(stat[14] ?? 0)) / TICKS_PER_SECOND;
  }
  return seconds;
}

/**
 * The resident bytes of a process and its descendants, as a container's limit counts them: private
 * memory counts for each process, pages of a file mapped by several count once.
 */
export function residentBytes(pid: number): number {
  let own = 0;
  const shared = new Map<string, number>();
  for (const each of processTree(pid)) {
    for (const { file, resident, anonymous } of mappings(each)) {
      own += anonymous;
      if (file === undefined) own += resident - anonymous;
      else shared.set(file, Math.max(shared.get(file) ?? 0, resident - anonymous));
    }
  }
  return own + [...shared.values()].reduce((sum, bytes) => sum + bytes, 0);
}

interface Mapping {
  /** The part of a file; absent for memory without one. */
  file: string | undefined;
  resident: number;
  anonymous: number;
}

/** From /proc/PID/smaps. */
function* mappings(pid: number): Generator<Mapping> {
  let file: string | undefined;
  let resident = 0;
  for (const line of read(`/proc/${pid}/smaps`).split('\n')) {
    const head = /^[0-9a-f]+-[0-9a-f]+ \S+ ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)/.exec(line);
    if (head) {
      const [, offset, device, inode] = head;
      file = inode === '0' ? undefined : `${device} ${inode} ${offset}`;
      continue;
    }
    const value = /^(Rss|Anonymous): +(\d+) kB/.exec(line);
    if (value?.[1] === 'Rss') resident = Number(value[2]) * 1024;
    if (value?.[1] === 'Anonymous') {
      yield { file, resident, anonymous: Number(value[2]) * 1024 };
    }
  }
}

/** Empty if the process has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
