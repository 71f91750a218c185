import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';

import { decodeError } from './encoded-error.js';
import type { EncodedError } from './encoded-error.js';
import { WasmEdgeError, reasonOf } from './errors.js';
import type { NativeCompileOptions } from './native.js';
import { nodeArguments } from './node-arguments.js';

const SCRIPT = path.join(__dirname, 'compile-child.js');
/** How much of what a compiler that crashed wrote last is told. */
const LAST_WORDS_CHARACTERS = 500;

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
export async function compileInProcess({ input, ...rest }: NativeCompileOptions): Promise<void> {
  const order: CompileOrder = { ...rest, parent: process.pid };
  const { report, words, how } = await runChild(JSON.stringify(order), input).catch(
    (error: unknown) => {
      throw new WasmEdgeError(
        'ERR_MODULE_LOAD',
        `The compiler's process cannot be started: ${reasonOf(error)}.`,
        { cause: error },
      );
    },
  );
  const { error } = read(report, words, how);
  if (error) throw decodeError(error, []);
}

async function runChild(
  order: string,
  input: Uint8Array,
): Promise<{ report: Buffer; words: string; how: string }> {
  const child = spawn(process.execPath, [...nodeArguments(), SCRIPT, order], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end before it has read all; its report then says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [report, words, [code, signal]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`;
  return { report, words, how };
}

function read(report: Buffer, words: string, how: string): CompileReport {
  try {
    return JSON.parse(report.toString()) as CompileReport;
  } catch {
    const said = words.trim().slice(-LAST_WORDS_CHARACTERS);
    throw new WasmEdgeError(
      'ERR_MODULE_LOAD',
      `The module cannot be compiled: the compiler's process ${how}.${said && `\n${said}`}`,
    );
  }
}
