import type { IncomingMessage, ServerResponse } from 'node:http';

import { functionError, lambdaContext, parseEvent } from '../lambda/local-runtime.js';
import type { InvocationEvent } from '../lambda/types.js';

import { BodyTooLarge, readBody } from './body.js';
import { replyJson } from './reply.js';
import type { Service } from './routes.js';

/**
 * Lambda's own operation Invoke (API version 2015-03-31), as the Runtime Interface Emulator offers
 * it, with any function's name. The payload is JSON whatever its Content-Type says.
 */
export async function invokeFunction(
  { handlers, timeoutMs, maxBodyBytes }: Service,
  functionName: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (type !== 'RequestResponse' && type !== 'DryRun') {
    replyError(response, 400, 'InvalidParameterValueException', {
      message: `X-Amz-Invocation-Type must be RequestResponse or DryRun here, not ${type}.`,
    });
    return;
  }
  let event: unknown;
  try {
    event = parseEvent(await readBody(request, response, maxBodyBytes));
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      replyError(response, 413, 'RequestTooLargeException', { message: error.message });
    } else if (error instanceof SyntaxError || error instanceof TypeError) {
      replyError(response, 400, 'InvalidRequestContentException', {
        message: `Could not parse request body into json: ${error.message}`,
      });
    } else throw error;
    return;
  }
  const context = lambdaContext(functionName, timeoutMs);
  const headers = {
    'x-amzn-requestid': context.awsRequestId,
    'x-amz-executed-version': context.functionVersion,
  };
  if (type === 'DryRun') {
    response.writeHead(204, headers).end();
    return;
  }
  try {
    // The handler looks at the event itself, whatever it is.
    const result = await handlers.own(event as InvocationEvent, context);
    replyJson(response, 200, result, headers);
  } catch (error) {
    // An error of the function is a success of the invocation: Lambda's own convention.
    replyJson(response, 200, functionError(error), {
      ...headers,
      'x-amz-function-error': 'Unhandled',
    });
  }
}

/** As Lambda answers beyond the reserved concurrency. */
export function refuseInvocation(response: ServerResponse): void {
  replyError(
    response,
    429,
    'TooManyRequestsException',
    {
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      message: 'Rate Exceeded.',
    },
    { 'retry-after': '1' },
  );
}

function replyError(
  response: ServerResponse,
  status: number,
  type: string,
  error: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  replyJson(response, status, { Type: 'User', ...error }, { 'x-amzn-errortype': type, ...headers });
}
