import type { IncomingMessage } from 'node:http';

const LINGER_MS = 2000;

/**
 * After an answer to a request whose body was not read: what the client is still sending is thrown
 * away for a while, since closing at once would reset the connection before it sees the answer.
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
