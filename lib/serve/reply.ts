import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';

import { CONTENT_TYPES } from '../lambda/representation.js';

/** Responds with text, or bytes, of a type. */
export function reply(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  const length = Buffer.byteLength(body);
  // RFC 9110, section 8.6: never with these statuses, and for HEAD only the length that GET would
  // have.
  const isUnknown = response.req.method === 'HEAD' && length === 0;
  const hasLength = status !== 204 && status !== 304 && !isUnknown;
  response.writeHead(status, { ...(hasLength && { 'content-length': length }), ...headers });
  response.end(body);
}

/** Responds with JSON. */
export function replyJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  reply(response, status, JSON.stringify(value), {
    'content-type': CONTENT_TYPES.json,
    ...headers,
  });
}

/** Responds with one line of problem details (RFC 9457). */
export function replyProblem(
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail };
  replyJson(response, status, problem, { 'content-type': CONTENT_TYPES.problem, ...headers });
}
