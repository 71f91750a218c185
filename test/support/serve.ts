import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';

import { startServer } from './internals.js';
import { ROOT } from './paths.js';
import { watGuest } from './wat.js';

type ServerOptions = Parameters<typeof startServer>[0];

/** Serves test/guests/wat/handler.wat in this process while `use` works. */
export async function withScriptedServer<T>(
  options: Partial<Omit<ServerOptions, 'handler'>> & {
    handler?: Partial<ServerOptions['handler']>;
  },
  use: (url: string, close: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const module = await watGuest('handler');
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    timeoutMs: 60_000,
    maxBodyBytes: 1 << 20,
    ...options,
    handler: { module, models: {}, logger: false, concurrency: 1, maxQueue: 1, ...options.handler },
  });
  try {
    return await use(server.url, () => server.close());
  } finally {
    await server.close();
  }
}

/** A running `wasmedge-embed serve`. */
export interface Served {
  url: string;
  process: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far. */
  stdout: () => string;
  stderr: () => string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

/** Starts `wasmedge-embed serve` on a free port, gives it to `use`, and kills what is left of it. */
export async function withServeCommand<T>(
  args: readonly string[],
  use: (served: Served) => Promise<T>,
): Promise<T> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'dist', 'cli', 'main.js'), 'serve', '--port', '0', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WASMEDGE_EMBED_DATA: '', AWS_LAMBDA_LOG_FORMAT: 'JSON' },
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', () => {
        const found = /^Listening on (\S+) /m.exec(stderr)?.[1];
        if (found !== undefined) resolve(found);
      });
      void ended.then((code) => {
        reject(new Error(`It ended with ${code}:\n${stderr}`));
      });
    });
    return await use({
      url,
      process: child,
      stdout: () => stdout,
      stderr: () => stderr,
      ended,
    });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
