// What Lambda's runtime does around a function, for those who invoke it elsewhere.
import { randomUUID } from 'node:crypto';

import type { Context } from 'aws-lambda';

import { isError } from '../support/errors.js';

/** What Lambda tells a function of an invocation, with a deadline from now on. */
export function lambdaContext(functionName: string, timeoutMs: number): Context {
  const end = performance.now() + timeoutMs;
  // The three callbacks of old are deprecated, and gone from newer runtimes.
  const context: Omit<Context, 'done' | 'fail' | 'succeed'> = {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '0',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    // Whole ones, as from Lambda: what goes on to a time limit.
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(end - performance.now())),
  };
  return context as Context;
}

/** What an invocation gives whose function has failed. */
export function functionError(error: unknown): { errorType: string; errorMessage: string } {
  const { name, message } = isError(error) ? error : new Error(String(error));
  return { errorType: name, errorMessage: message };
}
