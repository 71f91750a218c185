import path from 'node:path';

import { startServer } from './internals.js';
import { ROOT } from './paths.js';
import { withServed } from './served.js';
import type { Served } from './served.js';
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

/**
 * Starts `wasmedge-embed serve` on a free port, passes it to `use`, and kills what remains of it.
 */
export async function withServeCommand<T>(
  args: readonly string[],
  use: (served: Served) => Promise<T>,
): Promise<T> {
  const command = [path.join(ROOT, 'dist', 'cli', 'main.js'), 'serve', '--port', '0', ...args];
  const env = { WASMEDGE_EMBED_DATA: '', AWS_LAMBDA_LOG_FORMAT: 'JSON' };
  return withServed(command, { env, listening: /^Listening on (\S+) /m }, use);
}
