import assert from 'node:assert/strict';

import type { ClassificationHandler } from 'wasmedge-embed/lambda';

import { lambdaContext } from './support/lambda-events.js';
import {
  RED,
  RED_SENTENCE,
  colourHandler,
  encoded,
  orders,
  withHandler,
  withScriptedGuest,
} from './support/lambda-handler.js';

interface Result {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  statusDescription?: string;
}

const LOAD_BALANCER = {
  elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:a:1:targetgroup/b/c' },
};
const { body, isBase64Encoded } = encoded(RED);

describe('Events of the services', () => {
  let handler: ClassificationHandler;
  const answer = async (event: object, to = handler): Promise<Result> =>
    (await to(event as never, lambdaContext())) as unknown as Result;
  before(() => {
    handler = colourHandler();
  });
  after(() => handler.close());

  it('of VPC Lattice, version 1.0, are answered, whatever the method', async () => {
    const event = {
      raw_path: '/classify?format=json',
      method: 'POST',
      headers: { 'content-type': 'image/jpeg', accept: '*/*' },
      query_string_parameters: { format: 'json' },
      body,
      is_base64_encoded: isBase64Encoded,
    };
    const good = await answer(event);
    assert.deepEqual([good.statusCode, good.statusDescription], [200, '200 OK']);
    assert.match(good.body, /"label":"red"/);
    // Without a body, as usual for a GET.
    const { statusCode, headers } = await answer({ raw_path: '/', method: 'GET', headers: {} });
    assert.deepEqual([statusCode, headers['allow']], [405, 'POST, PUT, OPTIONS']);
  });

  it('of VPC Lattice, version 2.0, are answered, whatever the method', async () => {
    const event = {
      version: '2.0',
      path: '/classify',
      method: 'POST',
      headers: { accept: ['text/html', 'application/json;q=0.5'] },
      queryStringParameters: { format: ['json'] },
      body,
      isBase64Encoded,
      requestContext: { targetGroupArn: 'arn:aws:vpc-lattice:a:1:targetgroup/tg-1' },
    };
    assert.match((await answer(event)).body, /"label":"red"/);
    const text = { ...event, queryStringParameters: undefined };
    assert.equal((await answer(text)).body, RED_SENTENCE);
    const get = { ...text, method: 'GET', body: undefined };
    assert.equal((await answer(get)).statusCode, 405);
  });

  for (const [format, type] of [
    ['%6Ason', 'application/json'],
    ['te%78t', 'text/html; charset=utf-8'],
    ['%', 'application/problem+json'],
  ] as const) {
    it(`of a load balancer have their query as the client encoded it: ${format}`, async () => {
      for (const query of [
        { queryStringParameters: { format }, headers: {} },
        { multiValueQueryStringParameters: { format: [format] }, multiValueHeaders: {} },
      ]) {
        const event = { requestContext: LOAD_BALANCER, httpMethod: 'POST', path: '/', ...query };
        const result = await answer({ ...event, body, isBase64Encoded });
        const { headers, multiValueHeaders } = result as Result & {
          multiValueHeaders?: Record<string, string[]>;
        };
        assert.equal(multiValueHeaders?.['content-type']?.[0] ?? headers['content-type'], type);
      }
    });
  }

  for (const [what, event] of [
    [
      'a rule of EventBridge',
      { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
    ],
    ['a schedule of EventBridge', { source: 'aws.scheduler', detail: '{}' }],
    ['serverless-plugin-warmup', { source: 'serverless-plugin-warmup' }],
    ['lambda-warmer', { warmer: true, concurrency: 3 }],
  ] as const) {
    it(`of ${what} keep the function warm and classify nothing`, async () => {
      await withHandler({ warmUp: false }, async (cold, records) => {
        const { statusCode, body: text } = await answer(event, cold);
        assert.deepEqual([statusCode, text], [200, 'ready']);
        const [record] = records;
        assert.deepEqual([record?.kind, record?.timings], ['schedule', undefined]);
      });
      await withHandler({ module: '/nonexistent' }, async (broken) => {
        await assert.rejects(answer(event, broken), { code: 'ERR_MODULE_LOAD' });
      });
    });
  }

  it('of health checks are answered with 200 where an option says so, once all is loaded', async () => {
    const check = (method: string): object => ({
      requestContext: LOAD_BALANCER,
      httpMethod: method,
      path: '/classify',
      headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
      queryStringParameters: {},
      body: '',
      isBase64Encoded: false,
    });
    await withHandler({ healthChecks: true }, async (healthy) => {
      for (const method of ['GET', 'HEAD']) {
        assert.equal((await answer(check(method), healthy)).statusCode, 200);
      }
      assert.equal((await answer(check('DELETE'), healthy)).statusCode, 405);
      assert.equal((await answer({ body: 'ffd8' }, healthy)).statusCode, 422);
    });
    await withHandler({ healthChecks: true, module: '/nonexistent' }, async (broken) => {
      await assert.rejects(answer(check('GET'), broken), { code: 'ERR_MODULE_LOAD' });
    });
    assert.equal((await answer(check('GET'))).statusCode, 405);
  });

  it('are answered in words where the answer is larger than the service takes', async () => {
    await withScriptedGuest({}, async (scripted, records) => {
      const order = (what: string): Record<string, unknown> => ({ ...orders(what) });
      const large = await answer(order('g\x07'), scripted);
      assert.equal(large.statusCode, 500);
      assert.match(large.body, /too large to send: at least \d+ bytes; at most 6291556/);
      assert.match(records[0]?.problem ?? '', /too large/);
      const event = { requestContext: LOAD_BALANCER, httpMethod: 'POST', headers: {} };
      const balanced = await answer({ ...event, ...order('g\x02') }, scripted);
      assert.match(balanced.body, /at most 1048576/);
      assert.equal((await answer(order('g\x02'), scripted)).statusCode, 200);
    });
  });
});
