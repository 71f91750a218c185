import type { Request } from './request.js';

/** Validated options of cross-origin requests. */
export interface Cors {
  origins: '*' | readonly string[];
  headers: readonly string[];
  maxAgeSeconds: number;
}

/** The supported methods. */
export const METHODS = 'POST, PUT, OPTIONS';

type Headers = Record<string, string>;

/**
 * Headers of every response: for caches, since it differs by `Accept` and possibly by origin, and
 * for browsers, about the requesting origin.
 */
export function corsHeaders(cors: Cors | undefined, { headers }: Request): Headers {
  if (!cors) return { vary: 'Accept' };
  if (cors.origins === '*') return { vary: 'Accept', 'access-control-allow-origin': '*' };
  const origin = headers.get('origin');
  const allowed = origin !== undefined && cors.origins.includes(origin);
  return { vary: 'Accept, Origin', ...(allowed && { 'access-control-allow-origin': origin }) };
}

/** Additional headers for a preflight request. */
export function preflightHeaders({ headers, maxAgeSeconds }: Cors): Headers {
  return {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(maxAgeSeconds),
  };
}
