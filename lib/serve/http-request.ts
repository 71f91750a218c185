import type { IncomingMessage } from 'node:http';

import { requestHeaders } from '../lambda/request.js';
import type { Request } from '../lambda/request.js';

/**
 * A request in the handler's form, as if an API Gateway HTTP API had forwarded it.
 *
 * @param root The beginning of its path, which the handler does not see.
 */
export function httpRequest(
  request: IncomingMessage,
  url: URL,
  body: Request['body'],
  root: string,
): Request {
  const format = url.searchParams.get('format');
  return {
    kind: 'http-api',
    method: request.method ?? 'GET',
    path: url.pathname.slice(root.length) || '/',
    headers: requestHeaders(request.headers),
    query: new Map(format === null ? [] : [['format', format]]),
    cgi: () => ({
      query: url.search.slice(1),
      headers: headersOf(request),
      remoteAddress: request.socket.remoteAddress ?? '',
      serverName: 'localhost',
      serverPort: request.socket.localPort,
    }),
    body,
  };
}

function headersOf({ headers }: IncomingMessage): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ]);
}
