// What Lambda's runtime does around a function, for invocations elsewhere.
import { randomUUID } from 'node:crypto';

import type { Context } from 'aws-lambda';

import { isError } from '../support/errors.js';

/** The context that Lambda passes to a function, with a deadline relative to now. */
export function lambdaContext(functionName: string, timeoutMs: number): Context {
  const end = performance.now() + timeoutMs;
  // The three old callbacks are deprecated, and missing from newer runtimes.
  const context: Omit<Context, 'done' | 'fail' | 'succeed'> = {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '0',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    // Whole milliseconds, as on Lambda, since they become a time limit.
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(end - performance.now())),
  };
  return context as Context;
}

/** The result of an invocation whose function failed. */
export function functionError(error: unknown): { errorType: string; errorMessage: string } {
  const { name, message } = isError(error) ? error : new Error(String(error));
  return { errorType: name, errorMessage: message };
}
