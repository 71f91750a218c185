import assert from 'node:assert/strict';

import type { ClassificationHandler } from 'wasmedge-embed/lambda';

import {
  EVENT_KINDS,
  HTTP_KINDS,
  eventOf,
  invoke,
  lambdaContext,
} from './support/lambda-events.js';
import type { HttpRequest, RequestKind } from './support/lambda-events.js';
import {
  RED,
  RED_SENTENCE,
  colour,
  colourHandler,
  encoded,
  refused,
  withHandler,
} from './support/lambda-handler.js';

const red = encoded(RED);
const accepting = (accept: string): HttpRequest => ({ ...red, headers: { accept } });
const TEXT = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

interface JsonAnswer {
  model: string;
  classes: number;
  known: boolean;
  isolation: string;
  topK: { index: number; label: string; score: number }[];
  timings: Record<string, number>;
}

for (const kind of EVENT_KINDS) {
  describe(`The Lambda handler's answer (${kind})`, () => {
    let handler: ClassificationHandler;
    before(() => {
      handler = colourHandler({ topK: 2 });
    });
    after(() => handler.close());

    it("is the original's sentence, as HTML", async () => {
      const { status, headers, body } = await invoke(handler, kind, red);
      assert.deepEqual([status, headers['content-type'], body], [200, TEXT, RED_SENTENCE]);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });

    it('escapes the label', async () => {
      const { body } = await invoke(handler, kind, encoded(colour(10, 220, 20)));
      assert.ok(body.includes('>green &amp; &lt;b&gt;</a>'), body);
      assert.ok(body.includes('q=green%20%26%20%3Cb%3E'), body);
    });

    for (const request of [accepting('application/json'), { ...red, query: { format: 'json' } }]) {
      it(`is JSON where that is asked for: ${JSON.stringify(request.headers ?? request.query)}`, async () => {
        const { status, headers, body } = await invoke(handler, kind, request);
        assert.deepEqual([status, headers['content-type']], [200, JSON_TYPE]);
        const answer = JSON.parse(body) as JsonAnswer;
        const { model, classes, known, isolation, topK, timings } = answer;
        assert.deepEqual([model, isolation], ['default', 'in-process']);
        assert.deepEqual([classes, known], [3, true]);
        assert.deepEqual(topK, [
          { index: 0, label: 'red', score: 250 },
          { index: 1, label: 'green & <b>', score: 20 },
        ]);
        const { totalMs, queueMs, instantiateMs, executeMs, inferenceMs } = timings;
        for (const part of [queueMs, instantiateMs, executeMs]) assert.ok(part! >= 0);
        assert.ok(inferenceMs! > 0 && totalMs! >= executeMs! && executeMs! >= inferenceMs!);
      });
    }

    it('is as the client prefers it', async () => {
      const types = async (accept: string): Promise<string | undefined> =>
        (await invoke(handler, kind, accepting(accept))).headers['content-type'];
      assert.equal(await types('*/*'), TEXT);
      assert.equal(await types('application/*'), JSON_TYPE);
      assert.equal(await types('text/html, application/json;q=0.9'), TEXT);
      assert.equal(await types('text/html;q=0.5, application/json;q=0.9'), JSON_TYPE);
      assert.equal(await types('text/html;q=0, */*'), JSON_TYPE);
      assert.equal(await types('image/png'), TEXT, 'rather than nothing');
      assert.equal(await types('no, media; type'), TEXT);
    });

    it('is the sentence where the query says so, whatever Accept says', async () => {
      const request = { ...accepting('application/json'), query: { format: 'text' } };
      assert.equal((await invoke(handler, kind, request)).body, RED_SENTENCE);
    });

    it('refuses another format', async () => {
      await refused(handler, kind, { ...red, query: { format: 'xml' } }, 400, /'json' or 'text'/);
    });
  });
}

describe("The Lambda handler's answer", () => {
  const shapes: Record<RequestKind, string[]> = {
    'rest-api': ['body', 'headers', 'isBase64Encoded', 'statusCode'],
    'http-api': ['body', 'headers', 'isBase64Encoded', 'statusCode'],
    'function-url': ['body', 'headers', 'isBase64Encoded', 'statusCode'],
    'load-balancer': ['body', 'headers', 'isBase64Encoded', 'statusCode', 'statusDescription'],
    'load-balancer-multi-value': [
      'body',
      'isBase64Encoded',
      'multiValueHeaders',
      'statusCode',
      'statusDescription',
    ],
    'vpc-lattice': ['body', 'headers', 'isBase64Encoded', 'statusCode', 'statusDescription'],
    invocation: ['body', 'headers', 'isBase64Encoded', 'statusCode'],
  };
  let handler: ClassificationHandler;
  const raw = async (kind: RequestKind, request: HttpRequest): Promise<Record<string, unknown>> =>
    (await handler(eventOf(kind, request) as never, lambdaContext())) as never;
  before(() => {
    handler = colourHandler();
  });
  after(() => handler.close());

  for (const kind of EVENT_KINDS) {
    it(`has the form that ${kind} expects`, async () => {
      const good = await raw(kind, red);
      assert.deepEqual(Object.keys(good).sort(), shapes[kind]);
      assert.equal(good['isBase64Encoded'], false);
      const bad = await raw(kind, { body: 'x' });
      assert.deepEqual(Object.keys(bad).sort(), shapes[kind]);
      if ('statusDescription' in good) {
        assert.equal(good['statusDescription'], '200 OK');
        assert.equal(bad['statusDescription'], '400 Bad Request');
      }
      const headers = (good['headers'] ?? good['multiValueHeaders']) as Record<string, unknown>;
      const isMultiValue = kind === 'load-balancer-multi-value';
      assert.deepEqual(headers['content-type'], isMultiValue ? [TEXT] : TEXT);
    });
  }

  for (const kind of HTTP_KINDS) {
    it(`refuses other methods (${kind})`, async () => {
      for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH']) {
        const { headers } = await refused(handler, kind, { ...red, method }, 405, /POST/);
        assert.equal(headers['allow'], 'POST, PUT, OPTIONS');
      }
      assert.equal((await invoke(handler, kind, { ...red, method: 'PUT' })).status, 200);
      assert.equal((await invoke(handler, kind, { ...red, method: 'post' })).status, 200);
    });
  }
});

describe('Cross-origin requests', () => {
  const preflight: HttpRequest = {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
  };

  for (const kind of HTTP_KINDS) {
    it(`are not spoken of where nobody asked for them (${kind})`, async () => {
      await withHandler({}, async (handler) => {
        for (const request of [red, preflight]) {
          const { headers } = await invoke(handler, kind, request);
          assert.deepEqual(
            Object.keys(headers).filter((name) => name.includes('access-control')),
            [],
          );
        }
      });
    });

    it(`are allowed from anywhere (${kind})`, async () => {
      await withHandler({ cors: true }, async (handler) => {
        const { headers } = await invoke(handler, kind, red);
        assert.equal(headers['access-control-allow-origin'], '*');
        const problem = await refused(handler, kind, { body: 'x' }, 400, /unexpected character/);
        assert.equal(problem.headers['access-control-allow-origin'], '*');
        const asked = await invoke(handler, kind, preflight);
        assert.deepEqual([asked.status, asked.body], [204, '']);
        assert.equal(asked.headers['access-control-allow-methods'], 'POST, PUT, OPTIONS');
        assert.equal(asked.headers['access-control-allow-headers'], 'content-type, accept');
        assert.equal(asked.headers['access-control-max-age'], '3600');
      });
    });

    it(`are allowed from some origins (${kind})`, async () => {
      const cors = { origins: ['https://a.example'], headers: ['x-own'], maxAgeSeconds: 5 };
      await withHandler({ cors }, async (handler) => {
        const from = async (origin: string): Promise<Record<string, string>> =>
          (await invoke(handler, kind, { ...red, headers: { origin } })).headers;
        const good = await from('https://a.example');
        assert.equal(good['access-control-allow-origin'], 'https://a.example');
        const bad = await from('https://b.example');
        assert.equal(bad['access-control-allow-origin'], undefined);
        for (const { vary } of [good, bad]) assert.equal(vary, 'Accept, Origin');
        const { headers } = await invoke(handler, kind, preflight);
        assert.equal(headers['access-control-allow-headers'], 'x-own');
        assert.equal(headers['access-control-max-age'], '5');
      });
    });
  }
});
