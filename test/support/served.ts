import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

import { ROOT } from './paths.js';

/** A server in a separate Node process. */
export interface Served {
  url: string;
  process: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far. */
  stdout: () => string;
  stderr: () => string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

export interface ServedOptions {
  /** In addition to this process's environment. */
  env: Record<string, string>;
  cwd?: string;
  /** Its output when it listens; the group is its address. */
  listening: RegExp;
}

/** Starts a server, passes it to `use`, and kills what remains of it. */
export async function withServed<T>(
  args: readonly string[],
  { env, cwd = ROOT, listening }: ServedOptions,
  use: (served: Served) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const found = (listening.exec(stdout) ?? listening.exec(stderr))?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void ended.then((code) => {
        reject(new Error(`It ended with ${code}:\n${stdout}${stderr}`));
      });
    });
    return await use({ url, process: child, stdout: () => stdout, stderr: () => stderr, ended });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
