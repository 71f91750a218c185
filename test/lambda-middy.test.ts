import assert from 'node:assert/strict';

import type { MiddlewareObj } from '@middy/core' with { 'resolution-mode': 'import' };
import type {
  ALBEvent,
  ALBHandler,
  APIGatewayProxyEventV2,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLHandler,
} from 'aws-lambda';
import type { ClassificationHandler } from 'wasmedge-embed/lambda';

import { eventOf, lambdaContext } from './support/lambda-events.js';
import { RED, RED_SENTENCE, colourHandler, encoded } from './support/lambda-handler.js';

type Result = APIGatewayProxyStructuredResultV2;

describe('The Lambda handler under Middy', () => {
  let handler: ClassificationHandler;
  before(() => {
    handler = colourHandler();
  });
  after(() => handler.close());

  it('is wrapped, and its middleware sees events and answers', async () => {
    const { default: middy } = await import('@middy/core');
    const seen: string[] = [];
    const middleware: MiddlewareObj<APIGatewayProxyEventV2, Result> = {
      before: ({ event }) => {
        seen.push(event.rawPath);
      },
      after: ({ response }) => {
        seen.push(String(response?.statusCode));
        Object.assign(response?.headers ?? {}, { 'x-seen': 'yes' });
      },
    };
    const wrapped = middy<APIGatewayProxyEventV2, Result>(handler).use(middleware);
    const event = eventOf('http-api', encoded(RED)) as APIGatewayProxyEventV2;
    const answer = await wrapped(event, lambdaContext());
    assert.deepEqual(seen, ['/classify', '200']);
    assert.deepEqual([answer.body, answer.headers?.['x-seen']], [RED_SENTENCE, 'yes']);
  });

  it('hands its errors to onError', async () => {
    const { default: middy } = await import('@middy/core');
    const wrapped = middy<unknown, { statusCode: number }>(handler as never).onError((request) => {
      request.response = { statusCode: 599 };
    });
    assert.deepEqual(await wrapped({ Records: [] }, lambdaContext()), { statusCode: 599 });
  });
});

describe('The type of the Lambda handler', () => {
  it('is that of the handlers of all its services', () => {
    const check = (handler: ClassificationHandler): unknown[] => {
      const rest: APIGatewayProxyHandler = handler;
      const http: APIGatewayProxyHandlerV2 = handler;
      const url: LambdaFunctionURLHandler = handler;
      const alb: ALBHandler = handler;
      return [rest, http, url, alb];
    };
    assert.equal(check.length, 1);
  });

  it('gives each event its own answer', () => {
    const check = async (handler: ClassificationHandler, event: ALBEvent): Promise<unknown> =>
      (await handler(event, lambdaContext())).statusDescription;
    assert.equal(check.length, 2);
  });
});
