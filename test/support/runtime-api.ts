import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { ROOT } from './paths.js';
import { temporaryPath } from './wat.js';

/** An invocation that has not been fetched yet. */
interface Waiting {
  event: string;
  onResponse: (response: IncomingMessage) => void;
}

/**
 * Lambda's Runtime API. The emulator keeps a response until it is complete and drops its trailers;
 * here, a test sees both as they come.
 */
class RuntimeApi {
  readonly #server: Server;
  readonly #waiting: Waiting[] = [];
  readonly #begun = new Map<string, Waiting>();
  #fetching: ServerResponse | undefined;
  #lastId = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const [, , , kind, id, what] = (request.url ?? '').split('/');
      if (kind === 'invocation' && id === 'next') {
        this.#fetching = response;
        this.#give();
        return;
      }
      const invocation = this.#begun.get(id ?? '');
      request.on('end', () => response.writeHead(202).end());
      if (what === 'response' && invocation) invocation.onResponse(request);
      else request.resume();
    });
  }

  static async start(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Invokes the function; returns its response when that begins. */
  invoke(event: string): Promise<IncomingMessage> {
    return new Promise((onResponse) => {
      this.#waiting.push({ event, onResponse });
      this.#give();
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #give(): void {
    const response = this.#fetching;
    const next = response && this.#waiting.shift();
    if (!next) return;
    this.#fetching = undefined;
    const id = `request-${++this.#lastId}`;
    this.#begun.set(id, next);
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:xx-test-1:000000000000:function:f',
    });
    response.end(next.event);
  }
}

/** Runs a handler of test/e2e/function in AWS's Runtime Interface Client while `use` invokes it. */
export async function withRuntime<T>(
  variables: Readonly<Record<string, string>>,
  use: (api: RuntimeApi, output: () => string) => Promise<T>,
  handler: string,
): Promise<T> {
  const client = process.env['WASMEDGE_EMBED_LAMBDA_CLIENT'];
  assert.ok(client, "Run these tests with 'npm run test:lambda'.");
  const api = await RuntimeApi.start();
  const starts = temporaryPath('starts');
  writeFileSync(starts, '');
  const child = spawn(client, [handler], {
    cwd: path.join(ROOT, 'test', 'e2e', 'function'),
    env: {
      ...process.env,
      ...{ AWS_LAMBDA_RUNTIME_API: api.address, AWS_LAMBDA_LOG_FORMAT: 'JSON' },
      ...{ STARTS_FILE: starts, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512' },
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close');
  try {
    const early = ended.then(([code]) => {
      throw new Error(`The runtime has ended with ${String(code)}:\n${output}`);
    });
    return await Promise.race([use(api, () => output), early]);
  } finally {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await ended;
    api.close();
  }
}
