import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(?:localhost|(?:[\w-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether only this machine can reach an address or a name. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

/**
 * Whether a request was meant for a server on a loopback address. A page elsewhere can make its own
 * name resolve to that address (DNS rebinding); the browser then treats the server as that page's
 * own, but sends its name.
 *
 * @param others Further names of this machine.
 */
export function isMeantForLoopback(
  { headers }: IncomingMessage,
  others: readonly string[],
): boolean {
  // Only old clients send none; browsers always do.
  if (headers.host === undefined) return true;
  const name = headers.host.replace(/:\d*$/, '').toLowerCase();
  return isLoopback(name) || others.includes(name);
}

/** Whether a page of another origin has sent the request. */
export function isCrossOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign =
    origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
  return isForeign || site === 'cross-site' || site === 'same-site';
}
