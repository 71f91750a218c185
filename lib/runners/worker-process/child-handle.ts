import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

import { killGroup, onChildEnd } from '../../support/child-end.js';
import { isError, reasonOf } from '../../support/errors.js';
import { nodeProcess } from '../../support/node-process.js';
import { printableLines } from '../../support/printable.js';
import { onProcessExit } from '../../support/process-exit.js';

/** What a worker process is started with. */
export interface ChildStart {
  /** The script that it runs. */
  script: string;
  /** The base folder of relative paths. */
  folder: string;
  env: NodeJS.ProcessEnv;
}

/** How much of a worker's standard error is kept for the message when it dies. */
const LAST_WORDS_CHARACTERS = 2000;

/**
 * A process in its own group. Neither it nor what it has started, unless that left the group,
 * outlives {@link exited} or this process. It never keeps the event loop alive by itself.
 */
export class ChildHandle {
  /** Settles when the process has ended, or could not be started. */
  readonly exited: Promise<void>;
  /** The stream to it; absent if it could not be started. */
  readonly socket: Socket | undefined;
  /** The sockets of its lane. */
  readonly lane: readonly [data: Socket, error: Socket] | undefined;
  readonly #child: ChildProcess | undefined;
  /** Whether its process ID may already belong to another process. */
  #isReaped = false;
  #lastWords = '';

  /**
   * Never throws: even if a process cannot be started (the machine may lack the memory), `onEnd` is
   * called, once and later.
   */
  constructor(start: ChildStart, onEnd: (how: string, cause?: Error) => void) {
    try {
      const { file, args, env } = nodeProcess(start.script);
      const child = spawn(file, args, {
        cwd: start.folder,
        env: { ...start.env, ...env },
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      });
      this.#child = child;
      this.exited = this.#watch(child, onEnd);
      // Absent without free file descriptors, for example.
      const [, , stderr, socket, ...lane] = ((child.stdio as unknown) ?? []) as Socket[];
      child.unref();
      this.socket = socket;
      this.socket?.unref();
      const [data, error] = lane;
      if (data && error) this.lane = [data, error];
      stderr?.unref();
      stderr?.on('data', (chunk: Buffer) => {
        this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS_CHARACTERS);
      });
    } catch (error) {
      this.exited = new Promise((resolve) => {
        process.nextTick(() => {
          onEnd(...notStarted(error));
          resolve();
        });
      });
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The end of its standard error. */
  get lastWords(): string {
    return printableLines(this.#lastWords.trim(), LAST_WORDS_CHARACTERS);
  }

  /** Kills it and what it has started. */
  kill(): void {
    if (this.#isReaped) return;
    killGroup(this.pid);
    this.#child?.kill('SIGKILL');
  }

  #watch(child: ChildProcess, onEnd: (how: string, cause?: Error) => void): Promise<void> {
    const forget = onProcessExit(() => {
      this.kill();
    });
    return new Promise((resolve) => {
      const finish = (how: string, cause?: Error): void => {
        forget();
        onEnd(how, cause);
        resolve();
      };
      child.on('error', (error) => {
        // Also reached after a failed kill, which ends nothing.
        if (child.pid === undefined) finish(...notStarted(error));
      });
      child.on('exit', () => {
        // Processes that it leaves behind would hold its streams open.
        killGroup(this.pid);
        this.#isReaped = true;
      });
      onChildEnd(child, (code, signal) => {
        finish(signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`);
      });
    });
  }
}

function notStarted(error: unknown): [how: string, cause: Error] {
  const cause = isError(error) ? error : new Error(String(error));
  return [`could not be started: ${reasonOf(error)}`, cause];
}
