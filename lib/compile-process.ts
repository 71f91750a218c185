import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { childEnvironment } from './child-environment.js';
import { decodeError } from './encoded-error.js';
import type { EncodedError } from './encoded-error.js';
import { WasmEdgeError, reasonOf } from './errors.js';
import type { NativeCompileOptions } from './native.js';
import { nodeProcess } from './node-process.js';
import { requireInstalled } from './package-root.js';
import { printableLines } from './printable.js';
import { receivedRecord } from './received.js';

/** How much of what a compiler that crashed wrote last is told. */
const LAST_WORDS_CHARACTERS = 500;
const LAST_WORDS_BYTES = 4 * LAST_WORDS_CHARACTERS;
/** What is longer is no report. */
const REPORT_BYTES = 1 << 20;

/** What the process is told beside the module, which it reads from its standard input. */
export type CompileOrder = Omit<NativeCompileOptions, 'input'> & { parent: number };

/** Its last word, on its standard output: nothing is wrong, or what is. */
export interface CompileReport {
  error: EncodedError | null;
}

/**
 * Compiles in a process of its own. This one so never loads LLVM, which is larger than all else,
 * and what a hostile module makes of the compiler ends that process alone. It ends with this one.
 */
export async function compileInProcess(
  { input, ...rest }: NativeCompileOptions,
  childEnv: Readonly<Record<string, string>>,
): Promise<void> {
  requireInstalled();
  const order: CompileOrder = { ...rest, parent: process.pid };
  const { report, words, how } = await runChild(JSON.stringify(order), input, childEnv).catch(
    (error: unknown) => {
      throw new WasmEdgeError(
        'ERR_MODULE_LOAD',
        `The compiler's process cannot be started: ${reasonOf(error)}.`,
        { cause: error },
      );
    },
  );
  const error = read(report, words, how);
  if (error) throw error;
}

async function runChild(
  order: string,
  input: Uint8Array,
  childEnv: Readonly<Record<string, string>>,
): Promise<{ report: Buffer; words: string; how: string }> {
  const { file, args, env } = nodeProcess(require.resolve('./compile-child.js'), order);
  const child = spawn(file, args, {
    env: { ...childEnvironment(childEnv), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  // It has no streams where no descriptors are left, and then an error.
  if (!(child.stdin as typeof child.stdin | undefined)) await ended;
  // It may end before it has read all; its report then says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [report, words, [code, signal]] = await Promise.all([
    lastOf(child.stdout, REPORT_BYTES),
    lastOf(child.stderr, LAST_WORDS_BYTES),
    ended,
  ]);
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`;
  return { report, words: words.toString(), how };
}

async function lastOf(stream: AsyncIterable<Buffer>, bytes: number): Promise<Buffer> {
  let last = Buffer.alloc(0);
  for await (const chunk of stream) last = Buffer.concat([last, chunk]).subarray(-bytes);
  return last;
}

/** What is wrong with the module; null where nothing is. The process is not believed: it read it. */
function read(report: Buffer, words: string, how: string): Error | null {
  try {
    const { error } = receivedRecord('a report', JSON.parse(report.toString()));
    return error === null ? null : decodeError(error, []);
  } catch {
    const said = printableLines(words.trim().slice(-LAST_WORDS_CHARACTERS), LAST_WORDS_CHARACTERS);
    throw new WasmEdgeError(
      'ERR_MODULE_LOAD',
      `The module cannot be compiled: the compiler's process ${how}.${said && `\n${said}`}`,
    );
  }
}
