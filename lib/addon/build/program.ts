import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { WasmEdgeError, reasonOf } from '../../support/errors.js';

/** The number of lines of a failed program's output in an error. */
const TAIL_LINES = 30;
const KEPT_CHARACTERS = 1 << 20;

export interface ProgramOptions {
  env?: Record<string, string | undefined>;
  /** Whether the program also writes to this process's own streams. */
  isVerbose?: boolean;
}

/**
 * Runs a program to its end, and returns its output.
 *
 * @throws {WasmEdgeError} ERR_BUILD if it cannot be started or fails, with the end of its output.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, isVerbose = false }: ProgramOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (text: string): void => {
    output = (output + text).slice(-KEPT_CHARACTERS);
    if (isVerbose) process.stderr.write(text);
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  let code: number | null;
  let signal: string | null;
  try {
    [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  } catch (error) {
    throw new WasmEdgeError('ERR_BUILD', `${program} cannot be run: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  if (code === 0) return output;
  const outcome = signal ?? `exit code ${String(code)}`;
  const tail = isVerbose ? '.' : `:\n${output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}`;
  throw new WasmEdgeError('ERR_BUILD', `${program} ended with ${outcome}${tail}`);
}

/** The version that a program reports; undefined if the program is missing or does not work. */
export async function versionOf(program: string): Promise<string | undefined> {
  try {
    return await runProgram(program, ['--version']);
  } catch {
    return undefined;
  }
}
