import type { ChildProcess } from 'node:child_process';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** For how long what a process has sent is still read after its end. */
const LINGER_MS = 1000;

/**
 * Has `end` called once, when a process has ended and all that it has sent was read; soon in any
 * case: a process that it has left behind may hold its streams open for ever. Not called for one that
 * could not be started, of which its 'error' tells.
 *
 * @param isHeldUp Whether this process does not read at the moment what there is.
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
    // Once more is read, of which a busy event loop may have kept this process.
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

/** Kills a process that was started `detached`, with what it has started, but for what left its group. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
