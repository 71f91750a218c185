import { STATUS_CODES } from 'node:http';

import { Problem } from './problem.js';
import type { EventKind } from './types.js';

/** What Lambda takes from a function, as JSON. */
const MAX_BYTES = 6_291_556;
/** What a load balancer takes from one. */
const MAX_BYTES_LOAD_BALANCER = 1 << 20;
/** Answers that have no body (RFC 9110), whatever a program has written after its headers. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);
/** For the headers that every answer has. */
const HEADERS_BYTES = 1 << 10;
/** Of a character as JSON, at most. */
const ESCAPED_BYTES = 6;

/** An answer before it takes the form of its event's kind. */
export interface Response {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Values of `Set-Cookie` one by one, for a response stream; `headers` has them joined. */
  cookies?: readonly string[];
  /** Bytes where it is no text. */
  body: string | Buffer;
}

/** The answer in the form that whoever made the event understands. */
export function formatResponse(kind: EventKind, { status, headers, body }: Response): object {
  const isText = typeof body === 'string';
  const common = {
    statusCode: status,
    body: isText ? body : body.toString('base64'),
    isBase64Encoded: !isText,
  };
  switch (kind) {
    case 'load-balancer':
    case 'vpc-lattice':
      return { ...common, statusDescription: statusLine(status), headers };
    case 'load-balancer-multi-value':
      // A target group with multi-value headers ignores the single ones, and the other way round.
      return {
        ...common,
        statusDescription: statusLine(status),
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
      };
    default:
      return { ...common, headers };
  }
}

/**
 * Refuses an answer that Lambda would fail, or the service behind it.
 *
 * @throws {Problem} 500.
 */
export function checkSize(kind: EventKind, response: Response): void {
  const most = kind.startsWith('load-balancer') ? MAX_BYTES_LOAD_BALANCER : MAX_BYTES;
  const { headers } = response;
  const own = Object.entries(headers).reduce((sum, each) => sum + 2 * each.join('').length, 0);
  if ((response.body.length + own) * ESCAPED_BYTES + HEADERS_BYTES <= most) return;
  // As long as that anyway: what is longer need not be counted.
  const size =
    response.body.length > most
      ? response.body.length
      : Buffer.byteLength(JSON.stringify(formatResponse(kind, response))) + HEADERS_BYTES;
  if (size > most) throw answerTooLarge(size, most);
}

/**
 * The same for what a guest has printed, before anything is made of it.
 *
 * @throws {Problem} 500.
 */
export function checkOutput({ length }: Buffer): void {
  if (length > MAX_BYTES) throw answerTooLarge(length, MAX_BYTES);
}

function answerTooLarge(size: number, most: number): Problem {
  return new Problem(
    500,
    `The response is too large to send: at least ${size} bytes; at most ${most} are allowed.`,
  );
}

function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
