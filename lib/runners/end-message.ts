import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';

/** What a message may say of an invocation that did not end well. */
export interface InvocationFacts {
  /** The module's file. */
  file: string;
  /** The time limit in force, in milliseconds, and the option that set it. */
  timeoutMs?: number | undefined;
  timeoutOption: 'timeoutMs' | 'limits.timeoutMs';
  concurrency: number;
  maxQueue: number;
  maxWaiting: number;
  /** Whether a host function has asked for it. */
  isNested: boolean;
}

/**
 * The same error in the words that every isolation has: what ends an invocation is noticed by the
 * addon, by a worker process or by this one, and told here alone.
 *
 * @param cause The reason of an abort, which no other thread or process has.
 */
export function inWords(
  error: WasmEdgeError,
  facts: InvocationFacts,
  cause: unknown = error.cause,
): WasmEdgeError {
  const message = messageOf(error, facts);
  if (message === undefined) return error;
  const { code, stdout, stderr, timings, trap, inferenceFailures } = error;
  return new WasmEdgeError(code, message, {
    ...(cause !== undefined && { cause }),
    ...(trap && { trap }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    ...(timings && { timings }),
    ...(inferenceFailures && { inferenceFailures }),
  });
}

/** The error of an invocation that comes after `close()`. */
export function closedError(file: string): WasmEdgeError {
  return new WasmEdgeError('ERR_CLOSED', closedMessage(file));
}

function messageOf(error: WasmEdgeError, facts: InvocationFacts): string | undefined {
  const { file, timeoutMs, timeoutOption, concurrency, maxQueue, maxWaiting } = facts;
  const name = printable(file);
  switch (error.code) {
    case 'ERR_TIMEOUT':
      return `${name} took longer than ${String(timeoutMs)} ms (${timeoutOption}).`;
    case 'ERR_ABORTED':
      return `The invocation of ${name} was aborted.`;
    case 'ERR_QUEUE_FULL':
      if (facts.isNested) {
        return (
          `${name} has ${concurrency + maxWaiting} invocations under way, whose guests wait for host functions or run, ` +
          "and a host function asks for another ('concurrency' and 'maxWaiting' together allow no more). " +
          'It would wait for itself.'
        );
      }
      return (
        `${name} has ${concurrency} invocations under way, as many as 'concurrency' allows, and the queue is full ` +
        `(maxQueue is ${maxQueue}). Try again later.`
      );
    case 'ERR_CLOSED':
      return closedMessage(file);
    case 'ERR_TRAP': {
      const last = lastLine(error.stderr);
      return last === '' ? undefined : `${error.message} Its standard error ends with: ${last}`;
    }
    default:
      return undefined;
  }
}

function closedMessage(file: string): string {
  return `${printable(file)} is closed. Load it again to run it.`;
}

/** A trap's reason mostly stands there, such as the message of a panic; all of it is in `stderr`. */
function lastLine(stderr: Buffer | undefined): string {
  const end = stderr?.subarray(-2000).toString().trimEnd() ?? '';
  return printable(end.slice(end.lastIndexOf('\n') + 1), 300);
}
