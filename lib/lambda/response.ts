import { STATUS_CODES } from 'node:http';

import type { EventKind } from './types.js';

/** An answer before it takes the form of its event's kind. */
export interface Response {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** The answer in the form that whoever made the event understands. */
export function formatResponse(kind: EventKind, { status, headers, body }: Response): object {
  const common = { statusCode: status, body, isBase64Encoded: false };
  switch (kind) {
    case 'load-balancer':
      return { ...common, statusDescription: statusLine(status), headers };
    case 'load-balancer-multi-value':
      // A target group with multi-value headers ignores the single ones, and the other way round.
      return {
        ...common,
        statusDescription: statusLine(status),
        multiValueHeaders: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, [value]]),
        ),
      };
    default:
      return { ...common, headers };
  }
}

function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
