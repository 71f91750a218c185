import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { clearestPhotograph, runExample, withService } from '../support/examples.js';
import { watGuest } from '../support/wat.js';
import { childrenOf, eventually, workers } from '../support/workers.js';

/** A request for test/guests/wat/handler.wat that tells it what to do. */
const order = (what: string): Buffer => Buffer.from(`\xff\xd8${what}`, 'latin1');
const [WORK, HANG, TRAP, COMPLAIN] = [order('a'), order('l'), order('t'), order('x\x01')];

interface Posted {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function post(url: string, body: Buffer, init: RequestInit = {}): Promise<Posted> {
  const response = await fetch(`${url}/classify`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body,
    ...init,
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Record<string, unknown> };
}

/**
 * Announces a body of this length. Express reads all of it before it answers; Fastify answers at
 * once and closes the connection, so the body could not be sent.
 */
async function statusOfLength(url: string, length: number, isRead: boolean): Promise<unknown> {
  const headers = { 'content-type': 'image/jpeg', 'content-length': length };
  const sending = request(`${url}/classify`, { method: 'POST', headers });
  if (isRead) sending.end(Buffer.alloc(length));
  else sending.flushHeaders();
  const [{ statusCode }] = (await once(sending, 'response')) as [IncomingMessage];
  sending.destroy();
  return statusCode;
}

/** Waits until a service refuses work because the only guest that it may run is busy. */
async function busy(url: string): Promise<Posted> {
  for (;;) {
    const posted = await post(url, WORK);
    if (posted.status !== 200) return posted;
  }
}

for (const service of ['fastify-service', 'express-service']) {
  describe(`The example ${service}`, function () {
    this.timeout(60_000);

    /** A service around the scripted guest: one at a time, with no queue. */
    const scripted = async (timeoutMs: number): Promise<Record<string, string>> => ({
      MODULE: await watGuest('handler'),
      CONCURRENCY: '1',
      MAX_QUEUE: '0',
      TIMEOUT_MS: String(timeoutMs),
    });

    it('classifies as the package does, and goes on after bad input of every kind', async () => {
      const { jpeg, topK } = await clearestPhotograph();
      await withService(service, {}, async ({ url }) => {
        for (const [body, type, status] of [
          [Buffer.from('no picture'), 'image/jpeg', 422],
          [jpeg.subarray(0, 1000), 'image/jpeg', 422],
          [jpeg, 'image/png', 415],
          [Buffer.from('{}'), 'application/json', 415],
        ] as const) {
          const refused = await post(url, body, { headers: { 'content-type': type } });
          assert.equal(refused.status, status);
          assert.equal(typeof refused.body['message'], 'string');
          const { status: ok, body: answer } = await post(url, jpeg);
          assert.deepEqual([ok, answer['topK']], [200, topK]);
        }
        assert.equal(await statusOfLength(url, (6 << 20) + 1, service === 'express-service'), 413);
        assert.equal((await fetch(`${url}/healthz`)).status, 200);
        assert.equal((await fetch(`${url}/elsewhere`)).status, 404);
      });
    });

    it('refuses what it has no room for, and forgets who has gone', async () => {
      await withService(service, await scripted(50_000), async ({ url }) => {
        const impatience = new AbortController();
        const first = post(url, HANG, { signal: impatience.signal });
        const { status, headers, body } = await busy(url);
        assert.deepEqual([status, headers.get('retry-after')], [503, '1']);
        assert.equal(body['code'], 'ERR_QUEUE_FULL');
        assert.equal((await fetch(`${url}/healthz`)).status, 200);

        impatience.abort();
        await assert.rejects(first);
        while ((await post(url, WORK)).status !== 200);
      });
    });

    it('tells a time-out from other failures, of which callers are told nothing', async () => {
      await withService(service, await scripted(500), async ({ url, stdout, stderr }) => {
        assert.equal((await post(url, HANG)).status, 504);
        for (const what of [TRAP, COMPLAIN]) {
          const { status, body } = await post(url, what);
          assert.equal(status, 500);
          assert.equal(body['message'], 'The picture could not be classified.');
        }
        await eventually(() => /unreachable[^]*secret: details/.test(stdout() + stderr()));
        assert.equal((await post(url, WORK)).status, 200);
      });
    });

    it('finishes what is under way when it is told to stop, then ends', async () => {
      await withService(service, await scripted(1500), async (served) => {
        const last = post(served.url, HANG);
        await busy(served.url);
        served.process.kill('SIGTERM');
        assert.equal((await last).status, 504);
        assert.equal(await served.ended, 0);
      });
    });

    it('does not start without its guest', async () => {
      const env = { MODULE: '/nonexistent.wasm', PORT: '0' };
      const { code, stderr } = await runExample(service, ['server.mjs'], env);
      assert.equal(code, 1);
      assert.match(stderr, /ERR_MODULE_LOAD/);
    });
  });
}

describe('The example express-service, whose worker process dies', function () {
  this.timeout(60_000);

  it('asks to try again, and has another worker', async () => {
    const module = await watGuest('handler');
    const env = { MODULE: module, CONCURRENCY: '1', MAX_QUEUE: '0', TIMEOUT_MS: '50000' };
    await withService('express-service', env, async ({ url, process: { pid } }) => {
      const first = post(url, HANG);
      await busy(url);
      const [worker] = workers(pid);
      process.kill(worker!, 'SIGKILL');
      const { status, headers, body } = await first;
      assert.deepEqual([status, headers.get('retry-after')], [503, '1']);
      assert.equal(body['code'], 'ERR_WORKER_DIED');
      while ((await post(url, WORK)).status !== 200);
      await eventually(() => childrenOf(pid, 'module/worker-process-child.js').length === 1);
    });
  });
});
