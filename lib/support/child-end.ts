import type { ChildProcess } from 'node:child_process';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** How long the output of a process is still read after its end. */
const LINGER_MS = 1000;

/**
 * Calls `end` once, when a process has ended and all of its output was read, or soon in any case: a
 * process that it has left behind may hold its streams open forever. Not called for one that could
 * not be started, which its 'error' event reports.
 *
 * @param isHeldUp Whether this process is currently not reading what is available.
 */
export function onChildEnd(
  child: ChildProcess,
  end: (code: number | null, signal: NodeJS.Signals | null) => void,
  isHeldUp: () => boolean = () => false,
): void {
  child.on('exit', (code, signal) => {
    let isTold = false;
    const tell = (): void => {
      if (isTold) return;
      isTold = true;
      for (const stream of (child.stdio as typeof child.stdio | undefined) ?? []) stream?.destroy();
      end(code, signal);
    };
    // Reads once more, which a busy event loop may have prevented.
    let linger: NodeJS.Timeout | undefined;
    const tellUnlessHeldUp = (): void => {
      if (!isTold && isHeldUp()) wait();
      else tell();
    };
    const wait = (): void => {
      linger = setTimeout(() => {
        if (isHeldUp()) wait();
        // What is read in between may hold it up.
        else setImmediate(tellUnlessHeldUp);
      }, LINGER_MS);
    };
    wait();
    child.on('close', () => {
      clearTimeout(linger);
      tell();
    });
  });
}

/**
 * Kills a process that was started `detached`, with everything that it has started, except what
 * left its group.
 */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
