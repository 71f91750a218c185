import type { IncomingMessage } from 'node:http';

import { requestHeaders } from '../lambda/request.js';
import type { Request } from '../lambda/request.js';

/** A request as the handler reads it, as if an API Gateway HTTP API had handed it on. */
export function httpRequest(request: IncomingMessage, url: URL, body: Request['body']): Request {
  const format = url.searchParams.get('format');
  return {
    kind: 'http-api',
    method: request.method ?? 'GET',
    path: url.pathname,
    headers: requestHeaders(request.headers),
    query: new Map(format === null ? [] : [['format', format]]),
    body,
  };
}
