import type { Task } from '../guest/task.js';
import type { RunResult } from '../options/types.js';
import { WasmEdgeError, isError } from '../support/errors.js';

import { Problem } from './problem.js';
import type { ErrorRecord } from './types.js';

/** The guest's exit code for a picture that it cannot decode (EX_DATAERR of sysexits.h). */
const DATA_ERROR = 65;
const RETRY_SOON = { 'retry-after': '1' };
const MAX_LOGGED_BYTES = 4 << 10;

/** A guest exited with a code other than 0. */
export class GuestFailure extends Error {
  override readonly name = 'GuestFailure';
  readonly exitCode: number;
  readonly stderr: Buffer;

  constructor({ exitCode, stderr }: RunResult) {
    const line = lastLine(stderr);
    super(`The guest ended with exit code ${exitCode}${line && `: ${line.slice(0, 1000)}`}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The response for a failure. */
export function problemOf(error: unknown, task: Task | 'run' = 'classify'): Problem {
  if (task === 'run') return programProblem(error);
  return pictureProblem(error);
}

function programProblem(error: unknown): Problem {
  const { status, headers, cause, message } = pictureProblem(error);
  if (status === 504) {
    return new Problem(504, 'The request could not be answered in time.', { cause });
  }
  if (error instanceof Problem || status !== 500) {
    return new Problem(status, message, { headers: { ...headers }, cause });
  }
  return new Problem(500, 'The request could not be answered. The log says why.', { cause });
}

function pictureProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof GuestFailure && error.exitCode === DATA_ERROR) {
    return new Problem(422, `The picture cannot be decoded: ${complaintOf(error.stderr)}.`);
  }
  if (error instanceof WasmEdgeError) {
    switch (error.code) {
      case 'ERR_QUEUE_FULL':
        return new Problem(503, 'All workers are busy: try again.', {
          headers: RETRY_SOON,
          cause: error,
        });
      case 'ERR_CLOSED':
        return new Problem(503, 'The service is shutting down: try again.', {
          headers: RETRY_SOON,
          cause: error,
        });
      case 'ERR_TIMEOUT':
        return timedOut(error);
      case 'ERR_ABORTED':
        return clientGone();
    }
  }
  return new Problem(500, 'The picture could not be classified. The log says why.', {
    cause: error,
  });
}

/** The response when the time is over. */
export function timedOut(cause?: unknown): Problem {
  return new Problem(504, 'The picture could not be classified in time.', { cause });
}

/** The record for a client that has disconnected. */
export function clientGone(): Problem {
  return new Problem(499, 'The client closed the connection.');
}

/** The guest's own message, which is only about the picture, without the guest's name. */
function complaintOf(stderr: Buffer): string {
  const line = lastLine(stderr).replace(/^[\w-]+: |\.$/g, '');
  return line.slice(0, 500) || 'it is damaged';
}

function lastLine(text: Buffer): string {
  return text.toString().trim().split('\n').at(-1) ?? '';
}

/** An error in the form for the log. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!isError(error)) return { name: typeof error, message: String(error) };
  const { code, stderr } = error as { code?: unknown; stderr?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(Buffer.isBuffer(stderr) &&
      stderr.length > 0 && { stderr: stderr.subarray(-MAX_LOGGED_BYTES).toString() }),
    ...(error.cause !== undefined && { cause: causeOf(error.cause) }),
  };
}

function causeOf(cause: unknown): string {
  return isError(cause) ? (cause.stack ?? cause.message) : String(cause);
}
