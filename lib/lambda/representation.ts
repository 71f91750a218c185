import Negotiator from 'negotiator';

import { Problem } from './problem.js';
import type { Request } from './request.js';

/** Formats of the answer. */
export type Representation = 'text' | 'json';

const MEDIA_TYPES = { text: 'text/html', json: 'application/json' } as const;

/** Their Content-Types. */
export const CONTENT_TYPES = {
  text: 'text/html; charset=utf-8',
  json: 'application/json',
  problem: 'application/problem+json',
} as const;

/**
 * The format that the client requests: `?format=json` or `text`, otherwise by `Accept` (RFC 9110,
 * section 12.5.1); text if it allows neither.
 *
 * @throws {Problem} 400 for another `format`.
 */
export function representationOf({ query, headers }: Request): Representation {
  const format = query.get('format');
  if (format !== undefined) {
    if (format === 'json') return 'json';
    if (format === 'text' || format === 'html') return 'text';
    throw new Problem(400, "The parameter 'format' must be 'json' or 'text'.");
  }
  const negotiator = new Negotiator({ headers: { accept: headers.get('accept') } });
  // The first is preferred if both are equally acceptable.
  const [best] = negotiator.mediaTypes([MEDIA_TYPES.text, MEDIA_TYPES.json]);
  return best === MEDIA_TYPES.json ? 'json' : 'text';
}
