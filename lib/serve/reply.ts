import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';

import { CONTENT_TYPES } from '../lambda/representation.js';

/** Answers with text, or bytes, of a type. */
export function reply(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

/** Answers with JSON. */
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

/** Answers with one line of problem details (RFC 9457). */
export function replyProblem(
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail };
  replyJson(response, status, problem, { 'content-type': CONTENT_TYPES.problem, ...headers });
}
