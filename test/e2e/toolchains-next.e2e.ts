import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

import { given } from '../support/package.js';
import { ISOLATIONS, expectedLabel, toolchains, works } from '../support/toolchains.js';
import type { ToolchainProject, Toolchains } from '../support/toolchains.js';

const ROUTE = `
import { findGuest, findModel, loadModule } from 'wasmedge-embed';

export const dynamic = 'force-dynamic';

export async function POST(request) {
  const isolation = new URL(request.url).searchParams.get('isolation');
  try {
    const module = await loadModule(findGuest(), {
      ...{ isolation, concurrency: 1, args: ['--format', 'json'] },
      models: { default: findModel() },
    });
    const { stdout } = await module.run({ stdin: await request.arrayBuffer() });
    await module.close();
    return new Response(JSON.parse(stdout.toString()).topK[0].label);
  } catch ({ code, message }) {
    return new Response(code + ' ' + message, { status: 500 });
  }
}
`;
const LAYOUT = `
export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
`;

const config = (isExternal: boolean, root: string): string => `
export default {
  output: 'standalone',
  ${isExternal ? "serverExternalPackages: ['wasmedge-embed']," : ''}
  outputFileTracingRoot: ${JSON.stringify(root)},
  turbopack: { root: ${JSON.stringify(root)} },
};
`;

/** Next.js takes 0 as its default port. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A server of the standalone output, moved to an otherwise empty place. */
class Server {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(node: string, script: string): Promise<Server> {
    const port = await freePort();
    const env = {
      ...process.env,
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
      // With the default model, like the expected label.
      WASMEDGE_EMBED_DATA: undefined,
      NODE_OPTIONS: undefined,
    };
    const child = spawn(node, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      const url = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(line)?.[0];
      if (url) {
        child.stdout.resume();
        return new Server(child, url);
      }
    }
    throw new Error('The server ended before it listened.');
  }

  async post(isolation: string, body: Buffer): Promise<{ status: number; text: string }> {
    const address = `${this.url}/classify?isolation=${isolation}`;
    const response = await fetch(address, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

describe("Next.js' standalone output", function () {
  this.timeout(900_000);
  let others: Toolchains;
  let project: ToolchainProject;
  let label: string;
  let node: string;
  let alone: string;

  before(async () => {
    others = toolchains('OTHERS');
    label = await expectedLabel();
    node = path.join(given('NODE_24'), 'bin', 'node');
    project = await others.project({ 'app/classify/route.js': ROUTE, 'app/layout.js': LAYOUT });
    alone = mkdtempSync(path.join(tmpdir(), 'standalone-'));
  });
  after(() => {
    rmSync(alone, { recursive: true, force: true });
    others.clear();
  });

  async function build(isExternal: boolean): Promise<string> {
    rmSync(project.path('.next'), { recursive: true, force: true });
    project.write({ 'next.config.mjs': config(isExternal, others.folder) });
    await project.output([node, others.file('next', 'dist', 'bin', 'next'), 'build'], {
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: 'production',
    });
    const target = path.join(alone, isExternal ? 'external' : 'merged');
    mkdirSync(target);
    cpSync(project.path('.next', 'standalone'), target, {
      recursive: true,
      verbatimSymlinks: true,
    });
    return path.join(target, path.basename(project.folder), 'server.js');
  }

  const picture = (): Buffer => readFileSync(project.path('picture.jpg'));

  it('answers requests, in every isolation', async () => {
    const server = await Server.start(node, await build(true));
    try {
      for (const each of ISOLATIONS) {
        assert.deepEqual(await server.post(each, picture()), { status: 200, text: label });
      }
    } finally {
      await server.stop();
    }
    works({
      toolchain: "Next.js, `output: 'standalone'`",
      version: `${others.version('next')}, Node.js 24`,
      isolations: ISOLATIONS,
      add: "`serverExternalPackages: ['wasmedge-embed']`, [libwasmedge](#what-traces-files)",
    });
  });

  it('says to name it among serverExternalPackages, where it is not', async () => {
    const server = await Server.start(node, await build(false));
    try {
      const { status, text } = await server.post('in-process', picture());
      assert.equal(status, 500, text);
      assert.match(text, /^ERR_NATIVE_LOAD .*serverExternalPackages/s);
    } finally {
      await server.stop();
    }
  });
});
