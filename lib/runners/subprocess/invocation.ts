import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';

import type { NativeRequest, NativeResult } from '../../addon/native.js';
import { killGroup, onChildEnd } from '../../support/child-end.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { toldFailures } from '../../support/inference-failures.js';
import { onProcessExit } from '../../support/process-exit.js';
import { AcceptedInvocation } from '../accepted-invocation.js';
import { earlyEndError } from '../early-end.js';
import type { EndReason } from '../early-end.js';
import { LargeInput } from '../large-input.js';

import { LOG_DESCRIPTOR, readLog } from './log.js';
import { outcomeOf } from './outcome.js';

/** What one process is started with. */
export interface Command {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** Far beyond what the program and the plug-ins say. */
const LOG_CHARACTERS = 1 << 20;

/** `output`: the guest wrote more than it may. */
type StopReason = EndReason | 'output';

/** An invocation in a process of its own. */
export class Invocation extends AcceptedInvocation {
  readonly #outputBytes: number;
  #started: number | undefined;
  #child: ChildProcess | undefined;
  #stopped: StopReason | undefined;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #left: number;
  #log = '';

  constructor(given: NativeRequest, outputBytes: number) {
    super(given);
    this.#outputBytes = outputBytes;
    this.#left = outputBytes;
  }

  start({ file, args, env }: Command): void {
    this.#started = performance.now();
    try {
      // A process group of its own, to be killed as a whole.
      const child = spawn(file, args, {
        env,
        cwd: '/',
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      });
      const forget = onProcessExit(() => {
        this.#kill();
      });
      child.on('error', (error) => {
        if (child.pid === undefined) forget();
        this.reject(cannotStart(error));
      });
      onChildEnd(child, (code, signal) => {
        forget();
        this.#settle(code, signal);
      });
      this.#child = child;
      // No streams where no descriptors are left, of which the error tells.
      if (!(child.stdout as typeof child.stdout | undefined)) return;
      child.stdout.on('data', (chunk: Buffer) => {
        this.#take(this.#stdout, chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        this.#take(this.#stderr, chunk);
      });
      child.stdio[LOG_DESCRIPTOR]?.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(0, LOG_CHARACTERS);
      });
      // A guest that does not read all of its input closes the pipe.
      child.stdin.on('error', () => undefined);
      void this.#feed(child.stdin);
    } catch (error) {
      this.reject(cannotStart(error));
    }
  }

  /** Ends it: at once where it has not begun, else when its process is gone. */
  stop(reason: StopReason): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    if (this.#child) this.#kill();
    else this.reject(this.#stopError(reason));
  }

  /** Gives it its input: a large one as it takes it. */
  async #feed(stdin: Writable): Promise<void> {
    const { input } = this;
    if (!(input instanceof LargeInput)) {
      stdin.end(input ?? '');
      return;
    }
    try {
      for (const slice of input.slices()) {
        const taken = await new Promise<boolean>((resolve) => {
          stdin.write(slice, (error) => {
            resolve(!error);
          });
        });
        if (!taken) return;
      }
      stdin.end();
    } catch (error) {
      this.reject(error);
      this.#kill();
    }
  }

  #kill(): void {
    killGroup(this.#child?.pid);
  }

  #take(chunks: Buffer[], chunk: Buffer): void {
    const fitting = chunk.subarray(0, this.#left);
    this.#left -= fitting.length;
    if (fitting.length > 0) chunks.push(fitting);
    if (fitting.length < chunk.length) this.stop('output');
  }

  #settle(code: number | null, signal: NodeJS.Signals | null): void {
    const details = this.#details();
    if (this.#stopped) {
      this.reject(this.#stopError(this.#stopped));
      return;
    }
    const outcome = outcomeOf({ code, signal, log: this.#log }, details);
    if (typeof outcome === 'number') {
      this.resolve({ ...details, exitCode: outcome, exited: outcome !== 0, files: {} });
    } else {
      this.reject(outcome);
    }
  }

  #stopError(reason: StopReason): WasmEdgeError {
    const details = this.#details();
    if (reason !== 'output') return earlyEndError(reason, details);
    return new WasmEdgeError(
      'ERR_OUTPUT_LIMIT',
      `The guest wrote more than ${this.#outputBytes} bytes. Raise limits.outputBytes if it may.`,
      details,
    );
  }

  #details(): Pick<NativeResult, 'stdout' | 'stderr' | 'timings' | 'inferenceFailures'> {
    const now = performance.now();
    const started = this.#started ?? now;
    return {
      stdout: Buffer.concat(this.#stdout),
      stderr: Buffer.concat(this.#stderr),
      timings: { queueMs: started - this.acceptedAt, instantiateMs: 0, executeMs: now - started },
      ...toldFailures(readLog(this.#log).inferenceFailures),
    };
  }
}

function cannotStart(error: unknown): WasmEdgeError {
  if ((error as NodeJS.ErrnoException).code === 'E2BIG') {
    return new WasmEdgeError(
      'ERR_LIMIT',
      'The arguments and environment variables are longer than this system allows on a command ' +
        "line, where the isolation 'subprocess' passes them. Give them by standard input or files.",
      { cause: error, limit: 'argumentBytes' },
    );
  }
  return new WasmEdgeError(
    'ERR_WORKER_DIED',
    `WasmEdge's program could not be started: ${reasonOf(error)}.`,
    { cause: error },
  );
}
