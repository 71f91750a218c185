import type { Request } from './request.js';

/** Validated options of cross-origin requests. */
export interface Cors {
  origins: '*' | readonly string[];
  headers: readonly string[];
  maxAgeSeconds: number;
}

/** The methods that are answered. */
export const METHODS = 'POST, PUT, OPTIONS';

type Headers = Record<string, string>;

/**
 * What each answer says to caches, for which it differs by `Accept` and perhaps by origin, and to a
 * browser about its reader's origin.
 */
export function corsHeaders(cors: Cors | undefined, { headers }: Request): Headers {
  if (!cors) return { vary: 'Accept' };
  if (cors.origins === '*') return { vary: 'Accept', 'access-control-allow-origin': '*' };
  const origin = headers.get('origin');
  const allowed = origin !== undefined && cors.origins.includes(origin);
  return { vary: 'Accept, Origin', ...(allowed && { 'access-control-allow-origin': origin }) };
}

/** What a preflight request learns beside that. */
export function preflightHeaders({ headers, maxAgeSeconds }: Cors): Headers {
  return {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(maxAgeSeconds),
  };
}
