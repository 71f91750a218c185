import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Readable, Writable } from 'node:stream';

import type { NativeRequest, NativeResult } from '../../addon/native.js';
import type { OutputName, RunStreams } from '../../streams/run-streams.js';
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

/** What a process is started with. */
export interface Command {
  file: string;
  args: string[];
  env: Record<string, string>;
  /** A descriptor that it preloads (./absent-llvm.ts). */
  preload?: number;
}

/** Limits for the guest's output. */
interface OutputLimits {
  outputBytes: number;
  /** Whether output to streams counts. */
  limitsStreams: boolean;
}

/** The most bytes that are written to a pipe at once: a stream may contain gigabytes. */
const SLICE_BYTES = 1024 * 1024;

/** Far more than the program and the plug-ins write. */
const LOG_CHARACTERS = 1 << 20;

/** `output`: the guest exceeded its output limit. */
type StopReason = EndReason | 'output';

/** An invocation in a separate process. */
export class Invocation extends AcceptedInvocation {
  readonly #limits: OutputLimits;
  readonly #streams: RunStreams | undefined;
  #started: number | undefined;
  #child: ChildProcess | undefined;
  /** Whether its process ID may already belong to another process. */
  #isReaped = false;
  #stopped: StopReason | undefined;
  readonly #output: Record<OutputName, Buffer[]> = { stdout: [], stderr: [] };
  #left: number;
  #log = '';

  constructor(given: NativeRequest, limits: OutputLimits, streams: RunStreams | undefined) {
    super(given);
    this.#limits = limits;
    this.#left = limits.outputBytes;
    this.#streams = streams;
  }

  start({ file, args, env, preload }: Command): void {
    this.#started = performance.now();
    try {
      // A separate process group, so that it can be killed as a whole.
      const { stdout, stderr } = this.#streams?.native ?? {};
      const child = spawn(file, args, {
        env,
        cwd: '/',
        detached: true,
        stdio: [
          'pipe',
          stdout === 'inherit' ? 'inherit' : 'pipe',
          stderr === 'inherit' ? 'inherit' : 'pipe',
          'pipe',
          ...(preload === undefined ? [] : [preload]),
        ],
      });
      const forget = onProcessExit(() => {
        this.#kill();
      });
      child.on('error', (error) => {
        if (child.pid === undefined) forget();
        this.reject(cannotStart(error));
      });
      child.on('exit', () => {
        // Processes that it leaves behind would hold its streams open.
        this.#kill();
        this.#isReaped = true;
      });
      onChildEnd(
        child,
        (code, signal) => {
          forget();
          this.#settle(code, signal);
        },
        () => [...(this.#streams?.outlets ?? [])].some(([, outlet]) => outlet.isBusy),
      );
      this.#child = child;
      // Without free file descriptors there are no streams; the error event reports that.
      if (!child.stdin) return;
      this.#read('stdout', child.stdout);
      this.#read('stderr', child.stderr);
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

  /** Ends it: immediately if it has not begun, otherwise when its process is gone. */
  stop(reason: StopReason): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    // What they have not accepted is dropped.
    for (const [, outlet] of this.#streams?.outlets ?? []) outlet.stop();
    if (this.#child) this.#kill();
    else this.reject(this.#stopError(reason));
  }

  /**
   * Its module is closed: it ends if a stream keeps it waiting. Whether its program reads cannot be
   * seen from here, so a source that produces nothing counts in any case.
   */
  endWhenWaiting(): void {
    this.#streams?.endWhenWaiting(() => {
      this.stop('closed');
    }, true);
  }

  /** Writes its input: a large one as fast as the program reads it. */
  async #feed(stdin: Writable): Promise<void> {
    const { input } = this;
    if (this.#streams?.hasInput) {
      await this.#feedStream(stdin, this.#streams);
      return;
    }
    if (!(input instanceof LargeInput)) {
      stdin.end(input ?? '');
      return;
    }
    try {
      for (const slice of input.slices()) {
        if (!(await isTaken(stdin, slice))) return;
      }
      stdin.end();
    } catch (error) {
      this.reject(error);
      this.#kill();
    }
  }

  /** Pulls a stream as fast as the pipe accepts data. */
  async #feedStream(stdin: Writable, streams: RunStreams): Promise<void> {
    try {
      for (let piece = await streams.next(); piece; piece = await streams.next()) {
        for (let at = 0; at < piece.length; at += SLICE_BYTES) {
          if (!(await isTaken(stdin, piece.subarray(at, at + SLICE_BYTES)))) return;
        }
      }
      stdin.end();
    } catch {
      // The process is being ended for this reason, and must not see the end of the input before.
    }
  }

  #kill(): void {
    if (!this.#isReaped) killGroup(this.#child?.pid);
  }

  #read(name: OutputName, stream: Readable | null): void {
    stream?.on('data', (chunk: Buffer) => {
      const taken = this.#take(name, chunk);
      if (!taken) return;
      stream.pause();
      void taken.then(() => stream.resume());
    });
  }

  /** Returns a promise if the next chunk must wait. */
  #take(name: OutputName, chunk: Buffer): Promise<void> | undefined {
    const outlet = this.#streams?.outlet(name);
    if (outlet && !this.#limits.limitsStreams) return outlet.write(chunk);
    const fitting = chunk.subarray(0, this.#left);
    this.#left -= fitting.length;
    let taken: Promise<void> | undefined;
    if (outlet) taken = outlet.write(fitting);
    else if (fitting.length > 0) this.#output[name].push(fitting);
    if (fitting.length < chunk.length) this.stop('output');
    return taken;
  }

  #settle(code: number | null, signal: NodeJS.Signals | null): void {
    const details = this.#details();
    if (this.#stopped) {
      this.reject(this.#stopError(this.#stopped));
      return;
    }
    const outcome = outcomeOf({ code, signal, log: this.#log }, { ...details, guestStack: [] });
    if (typeof outcome === 'number') {
      this.resolve({ ...details, exitCode: outcome, exited: outcome !== 0, files: {} });
    } else {
      this.reject(outcome);
    }
  }

  #stopError(reason: StopReason): WasmEdgeError {
    const details = { ...this.#details(), guestStack: [] };
    if (reason !== 'output') return earlyEndError(reason, details);
    return new WasmEdgeError(
      'ERR_OUTPUT_LIMIT',
      `The guest wrote more than ${this.#limits.outputBytes} bytes. Raise limits.outputBytes to allow more.`,
      details,
    );
  }

  #details(): Pick<NativeResult, 'stdout' | 'stderr' | 'timings' | 'inferenceFailures'> {
    const now = performance.now();
    const started = this.#started ?? now;
    return {
      stdout: Buffer.concat(this.#output.stdout),
      stderr: Buffer.concat(this.#output.stderr),
      timings: { queueMs: started - this.acceptedAt, instantiateMs: 0, executeMs: now - started },
      ...toldFailures(readLog(this.#log).inferenceFailures),
    };
  }
}

function isTaken(stdin: Writable, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    stdin.write(piece, (error) => {
      resolve(!error);
    });
  });
}

function cannotStart(error: unknown): WasmEdgeError {
  if ((error as NodeJS.ErrnoException).code === 'E2BIG') {
    return new WasmEdgeError(
      'ERR_LIMIT',
      'The arguments and environment variables exceed what this system allows on a command ' +
        "line, which the isolation 'subprocess' uses. Pass them through standard input or files.",
      { cause: error, limit: 'argumentBytes' },
    );
  }
  return new WasmEdgeError(
    'ERR_WORKER_DIED',
    `WasmEdge's program could not be started: ${reasonOf(error)}.`,
    { cause: error },
  );
}
