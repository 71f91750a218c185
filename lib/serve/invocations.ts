import type { ServerResponse } from 'node:http';

import { functionError, lambdaContext } from '../lambda/local-runtime.js';
import { Problem } from '../lambda/problem.js';
import { parseBoundedJson } from '../support/bounded-json.js';

import type { Exchange } from './exchange.js';
import { replyJson } from './reply.js';
import type { Service } from './service.js';

/** Lambda's names for rejections, by status. */
const TYPES: Readonly<Record<number, string>> = {
  408: 'RequestTimeoutException',
  413: 'RequestTooLargeException',
  // A full queue, with this server's usual status for it.
  503: 'TooManyRequestsException',
};

/**
 * Lambda's own operation Invoke (API version 2015-03-31), as offered by the Runtime Interface
 * Emulator, with any function name. The payload is JSON whatever its Content-Type says.
 */
export async function invokeFunction(
  service: Service,
  functionName: string,
  exchange: Exchange,
): Promise<void> {
  const { request, response, requestId, signal, begin } = exchange;
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (type !== 'RequestResponse' && type !== 'DryRun') {
    replyError(response, 400, 'InvalidParameterValueException', {
      message: 'X-Amz-Invocation-Type must be RequestResponse or DryRun here.',
    });
    return;
  }
  let event: unknown;
  try {
    event = await parseBoundedJson(await exchange.receive(service, service.timeoutMs));
  } catch (error) {
    refuse(service, exchange, error);
    return;
  }
  const context = lambdaContext(functionName, service.timeoutMs - (performance.now() - begin));
  const headers = {
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': context.functionVersion,
  };
  if (type === 'DryRun') {
    response.writeHead(204, headers).end();
    return;
  }
  try {
    const result = await service.handlers.own.accept(
      event,
      { ...context, awsRequestId: requestId },
      signal,
    );
    replyJson(response, 200, result, headers);
  } catch (error) {
    // An error of the function is a successful invocation, by Lambda's own convention.
    replyJson(response, 200, functionError(error), {
      ...headers,
      'x-amz-function-error': 'Unhandled',
    });
  }
}

/** Rejects a request that never became an invocation, and logs it like one. */
function refuse({ logger }: Service, { response, requestId }: Exchange, error: unknown): void {
  const isNoJson =
    error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError;
  if (!isNoJson && !(error instanceof Problem)) throw error;
  const message = isNoJson
    ? `Could not parse request body into json: ${error.message}`
    : error.message;
  const status = isNoJson ? 400 : error.status;
  const type = isNoJson ? 'InvalidRequestContentException' : (TYPES[status] ?? 'ServiceException');
  logger?.warn('refused', { requestId, status, problem: message });
  replyError(response, status, type, { message }, isNoJson ? {} : error.headers);
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
