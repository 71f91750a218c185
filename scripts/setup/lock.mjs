import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { setupFolder } from './paths.mjs';

const retryMs = 500;

/** Prevents two set-ups of the same clone from building at the same time. */
export class SetupLock {
  #file = path.join(setupFolder, 'lock');

  /** Waits until no other set-up of this clone runs. */
  async acquire() {
    mkdirSync(setupFolder, { recursive: true });
    for (let announced = false; !this.#tryAcquire();) {
      const owner = this.#owner();
      if (owner === undefined) {
        // Left behind by a process that was killed.
        rmSync(this.#file, { force: true });
        continue;
      }
      if (!announced) console.log(`Waiting for another set-up of this folder (process ${owner}) …`);
      announced = true;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  release() {
    if (this.#owner() === process.pid) rmSync(this.#file, { force: true });
  }

  #tryAcquire() {
    try {
      writeFileSync(this.#file, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (error.code === 'EEXIST') return false;
      throw error;
    }
  }

  /** The running process that holds the lock. */
  #owner() {
    try {
      const pid = Number(readFileSync(this.#file, 'utf8'));
      process.kill(pid, 0);
      return pid;
    } catch (error) {
      // EPERM: it is running, and belongs to another user.
      return error.code === 'EPERM' ? 'of another user' : undefined;
    }
  }
}
