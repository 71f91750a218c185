import Negotiator from 'negotiator';

import { Problem } from './problem.js';
import type { Request } from './request.js';

/** In which form the answer is given. */
export type Representation = 'text' | 'json';

const MEDIA_TYPES = { text: 'text/html', json: 'application/json' } as const;

/** The Content-Type of each. */
export const CONTENT_TYPES = {
  text: 'text/html; charset=utf-8',
  json: 'application/json',
  problem: 'application/problem+json',
} as const;

/**
 * What the caller wants: `?format=json` or `text` where it says so, else by `Accept` (RFC 9110,
 * section 12.5.1), of which anything that asks for neither gets text.
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
  // The first is preferred where both are welcome alike.
  const [best] = negotiator.mediaTypes([MEDIA_TYPES.text, MEDIA_TYPES.json]);
  return best === MEDIA_TYPES.json ? 'json' : 'text';
}
