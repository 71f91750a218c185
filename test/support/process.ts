import { spawn } from 'node:child_process';

import { ROOT } from './paths.js';

/** How a child process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface ScriptOptions {
  /** In addition to this process's environment; undefined removes a variable. */
  env?: Record<string, string | undefined>;
  /** Whether the script is an ECMAScript module. */
  esm?: boolean;
  /** Options for node itself. */
  flags?: string[];
}

/** Far more than any of the scripts takes: a hanging one ends with a signal and fails its test. */
export const HANGS_AFTER_MS = 1000 * Number(process.env['WASMEDGE_EMBED_SCRIPT_SECONDS'] ?? 50);

/**
 * Runs JavaScript in a separate Node process, in the project's root, so that it can require
 * 'wasmedge-embed'. It ends when its event loop is empty.
 */
export function runScript(source: string, options: ScriptOptions = {}): Promise<Ended> {
  const kind = options.esm ? ['--input-type=module'] : ['--input-type=commonjs'];
  return runNode([...(options.flags ?? []), ...kind, '-e', source], options.env);
}

/** Runs Node in the project's root, or in another folder. */
export function runNode(
  args: readonly string[],
  env: ScriptOptions['env'] = {},
  cwd = ROOT,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, NODE_OPTIONS: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: HANGS_AFTER_MS,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/** Runs a script, which must succeed, and returns its standard output. */
export async function scriptOutput(source: string, options?: ScriptOptions): Promise<string> {
  const { code, signal, stdout, stderr } = await runScript(source, options);
  if (code !== 0) {
    throw new Error(`The script ended with ${signal ?? String(code)}:\n${stdout}\n${stderr}`);
  }
  return stdout;
}
