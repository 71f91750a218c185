import assert from 'node:assert/strict';

import type { HandlerOptions, InvocationRecord, Logger } from 'wasmedge-embed/lambda';

import { CLASSIFIER } from './support/classification.js';
import { invoke, lambdaContext } from './support/lambda-events.js';
import { RED, encoded, orders, withHandler, withScriptedGuest } from './support/lambda-handler.js';
import { SMALL_MODEL } from './support/paths.js';
import { scriptOutput } from './support/process.js';

const { awsRequestId } = lambdaContext();

/**
 * The lines on stdout of a process in which a handler loads and serves a good picture and a bad
 * one.
 */
async function linesOf(
  env: Record<string, string>,
  options: HandlerOptions = {},
): Promise<string[]> {
  const given = { module: CLASSIFIER, models: { default: SMALL_MODEL }, ...options };
  const output = await scriptOutput(
    `import { createHandler } from 'wasmedge-embed/lambda';
     const handler = createHandler(${JSON.stringify(given)});
     await handler.ready;
     const context = { awsRequestId: '${awsRequestId}', getRemainingTimeInMillis: () => 9000 };
     await handler({ body: '${RED.toString('hex')}' }, context);
     await handler({ body: 'x' }, context);
     await handler.close();`,
    { esm: true, env },
  );
  return output.trimEnd().split('\n');
}

describe("The Lambda handler's log", () => {
  it('has one line for loading and for each invocation, as Lambda writes text', async () => {
    const lines = await linesOf({});
    assert.equal(lines.length, 3, lines.join('\n'));
    const entries = lines.map((line) => line.split('\t'));
    assert.deepEqual(
      entries.map(([, requestId, level]) => [requestId, level]),
      [
        ['undefined', 'INFO'],
        [awsRequestId, 'INFO'],
        [awsRequestId, 'WARN'],
      ],
    );
    for (const [timestamp] of entries) assert.ok(!Number.isNaN(Date.parse(timestamp!)));
    const [loaded, good, bad] = entries.map(
      (entry) => JSON.parse(entry[3]!) as Record<string, unknown>,
    );
    assert.deepEqual([loaded!['message'], loaded!['isolation']], ['loaded', 'in-process']);
    assert.ok(Number(loaded!['loadMs']) > 0 && Number(loaded!['warmUpMs']) > 0);
    assert.deepEqual([good!['message'], good!['status']], ['invocation', 200]);
    assert.deepEqual([bad!['message'], bad!['status']], ['invocation', 400]);
    assert.match(String(bad!['problem']), /unexpected character/);
  });

  it('looks once for labels beside the model', async () => {
    const counting = `
      const files = require('node:fs/promises');
      const { readdir } = files;
      let listed = 0;
      files.readdir = (...args) => { listed++; return readdir(...args); };
      const { createHandler } = require('wasmedge-embed/lambda');
      (async () => {
        const models = { default: ${JSON.stringify(SMALL_MODEL)} };
        const module = ${JSON.stringify(CLASSIFIER)};
        const handler = createHandler({ module, models, logger: false });
        await handler.ready;
        await handler.close();
        console.log(listed);
      })();`;
    assert.equal((await scriptOutput(counting)).trim(), '1');
  });

  it('says once where the model has no labels', async () => {
    const model = { file: SMALL_MODEL, labels: [] };
    const lines = await linesOf({}, { models: { default: model } });
    const told = lines.filter((line) => line.includes('"labels":"none"'));
    assert.deepEqual(told, [lines[0]]);
    assert.ok((await linesOf({})).every((line) => !line.includes('"labels"')));
  });

  it('says which model answers, and of how many classes', async () => {
    const [line] = await linesOf({ AWS_LAMBDA_LOG_FORMAT: 'JSON' });
    const { message, model, classes } = JSON.parse(line ?? '') as Record<string, unknown>;
    assert.deepEqual([message, model, classes], ['loaded', SMALL_MODEL, 23]);
  });

  it('is JSON of the keys that Lambda knows where that is the format', async () => {
    const lines = await linesOf({ AWS_LAMBDA_LOG_FORMAT: 'JSON' });
    assert.equal(lines.length, 3);
    const [, good] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(Object.keys(good!).slice(0, 4), [
      'timestamp',
      'level',
      'requestId',
      'message',
    ]);
    const { level, requestId, message, status } = good!;
    assert.deepEqual(
      [level, requestId, message, status],
      ['INFO', awsRequestId, 'invocation', 200],
    );
  });

  for (const [least, expected] of [
    ['DEBUG', 3],
    ['INFO', 3],
    ['WARN', 1],
    ['ERROR', 0],
    ['nonsense', 3],
  ] as const) {
    it(`has what is at least as grave as AWS_LAMBDA_LOG_LEVEL: ${least}`, async () => {
      const env = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: least };
      assert.equal((await linesOf(env)).filter(Boolean).length, expected);
    });
  }

  it('tells what lies behind a 500, a loading that failed, and whose timings and sizes they are', async () => {
    const entries: [string, string, Record<string, unknown>][] = [];
    const to =
      (level: string) =>
      (message: string, fields: object): void => {
        entries.push([level, message, fields as Record<string, unknown>]);
      };
    const logger: Logger = { info: to('info'), warn: to('warn'), error: to('error') };
    await withScriptedGuest({ logger }, async (handler) => {
      await invoke(handler, 'rest-api', orders('x\x07'));
    });
    await withHandler({ logger, module: '/nonexistent' }, async (handler) => {
      await assert.rejects(handler.ready);
    });
    assert.deepEqual(
      entries.map(([level, message]) => [level, message]),
      [
        ['info', 'loaded'],
        ['error', 'invocation'],
        ['error', 'loading failed'],
      ],
    );
    const { error } = entries[1]![2] as unknown as InvocationRecord;
    assert.equal(error?.stderr, 'secret: details\n');
    assert.match((entries[2]![2]['error'] as Error).message, /nonexistent/);
  });

  for (const format of ['Text', 'JSON']) {
    it(`is not forged or made long by what strangers write: ${format}`, async () => {
      const forged = '1\n2026-01-01T00:00:00.000Z\tx\tERROR\t{}\r\x1b[2K\u2028\x9b\u202e';
      const output = await scriptOutput(
        `import { createHandler } from 'wasmedge-embed/lambda';
         const handler = createHandler(${JSON.stringify({
           module: CLASSIFIER,
           models: { default: SMALL_MODEL },
           metrics: { namespace: 'Pictures' },
         })});
         await handler.ready;
         const forged = ${JSON.stringify(forged)};
         const http = (path, method) => ({
           rawPath: path, requestContext: { http: { method } }, body: 'x', headers: {},
         });
         await handler(http(forged, forged), { awsRequestId: forged });
         await handler(http('p'.repeat(10 << 20), 'POST'), { awsRequestId: 'r'.repeat(1 << 20) });
         await handler.close();`,
        { esm: true, env: { AWS_LAMBDA_LOG_FORMAT: format } },
      );
      const lines = output.split('\n');
      // One for loading, and two for each invocation: its own line and its metrics.
      assert.equal(lines.length, 1 + 2 * 2 + 1, output.slice(0, 2000));
      for (const line of lines) assert.ok(line.length < 8192, String(line.length));
      // eslint-disable-next-line no-control-regex -- these are what must not be there
      assert.doesNotMatch(output, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]/);
      const [, invocation, metrics] = lines;
      assert.equal(invocation!.split('\t').length, format === 'Text' ? 4 : 1);
      assert.equal((JSON.parse(metrics!) as { requestId: string }).requestId, forged);
    });
  }

  it('is told to onInvocation as well', async () => {
    await withHandler({}, async (handler, records) => {
      const request = encoded(RED);
      await invoke(handler, 'function-url', request);
      await invoke(handler, 'function-url', { method: 'GET' });
      const [good, bad] = records;
      const { totalMs, decodeMs, timings, ...rest } = good!;
      assert.deepEqual(rest, {
        requestId: awsRequestId,
        kind: 'function-url',
        method: 'POST',
        path: '/classify',
        status: 200,
        coldStart: true,
        isolation: 'in-process',
        bodyBytes: request.body!.length,
        pictureBytes: RED.length,
        responseBytes: 89,
      });
      assert.ok(totalMs >= timings!.executeMs && totalMs >= decodeMs && decodeMs > 0);
      assert.deepEqual([bad!.status, bad!.coldStart, bad!.timings], [405, false, undefined]);
    });
  });
});

describe('Embedded metrics', () => {
  interface Embedded {
    _aws: {
      Timestamp: number;
      CloudWatchMetrics: {
        Namespace: string;
        Dimensions: string[][];
        Metrics: { Name: string; Unit: string }[];
      }[];
    };
    [name: string]: unknown;
  }

  it('are a line of their own for each invocation, each metric with its value', async () => {
    const env = { AWS_LAMBDA_FUNCTION_NAME: 'classifier' };
    const lines = await linesOf(env, { metrics: { namespace: 'Pictures' }, logger: false });
    assert.equal(lines.length, 2);
    const [good, bad] = lines.map((line) => JSON.parse(line) as Embedded);
    for (const line of [good!, bad!]) {
      const [directive, ...others] = line._aws.CloudWatchMetrics;
      assert.equal(others.length, 0);
      assert.equal(directive!.Namespace, 'Pictures');
      assert.deepEqual(directive!.Dimensions, [['FunctionName']]);
      assert.equal(line['FunctionName'], 'classifier');
      assert.ok(Math.abs(line._aws.Timestamp - Date.now()) < 60_000);
      for (const { Name } of directive!.Metrics) assert.equal(typeof line[Name], 'number', Name);
    }
    const names = good!._aws.CloudWatchMetrics[0]!.Metrics.map(({ Name }) => Name);
    for (const name of ['Duration', 'DecodeDuration', 'QueueDuration', 'InferenceDuration']) {
      assert.ok(names.includes(name), name);
      assert.ok(Number(good![name]) > 0, name);
    }
    assert.deepEqual([good!['ColdStart'], good!['ClientError'], good!['ServerError']], [1, 0, 0]);
    assert.deepEqual([bad!['ColdStart'], bad!['ClientError'], bad!['ServerError']], [0, 1, 0]);
    assert.equal(good!['PictureSize'], RED.length);
  });

  it('have the dimensions that are asked for', async () => {
    const metrics = { namespace: 'Pictures', dimensions: { Stage: 'test', Isolation: 'none' } };
    const [line] = await linesOf({}, { metrics, logger: false });
    const embedded = JSON.parse(line!) as Embedded;
    assert.deepEqual(embedded._aws.CloudWatchMetrics[0]!.Dimensions, [['Stage', 'Isolation']]);
    assert.deepEqual([embedded['Stage'], embedded['Isolation']], ['test', 'none']);
  });
});
