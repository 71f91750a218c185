import { spawn } from 'node:child_process';

import { LOG_DESCRIPTOR } from './log.js';

/** What the program wrote when it was asked for its version. */
export interface VersionAnswer {
  stdout: string;
  stderr: string;
  log: string;
}

// A program that hangs is a different one.
const ANSWERS_WITHIN_MS = 30_000;
const ANSWER_CHARACTERS = 1 << 16;

/**
 * Runs the program with `--version`: it loads its libraries and our plug-ins, but no guest. Rejects
 * if it does not end by itself with 0.
 *
 * @param preload A descriptor for it, as for an invocation.
 */
export function askVersion(
  file: string,
  env: Record<string, string>,
  preload?: number,
): Promise<VersionAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, ['--version'], {
      env,
      // As for an invocation, since paths in the environment may be relative.
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(preload === undefined ? [] : [preload])],
      timeout: ANSWERS_WITHIN_MS,
      killSignal: 'SIGKILL',
    });
    child.on('error', reject);
    const texts = { stdout: '', stderr: '', log: '' };
    const take = (name: keyof typeof texts) => (chunk: Buffer) => {
      texts[name] = (texts[name] + chunk.toString()).slice(0, ANSWER_CHARACTERS);
    };
    // Absent without free file descriptors; the error event reports that.
    const stdio = child.stdio as typeof child.stdio | undefined;
    stdio?.[1]?.on('data', take('stdout'));
    stdio?.[2]?.on('data', take('stderr'));
    stdio?.[LOG_DESCRIPTOR]?.on('data', take('log'));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(texts);
      else {
        reject(new Error(`'--version' ended with ${signal ?? `exit code ${String(code)}`}`));
      }
    });
  });
}
