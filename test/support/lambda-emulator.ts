import assert from 'node:assert/strict';
import { spawn, execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort } from './local-server.js';
import { ROOT } from './paths.js';
import { temporaryPath } from './wat.js';

const shell = promisify(execFile);

/** What separates status and headers, in JSON, from the body in a response stream. */
const BEFORE_BODY = Buffer.alloc(8);

/** What a function with response streams has sent. */
interface StreamedAnswer {
  /** The emulator's own status. */
  status: number;
  /** Undefined if no body was begun. */
  metadata: { statusCode: number; headers: Record<string, string>; cookies: string[] } | undefined;
  body: Buffer;
}

/** A function behind AWS's emulator. */
export class EmulatedFunction {
  readonly #url: string;
  readonly #startsFile: string;
  readonly #output: () => string;

  constructor(url: string, startsFile: string, output: () => string) {
    this.#url = url;
    this.#startsFile = startsFile;
    this.#output = output;
  }

  /** All output of the emulator, the client and the function. */
  get output(): string {
    return this.#output();
  }

  /** The processes in which the function was started, in order. */
  get processes(): string[] {
    return readFileSync(this.#startsFile, 'utf8').trimEnd().split('\n');
  }

  /** Posts a payload with curl, and returns the status and the answer. */
  async post(payload: string): Promise<{ status: number; answer: Record<string, unknown> }> {
    const file = temporaryPath('payload.json');
    writeFileSync(file, payload);
    const { stdout } = await this.bash(
      `curl -sS -w '\\n%{http_code}' -XPOST "http://localhost:8080/2015-03-31/functions/function/invocations" -d @${file}`,
    );
    const [body, status] = stdout.split('\n');
    return { status: Number(status), answer: JSON.parse(body!) as Record<string, unknown> };
  }

  /**
   * Posts a payload to a function with response streams, and returns the result: the emulator
   * forwards what the function sends unchanged, while Lambda's own front ends take it apart.
   */
  async postForStream(payload: string): Promise<StreamedAnswer> {
    const [file, received] = [temporaryPath('payload.json'), temporaryPath('received')];
    writeFileSync(file, payload);
    const { stdout } = await this.bash(
      `curl -sS -o ${received} -w '%{http_code} %{content_type}' -XPOST -H 'Lambda-Runtime-Function-Response-Mode: streaming' \
        "http://localhost:8080/2015-03-31/functions/function/invocations" -d @${file}`,
    );
    const bytes = readFileSync(received);
    const at = bytes.indexOf(BEFORE_BODY);
    const metadata = at < 0 ? undefined : bytes.subarray(0, at).toString();
    return {
      status: Number(stdout.split(' ')[0]),
      metadata: metadata === undefined ? undefined : (JSON.parse(metadata) as never),
      body: at < 0 ? bytes : bytes.subarray(at + BEFORE_BODY.length),
    };
  }

  /** Runs a script in which http://localhost:8080 stands for this function's address. */
  bash(script: string, cwd = ROOT): Promise<{ stdout: string; stderr: string }> {
    const here = script.replaceAll('http://localhost:8080', this.#url);
    return shell('bash', ['-ec', here], { cwd, maxBuffer: 64 << 20 });
  }
}

/** Runs a handler of test/e2e/function in the real runtime while `use` works. */
export async function withEmulatedFunction<T>(
  variables: Readonly<Record<string, string>>,
  use: (emulated: EmulatedFunction) => Promise<T>,
  handler = 'index.handler',
): Promise<T> {
  const emulator = process.env['WASMEDGE_EMBED_LAMBDA_EMULATOR'];
  const client = process.env['WASMEDGE_EMBED_LAMBDA_CLIENT'];
  assert.ok(emulator && client, "Run these tests with 'npm run test:lambda'.");
  const [port, runtimePort] = await Promise.all([freePort(), freePort()]);
  const startsFile = temporaryPath('starts');
  writeFileSync(startsFile, '');
  const child = spawn(
    emulator,
    [
      ...['--runtime-interface-emulator-address', `127.0.0.1:${port}`],
      ...['--runtime-api-address', `127.0.0.1:${runtimePort}`],
      ...[client, handler],
    ],
    {
      cwd: path.join(ROOT, 'test', 'e2e', 'function'),
      env: { ...process.env, STARTS_FILE: startsFile, AWS_LAMBDA_LOG_FORMAT: 'JSON', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let output = '';
  const collect = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const ended = once(child, 'close');
  try {
    await listening(port, child);
    return await use(new EmulatedFunction(`http://127.0.0.1:${port}`, startsFile, () => output));
  } catch (error) {
    console.error(output);
    throw error;
  } finally {
    // The function's process as well.
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }
}

/** Waits until a process accepts requests on a port of this machine, or has ended. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
