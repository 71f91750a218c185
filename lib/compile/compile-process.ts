import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';

import type { NativeCompileOptions } from '../addon/native.js';
import { abortError, onAbort } from '../support/abort.js';
import { killGroup, onChildEnd } from '../support/child-end.js';
import { childEnvironment } from '../support/child-environment.js';
import { decodeError } from '../support/encoded-error.js';
import type { EncodedError } from '../support/encoded-error.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';
import { nodeProcess } from '../support/node-process.js';
import { requireInstalled } from '../support/package-root.js';
import { printableLines } from '../support/printable.js';
import { receivedRecord } from '../support/received.js';

import { overCompileLimit } from './compile-limits.js';
import type { ResolvedCompileLimits } from './compile-limits.js';
import { PROGRESS_DESCRIPTOR, readProgress } from './compile-progress.js';

/** The number of characters of a crashed compiler's last output in an error. */
const LAST_WORDS_CHARACTERS = 500;
const LAST_WORDS_BYTES = 4 * LAST_WORDS_CHARACTERS;
/** What is longer is no report. */
const REPORT_BYTES = 1 << 20;

/** What the process is told beside the module, which it reads from its standard input. */
export interface CompileOrder extends Omit<NativeCompileOptions, 'input' | 'progressDescriptor'> {
  parent: number;
  memoryBytes?: number;
}

/** Its last word, the first line on its standard output: nothing is wrong, or what is. */
export interface CompileReport {
  error: EncodedError | null;
}

/** What a compilation runs under. */
export interface CompileControl {
  limits: ResolvedCompileLimits;
  /** Each of them aborts it. */
  signals: readonly AbortSignal[];
  /** Environment variables of its process beside those that it inherits. */
  childEnv: Readonly<Record<string, string>>;
  /** Whether its process keeps this one alive. Default true. */
  keepsAlive?: boolean;
  /** Is told what of the work is done: percentages from 0 to 99, each above the one before. */
  onProgress?: (percent: number) => void;
}

/** The compiler's process ended in another way than by its report: the module made it crash. */
export class CompilerCrash extends WasmEdgeError {}

/**
 * Compiles in a process of its own. This one so never loads LLVM, which is larger than all else,
 * and what a hostile module makes of the compiler ends that process alone. It ends with this one.
 * When this settles, that process has ended.
 *
 * @throws {WasmEdgeError} ERR_LIMIT with `limit: 'compile'`, ERR_ABORTED, what the compiler says, and
 *   {@link CompilerCrash}.
 */
export async function compileInProcess(
  { input, ...rest }: NativeCompileOptions,
  {
    limits: { timeoutMs, memoryBytes },
    signals,
    childEnv,
    keepsAlive = true,
    onProgress,
  }: CompileControl,
): Promise<void> {
  const order: CompileOrder = {
    ...rest,
    parent: process.pid,
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
  const child = start(order, childEnv);
  let stopped: WasmEdgeError | undefined;
  const stop = (error: WasmEdgeError): void => {
    stopped ??= error;
    killGroup(child.pid);
  };
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          stop(overCompileLimit('timeoutMs', timeoutMs));
        }, timeoutMs);
  if (!keepsAlive) {
    timer?.unref();
    letGo(child);
  }
  const forget = onAbort(signals, (signal) => {
    stop(abortError(signal));
  });
  try {
    const { report, words, how } = await endOf(child, input, onProgress).catch(cannotStart);
    if (stopped) throw stopped;
    const error = read(report, words, how);
    if (error) throw error;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

function start(
  order: CompileOrder,
  childEnv: CompileControl['childEnv'],
): ChildProcessWithoutNullStreams {
  requireInstalled();
  const child = nodeProcess(require.resolve('./compile-child.js'), JSON.stringify(order));
  try {
    return spawn(child.file, child.args, {
      env: { ...childEnvironment(childEnv), ...child.env },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // A group of its own, which is killed with it.
      detached: true,
    });
  } catch (error) {
    return cannotStart(error);
  }
}

/** It, and the pipes to it, no longer keep this process alive. */
function letGo(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  // There are none where no descriptors are left.
  const pipes = (child.stdio as unknown as (Socket | null | undefined)[] | undefined) ?? [];
  for (const pipe of pipes) pipe?.unref();
}

function cannotStart(error: unknown): never {
  throw new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `The compiler's process cannot be started: ${reasonOf(error)}.`,
    { cause: error },
  );
}

async function endOf(
  child: ChildProcessWithoutNullStreams,
  input: Uint8Array,
  onProgress: CompileControl['onProgress'],
): Promise<{ report: Buffer; words: string; how: string }> {
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    // What a compiler that a module has taken over has started ends with it.
    child.on('exit', () => {
      killGroup(child.pid);
    });
    onChildEnd(child, (code, signal) => {
      resolve(signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`);
    });
  });
  // It has no streams where no descriptors are left, and then an error.
  if (!(child.stdin as typeof child.stdin | undefined)) await ended;
  // It may end before it has read all; its report then says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const report = lastOf(child.stdout, REPORT_BYTES);
  const words = lastOf(child.stderr, LAST_WORDS_BYTES);
  readProgress(child.stdio[PROGRESS_DESCRIPTOR] as unknown as Readable, onProgress);
  const how = await ended;
  return { report: report(), words: words().toString(), how };
}

/** Reads on; gives the last that came. */
function lastOf(stream: Readable, bytes: number): () => Buffer {
  let last = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    last = Buffer.concat([last, chunk]).subarray(-bytes);
  });
  // What was read before it counts.
  stream.on('error', () => undefined);
  return () => last;
}

/** What is wrong with the module; null where nothing is. The process is not believed: it read it. */
function read(report: Buffer, words: string, how: string): Error | null {
  try {
    // The first line: its memory may be found too large just as it tells that it is done.
    const line = report.toString().split('\n', 1)[0] ?? '';
    const { error } = receivedRecord('a report', JSON.parse(line));
    return error === null ? null : decodeError(error, []);
  } catch {
    const said = printableLines(words.trim().slice(-LAST_WORDS_CHARACTERS), LAST_WORDS_CHARACTERS);
    throw new CompilerCrash(
      'ERR_MODULE_LOAD',
      `The module cannot be compiled: the compiler's process ${how}.${said && `\n${said}`}`,
    );
  }
}
