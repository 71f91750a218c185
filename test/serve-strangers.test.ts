import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from 'wasmedge-embed/lambda';

import { orders } from './support/lambda-handler.js';
import { ROOT } from './support/paths.js';
import { withScriptedServer, withServeCommand } from './support/serve.js';
import { watGuest } from './support/wat.js';

const INVOKE = '/2015-03-31/functions/function/invocations';
const picture = (what: string): Buffer => Buffer.from(`\xff\xd8${what}`, 'latin1');
const post = (url: string, body: Uint8Array | string, headers = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: body as never, headers });

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  // Without reading, a socket does not learn that the other side has closed it.
  socket.on('error', () => undefined).resume();
  return socket;
}

const head = (length: number, where = '/classify'): string =>
  `POST ${where} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;

/** Also for a socket that the server has reset. */
const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('close', resolve));

/** Everything that the server sends until it closes the connection. */
async function saidOn(socket: Socket): Promise<string> {
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => (said += text));
  await closed(socket);
  return said;
}

async function inFlight(url: string): Promise<number> {
  const health = (await (await fetch(`${url}/healthz`)).json()) as { inFlight: number };
  return health.inFlight;
}

async function underWay(url: string, count: number): Promise<void> {
  while ((await inFlight(url)) !== count);
}

/** The status for a Host, or another header that fetch does not let one choose. */
async function statusOf(
  url: string,
  lines: string,
  method = 'GET',
  where = '/healthz',
): Promise<number> {
  const socket = open(url);
  socket.write(
    `${method} ${where} HTTP/1.1\r\n${lines}Content-Length: 0\r\nConnection: close\r\n\r\n`,
  );
  return Number(/^HTTP\/1\.1 (\d+)/.exec(await saidOn(socket))?.[1]);
}

describe('A server among strangers', () => {
  it('gives no slot to who is still sending', async () => {
    await withScriptedServer({ handler: { maxQueue: 0 } }, async (url) => {
      const slow = Array.from({ length: 20 }, (_, index) => {
        const socket = open(url);
        socket.write(`${head(1000, index % 2 ? INVOKE : '/classify')}abc`);
        return socket;
      });
      await Promise.all(slow.map((socket) => once(socket, 'connect')));
      assert.equal((await post(`${url}/classify`, picture('a'))).status, 200);
      assert.equal(await inFlight(url), 0);
      for (const socket of slow) socket.destroy();
    });
  });

  it('waits for a body for as long as a request may take', async () => {
    await withScriptedServer({ timeoutMs: 800 }, async (url) => {
      for (const where of ['/classify', INVOKE]) {
        const socket = open(url);
        socket.write(`${head(1000, where)}abc`);
        assert.match(await saidOn(socket), /^HTTP\/1\.1 408 /, where);
      }
    });
  });

  it('has who takes longest give way where more is sent than it may hold', async () => {
    const options = { maxBodyBytes: 1 << 20, handler: { concurrency: 1, maxQueue: 1 } };
    await withScriptedServer(options, async (url) => {
      const send = (): Promise<string> => {
        const socket = open(url);
        socket.write(head(1 << 20));
        socket.write(Buffer.alloc((1 << 20) - 1));
        return saidOn(socket);
      };
      const [first] = [send(), send(), send()];
      assert.match(await first, /^HTTP\/1\.1 503 [^]*this one is the slowest/);
      assert.equal((await post(`${url}/classify`, picture('a'))).status, 200);
    });
  });

  it('keeps a body that comes byte by byte in memory of its own size', async () => {
    await withScriptedServer({ timeoutMs: 60_000 }, async (url) => {
      const socket = open(url);
      socket.write(
        'POST /classify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n' +
          'Connection: close\r\n\r\n2\r\n\xff\xd8\r\n1\r\na\r\n',
        'latin1',
      );
      globalThis.gc?.();
      const before = process.memoryUsage().heapUsed;
      for (let each = 0; each < 20; each++) {
        if (!socket.write('1\r\n \r\n'.repeat(10_000))) await once(socket, 'drain');
        await inFlight(url);
      }
      globalThis.gc?.();
      // As chunks, 200,000 of them took 30 MB.
      assert.ok(process.memoryUsage().heapUsed - before < 10 << 20);
      socket.write('0\r\n\r\n');
      assert.match(await saidOn(socket), /^HTTP\/1\.1 200 /);
    });
  });

  it('closes a connection on which many requests are sent ahead of their answers', async () => {
    await withScriptedServer({}, async (url) => {
      for (const where of ['/metrics', '/']) {
        const socket = open(url);
        const request = `GET ${where} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
        socket.write(request.repeat(20_000));
        const answers = (await saidOn(socket)).match(/HTTP\/1\.1 200/g) ?? [];
        assert.ok(answers.length <= 10, `${answers.length} answers`);
        const text = await (await fetch(`${url}/metrics`)).text();
        const route = `wasmedge_embed_requests_total{route="${where}",status="200"}`;
        assert.ok(Number(text.split(`${route} `)[1]?.split('\n')[0] ?? 0) <= 10);
      }
    });
  });

  it('answers requests that were sent ahead, in their order', async () => {
    await withScriptedServer({}, async (url) => {
      const socket = open(url);
      const get = (where: string, more = ''): string =>
        `GET ${where} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
      socket.write(get('/healthz') + get('/nothing') + get('/classify', 'Connection: close\r\n'));
      const statuses = (await saidOn(socket)).match(/(?<=HTTP\/1\.1 )\d+/g);
      assert.deepEqual(statuses, ['200', '404', '405']);
    });
  });

  for (const where of ['/classify', INVOKE]) {
    it(`stops working for a client that has gone: ${where}`, async () => {
      const entries: { status: number }[] = [];
      const take = (_: string, fields: object): void => void entries.push(fields as never);
      const logger: Logger = { info: () => undefined, warn: take, error: take };
      await withScriptedServer({ handler: { logger } }, async (url) => {
        const socket = open(url);
        const body = where === INVOKE ? JSON.stringify(orders('l')) : picture('l');
        socket.write(head(body.length, where));
        socket.write(body);
        await underWay(url, 1);
        socket.destroy();
        await underWay(url, 0);
        assert.deepEqual(
          entries.map(({ status }) => status),
          [499],
        );
      });
    });
  }

  it('closes at once who has sent no whole request when it shuts down', async () => {
    const module = await watGuest('handler');
    await withServeCommand(['--module', module], async ({ url, process: child, ended }) => {
      const silent = open(url);
      const halfHead = open(url);
      const stalled = open(url);
      const keptAlive = open(url);
      halfHead.write('POST /classify HTTP/1.1\r\nHost: loc');
      stalled.write(`${head(1000)}abc`);
      const answered = once(keptAlive, 'data');
      keptAlive.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await answered;
      const gone = Promise.all([silent, halfHead, stalled, keptAlive].map(closed));
      child.kill('SIGTERM');
      await gone;
      assert.equal(await ended, 0);
    });
  });

  it('lives on when nobody reads its log', async () => {
    const module = await watGuest('handler');
    const main = path.join(ROOT, 'dist', 'cli', 'main.js');
    const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--module', module], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const [line] = (await once(child.stderr.setEncoding('utf8'), 'data')) as [string];
      const url = /(http:\S+)/.exec(line)![1]!;
      child.stdout.destroy();
      child.stderr.destroy();
      for (let each = 0; each < 5; each++) {
        assert.equal((await post(`${url}/classify`, picture('a'))).status, 200);
        await sleep(10);
      }
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('A server that only this machine can reach', () => {
  it('refuses names that are not its own', async () => {
    await withScriptedServer({ allowHosts: ['classifier.test'] }, async (url) => {
      for (const host of [
        'localhost',
        '127.0.0.1:80',
        '[::1]:8080',
        'a.localhost',
        'Classifier.test',
      ]) {
        assert.equal(await statusOf(url, `Host: ${host}\r\n`), 200, host);
      }
      for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '']) {
        assert.equal(await statusOf(url, `Host: ${host}\r\n`), 421, host);
        assert.equal(await statusOf(url, `Host: ${host}\r\n`, 'POST', '/classify'), 421, host);
      }
    });
  });

  it('lets no page of another origin choose an isolation', async () => {
    await withScriptedServer({ compare: ['worker-process'] }, async (url) => {
      const where = `${url}/classify?isolation=worker-process`;
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ]) {
        assert.equal((await post(where, picture('a'), headers)).status, 403);
        assert.equal((await post(`${url}/classify`, picture('a'), headers)).status, 200);
      }
      const own = { origin: url, 'sec-fetch-site': 'same-origin' };
      assert.equal((await post(where, picture('a'), own)).status, 200);
    });
  });
});

describe('What a server refuses', () => {
  const cors = { origins: ['https://a.example'] };
  const origin = { origin: 'https://a.example' };

  it('may be read by the pages that may ask, whoever refuses it', async () => {
    const options = { maxBodyBytes: 1000, handler: { cors, maxQueue: 0 } };
    await withScriptedServer(options, async (url) => {
      const expect = async (answer: Promise<Response>, status: number): Promise<void> => {
        const { headers, status: found } = await answer;
        assert.equal(found, status);
        assert.equal(headers.get('access-control-allow-origin'), 'https://a.example');
        assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
      };
      await expect(post(`${url}/classify`, Buffer.alloc(1 << 20), origin), 413);
      await expect(post(`${url}/classify?isolation=x`, 'x', origin), 403);
      await expect(post(`${url}/classify`, 'x', origin), 400);
      await expect(post(`${url}/classify`, 'x', { ...origin, 'content-encoding': 'gzip' }), 415);
      await expect(fetch(`${url}/classify`, { headers: origin }), 405);
      const busy = open(url);
      busy.write(head(3));
      busy.write(picture('l'));
      await underWay(url, 1);
      await expect(post(`${url}/classify`, picture('a'), origin), 503);
      await expect(fetch(`${url}/classify`, { method: 'OPTIONS', headers: origin }), 204);
      busy.destroy();
    });
  });

  it('is told by its head where that is enough', async () => {
    await withScriptedServer({}, async (url) => {
      const socket = open(url);
      const line = head(1000).replace('\r\n\r\n', '\r\nContent-Encoding: gzip\r\n\r\n');
      socket.write(line);
      assert.match(await saidOn(socket), /^HTTP\/1\.1 415 /);
    });
  });

  it('is in the log, by the id that the answer has', async () => {
    const entries: Record<string, unknown>[] = [];
    const take = (_: string, fields: object): void => void entries.push(fields as never);
    const logger: Logger = { info: take, warn: take, error: take };
    await withScriptedServer({ maxBodyBytes: 1000, handler: { logger } }, async (url) => {
      entries.length = 0;
      const ids: (string | null)[] = [];
      for (const [where, body] of [
        ['/classify', picture('a')],
        ['/classify', Buffer.alloc(2000)],
        [INVOKE, Buffer.alloc(2000)],
        [INVOKE, '{'],
        [INVOKE, JSON.stringify(orders('a'))],
      ] as const) {
        ids.push((await post(`${url}${where}`, body)).headers.get('x-request-id'));
      }
      assert.deepEqual(
        entries.map(({ requestId }) => requestId),
        ids,
      );
      assert.deepEqual(
        entries.map(({ status }) => status),
        [200, 413, 413, 400, 200],
      );
    });
  });
});
