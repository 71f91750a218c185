import type { IncomingMessage } from 'node:http';

const LINGER_MS = 2000;

/**
 * Called after answering a request whose body was not read: discards what the client is still
 * sending for a while, because closing immediately would reset the connection before the client
 * sees the response.
 */
export function linger(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => {
    request.destroy();
  }, LINGER_MS);
  request.on('close', () => {
    clearTimeout(timer);
  });
  request.resume();
}
