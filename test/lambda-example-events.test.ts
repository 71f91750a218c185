import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { createHandler } from 'wasmedge-embed/lambda';
import type { ClassificationHandler, EventKind, InvocationRecord } from 'wasmedge-embed/lambda';

import { CLASSIFIER } from './support/classification.js';
import { DATA, requireData } from './support/data.js';
import { lambdaContext, readAnswer } from './support/lambda-events.js';
import type { Answer } from './support/lambda-events.js';
import { form } from './support/lambda-handler.js';

/** AWS's own examples. */
const EXAMPLES: Record<string, EventKind> = {
  'apigw-request.json': 'rest-api',
  'apigw-restapi-openapi-request.json': 'rest-api',
  'apigw-v2-request-no-authorizer.json': 'http-api',
  'lambda-urls-request.json': 'function-url',
  'alb-lambda-target-request-headers-only.json': 'load-balancer',
  'alb-lambda-target-request-multivalue-headers.json': 'load-balancer-multi-value',
};

type Json = Record<string, unknown>;

const data = (...names: string[]): Buffer => readFileSync(path.join(DATA, ...names));

/** The example as a POST with this body; its own headers, except for the Content-Type. */
function eventOf(example: string, body: object, contentType?: string): Json {
  const event = JSON.parse(data('events', example).toString()) as Json;
  const context = event['requestContext'] as Json;
  if ('http' in context) (context['http'] as Json)['method'] = 'POST';
  else event['httpMethod'] = 'POST';
  const replace = (headers: unknown, value: unknown): unknown =>
    headers &&
    Object.fromEntries([
      ...Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type'),
      ...(contentType === undefined ? [] : [['Content-Type', value]]),
    ]);
  const headers = replace(event['headers'], contentType);
  const multiValueHeaders = replace(event['multiValueHeaders'], [contentType]);
  return {
    ...event,
    ...(headers !== undefined && { headers }),
    ...(multiValueHeaders !== undefined && { multiValueHeaders }),
    ...body,
  };
}

for (const [example, kind] of Object.entries(EXAMPLES)) {
  describe(`The example event ${example}`, () => {
    let handler: ClassificationHandler | undefined;
    const records: InvocationRecord[] = [];
    const answerTo = async (body: object, contentType?: string): Promise<Answer> => {
      const event = eventOf(example, body, contentType);
      return readAnswer(kind, await handler!(event as never, lambdaContext()));
    };
    before(function () {
      requireData(this);
      const model = path.join(DATA, 'models', 'mobilenet_v1_0.75_192_quant.tflite');
      handler = createHandler({
        module: CLASSIFIER,
        models: {
          default: {
            file: model,
            labels: path.join(DATA, 'models', 'labels_mobilenet_quant_v1_224.txt'),
          },
        },
        logger: false,
        onInvocation: (record) => records.push(record),
      });
    });
    after(() => handler?.close());

    it(`is of the kind ${kind}, and is refused as it is`, async () => {
      const event = JSON.parse(data('events', example).toString()) as Json;
      const { status } = readAnswer(kind, await handler!(event as never, lambdaContext()));
      assert.ok(status === 400 || status === 405, String(status));
      assert.equal(records.at(-1)?.kind, kind);
    });

    it('is classified with a photograph in hexadecimal, base64, a form and a data URL', async () => {
      const photo = data('photos', 'hot_dog.jpg');
      const { body, headers } = form([
        { name: 'image', filename: 'hot_dog.jpg', type: 'image/jpeg', content: photo },
      ]);
      const base64 = photo.toString('base64');
      const answers = await Promise.all([
        answerTo({ body: photo.toString('hex'), isBase64Encoded: false }),
        answerTo({ body: base64, isBase64Encoded: true }, 'image/jpeg'),
        answerTo({ body: body.toString('base64'), isBase64Encoded: true }, headers['content-type']),
        answerTo(
          { body: `data:image/jpeg;base64,${base64}`, isBase64Encoded: false },
          'text/plain',
        ),
      ]);
      for (const answer of answers) {
        assert.equal(answer.status, 200, answer.body);
        assert.match(answer.body, /^It (is very likely|is likely|could be) a .*>hotdog<\/a>/);
      }
    });

    it('is answered 415 or 422 with each malformed JPEG, or with what can be seen', async () => {
      for (const name of readdirSync(path.join(DATA, 'jpegs', 'malformed'))) {
        const body = data('jpegs', 'malformed', name).toString('base64');
        const { status, body: text } = await answerTo({ body, isBase64Encoded: true });
        assert.ok([200, 400, 415, 422].includes(status), `${name}: ${status} ${text}`);
      }
    });
  });
}
