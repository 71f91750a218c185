import { STATUS_CODES } from 'node:http';

import { Problem } from './problem.js';
import type { EventKind } from './types.js';

/** Maximum size that Lambda accepts from a function, as JSON. */
const MAX_BYTES = 6_291_556;
/** Maximum size that a load balancer accepts from a function. */
const MAX_BYTES_LOAD_BALANCER = 1 << 20;
/** Responses without a body (RFC 9110), whatever a program has written after its headers. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);
/** Reserved for the headers that every response has. */
const HEADERS_BYTES = 1 << 10;
/** Maximum length of a character as JSON. */
const ESCAPED_BYTES = 6;

/** A response before it is converted to the sender's format. */
export interface Response {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Separate values of `Set-Cookie`, for a response stream; `headers` has them joined. */
  cookies?: readonly string[];
  /** Bytes if it is not text. */
  body: string | Buffer;
}

/** The response in the sender's format. */
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
      // A target group with multi-value headers ignores single-value ones, and vice versa.
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
 * Rejects a response that Lambda, or the service in front of it, would not accept.
 *
 * @throws {Problem} 500.
 */
export function checkSize(kind: EventKind, response: Response): void {
  const most = kind.startsWith('load-balancer') ? MAX_BYTES_LOAD_BALANCER : MAX_BYTES;
  const { headers } = response;
  const own = Object.entries(headers).reduce((sum, each) => sum + 2 * each.join('').length, 0);
  if ((response.body.length + own) * ESCAPED_BYTES + HEADERS_BYTES <= most) return;
  // It has at least this length: a longer one need not be measured.
  const size =
    response.body.length > most
      ? response.body.length
      : Buffer.byteLength(JSON.stringify(formatResponse(kind, response))) + HEADERS_BYTES;
  if (size > most) throw answerTooLarge(size, most);
}

/**
 * The same for a guest's output, before it is converted.
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
