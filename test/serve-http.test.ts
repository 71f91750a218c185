import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

import { form, orders } from './support/lambda-handler.js';
import { withScriptedServer } from './support/serve.js';

const INVOKE = '/2015-03-31/functions/function/invocations';
const ANSWER = '{"model":"none","topK":[]}';
const picture = (what: string): Buffer => Buffer.from(`\xff\xd8${what}`, 'latin1');

const post = (url: string, body: Uint8Array | string, headers = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: body as never, headers });
const invocation = (what: string): string => JSON.stringify(orders(what));

/** Waits until the server reports this many requests under way. */
async function underWay(url: string, count: number): Promise<void> {
  for (;;) {
    const { inFlight } = (await (await fetch(`${url}/healthz`)).json()) as { inFlight: number };
    if (inFlight === count) return;
  }
}

describe('The local server', () => {
  it('classifies a raw JPEG, a file of a form, a data URL and hexadecimal text', async () => {
    await withScriptedServer({}, async (url) => {
      const { body, headers } = form([{ name: 'a', filename: 'a.jpg', content: picture('a') }]);
      for (const answer of [
        await post(`${url}/classify`, picture('a'), { 'content-type': 'image/jpeg' }),
        await post(`${url}/classify/`, picture('a')),
        await post(`${url}/classify`, body, headers),
        await post(`${url}/classify`, `data:,%ff%d8a`),
        await post(`${url}/classify`, 'FF D8 61\n'),
        await fetch(`${url}/classify`, { method: 'PUT', body: picture('a') as never }),
      ]) {
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
        assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
        assert.equal(await answer.text(), ANSWER);
      }
      const json = await post(`${url}/classify?format=json&other=1&other=2`, picture('a'));
      assert.equal(((await json.json()) as { isolation: string }).isolation, 'in-process');
    });
  });

  it("passes the handler's problems on", async () => {
    await withScriptedServer({}, async (url) => {
      for (const [body, status] of [
        ['', 400],
        ['xyz', 400],
        [Buffer.from('49492a0008000000', 'hex'), 415],
        [picture('x\x41'), 422],
        [picture('t'), 500],
        [picture('a'), 200],
      ] as const) {
        assert.equal((await post(`${url}/classify`, body)).status, status);
      }
      const get = await fetch(`${url}/classify`);
      assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST, PUT, OPTIONS']);
    });
  });

  it('invokes a function of any name, as Lambda does', async () => {
    await withScriptedServer({}, async (url) => {
      for (const name of ['function', 'image-classification-lambda', 'a:b']) {
        const answer = await post(
          `${url}/2015-03-31/functions/${name}/invocations`,
          invocation('a'),
        );
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('x-amz-executed-version'), '$LATEST');
        assert.equal(answer.headers.get('x-amz-function-error'), null);
        const { statusCode, body } = (await answer.json()) as { statusCode: number; body: string };
        assert.deepEqual([statusCode, body], [200, ANSWER]);
      }
    });
  });

  it("tells a function's error as Lambda does", async () => {
    await withScriptedServer({}, async (url) => {
      const answer = await post(`${url}${INVOKE}`, '{"Records":[]}');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('x-amz-function-error'), 'Unhandled');
      const error = (await answer.json()) as { errorType: string; errorMessage: string };
      assert.equal(error.errorType, 'WasmEdgeError');
      assert.match(error.errorMessage, /Records/);
    });
  });

  it('refuses payloads that are no JSON, and what it has not of the operation', async () => {
    await withScriptedServer({}, async (url) => {
      const expect = async (
        body: string | Uint8Array,
        headers: object,
        status: number,
        type: string,
      ): Promise<void> => {
        const answer = await post(`${url}${INVOKE}`, body, headers);
        assert.deepEqual([answer.status, answer.headers.get('x-amzn-errortype')], [status, type]);
        assert.ok(((await answer.json()) as { message: string }).message.length > 10);
      };
      const json = 'InvalidRequestContentException';
      await expect('{', {}, 400, json);
      await expect('', {}, 400, json);
      await expect(Buffer.from('"\xff"', 'latin1'), {}, 400, json);
      const type = 'x-amz-invocation-type';
      await expect('{}', { [type]: 'Event' }, 400, 'InvalidParameterValueException');
      const dry = await post(`${url}${INVOKE}`, invocation('t'), { [type]: 'DryRun' });
      assert.equal(dry.status, 204);
      assert.equal((await fetch(`${url}${INVOKE}`)).status, 404);
    });
  });

  it('answers with 504 after the time that an invocation has', async () => {
    await withScriptedServer({ timeoutMs: 600 }, async (url) => {
      assert.equal((await post(`${url}/classify`, picture('l'))).status, 504);
      const answer = await post(`${url}${INVOKE}`, invocation('l'));
      assert.equal(((await answer.json()) as { statusCode: number }).statusCode, 504);
      assert.equal((await post(`${url}/classify`, picture('a'))).status, 200);
    });
  });

  it('refuses with 503 what is beyond the queue, and serves again', async () => {
    await withScriptedServer({ timeoutMs: 3000 }, async (url) => {
      const busy = [1, 2].map(() => post(`${url}/classify`, picture('l')));
      await underWay(url, 2);
      const classify = await post(`${url}/classify`, picture('a'));
      assert.deepEqual([classify.status, classify.headers.get('retry-after')], [503, '1']);
      const invoke = await post(`${url}${INVOKE}`, invocation('a'));
      assert.deepEqual([invoke.status, invoke.headers.get('retry-after')], [503, '1']);
      assert.equal(invoke.headers.get('x-amzn-errortype'), 'TooManyRequestsException');
      for (const answer of await Promise.all(busy)) assert.equal(answer.status, 504);
      assert.equal((await post(`${url}/classify`, picture('a'))).status, 200);
    });
  });

  for (const path of ['/classify', INVOKE]) {
    it(`refuses a body that is too large, announced or not: ${path}`, async () => {
      await withScriptedServer({ maxBodyBytes: 1000 }, async (url) => {
        const large = Buffer.alloc(1 << 20, 'a');
        assert.equal((await post(`${url}${path}`, large)).status, 413);
        const stream = new ReadableStream({
          start(controller) {
            controller.enqueue(large);
            controller.close();
          },
        });
        const chunked = await fetch(`${url}${path}`, {
          method: 'POST',
          body: stream,
          duplex: 'half',
        } as never);
        assert.equal(chunked.status, 413);
        assert.equal((await post(`${url}/classify`, picture('a'))).status, 200);
      });
    });
  }

  it('tells a client that asks before it sends to go on, or not', async () => {
    await withScriptedServer({ maxBodyBytes: 1000 }, async (url) => {
      const ask = async (length: number): Promise<string> => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.write(
          `POST /classify HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`,
        );
        const [chunk] = (await once(socket, 'data')) as [Buffer];
        socket.destroy();
        return chunk.toString().split('\r\n')[0]!;
      };
      assert.equal(await ask(1000), 'HTTP/1.1 100 Continue');
      assert.equal(await ask(1001), 'HTTP/1.1 413 Payload Too Large');
    });
  });

  it('tells its health, and what there is where nothing is', async () => {
    await withScriptedServer({}, async (url) => {
      const health = await fetch(`${url}/healthz`);
      assert.equal(health.status, 200);
      assert.deepEqual(await health.json(), { status: 'ok', inFlight: 0, maxInFlight: 2 });
      const none = await fetch(`${url}/nothing`);
      assert.equal(none.status, 404);
      assert.match(((await none.json()) as { detail: string }).detail, /\/classify, /);
    });
  });

  it('counts for Prometheus', async () => {
    await withScriptedServer({}, async (url) => {
      await post(`${url}/classify`, picture('a'));
      await post(`${url}/classify`, 'x');
      await post(`${url}${INVOKE}`, invocation('a'));
      const answer = await fetch(`${url}/metrics`);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
      const text = await answer.text();
      for (const line of [
        'wasmedge_embed_requests_total{route="/classify",status="200"} 1',
        'wasmedge_embed_requests_total{route="/classify",status="400"} 1',
        'wasmedge_embed_requests_total{route="/2015-03-31/functions/:name/invocations",status="200"} 1',
        'wasmedge_embed_request_duration_seconds_count{route="/classify"} 2',
        'wasmedge_embed_stage_duration_seconds_count{stage="execute",isolation="in-process"} 2',
        'wasmedge_embed_stage_duration_seconds_count{stage="decode",isolation="in-process"} 3',
        'wasmedge_embed_picture_bytes_sum 6',
        'wasmedge_embed_requests_in_flight 0',
      ]) {
        assert.ok(text.includes(`${line}\n`), `${line} in:\n${text}`);
      }
      assert.match(text, /^process_resident_memory_bytes \d+/m);
    });
  });

  it('finishes what is under way when it is closed, and takes no more', async () => {
    await withScriptedServer({ timeoutMs: 2000 }, async (url, close) => {
      const keptAlive = connect(Number(new URL(url).port), '127.0.0.1');
      keptAlive.write('POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n');
      keptAlive.write(picture('l'));
      await underWay(url, 1);
      const closed = close();
      // The next request on the same connection, behind the one under way.
      keptAlive.write('POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      await assert.rejects(fetch(`${url}/healthz`), 'no new connections');
      let answers = '';
      keptAlive.setEncoding('utf8').on('data', (text: string) => (answers += text));
      await Promise.all([closed, once(keptAlive, 'close')]);
      assert.match(answers, /^HTTP\/1\.1 504 /);
      assert.doesNotMatch(answers, /HTTP\/1\.1 200/);
    });
  });
});
