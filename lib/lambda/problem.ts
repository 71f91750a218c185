import { STATUS_CODES } from 'node:http';

/** Statuses of responses that are problems. */
export type ProblemStatus =
  400 | 403 | 405 | 408 | 413 | 414 | 415 | 421 | 422 | 431 | 499 | 500 | 503 | 504;

/**
 * Why a picture was not classified, in words that the client may see. Thrown inside the handler,
 * never out of it.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail One line that may be shown to anybody. */
  constructor(
    status: ProblemStatus,
    detail: string,
    { headers = {}, cause }: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.status = status;
    this.headers = headers;
  }

  /** Problem details for HTTP APIs (RFC 9457), as one line of JSON. */
  toBody(requestId: string): string {
    return JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[this.status],
      status: this.status,
      detail: this.message,
      requestId,
    });
  }
}
