import { WasmEdgeError } from '../errors.js';

import type { EventKind } from './types.js';

/** What the handler needs of an event, whichever service made it. */
export interface Request {
  kind: EventKind;
  /** In capital letters; `POST` for a plain invocation. */
  method: string;
  path: string;
  /** By name in lower case. Values that came one by one are joined with commas. */
  headers: ReadonlyMap<string, string>;
  query: ReadonlyMap<string, string>;
  body: string;
  isBase64Encoded: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an event. Its fields are what the caller of the function put there: none of them is taken
 * for what its type says.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for an event of any other kind: an error of the
 *   function, so that a queue or stream that was connected by mistake keeps its records.
 */
export function readRequest(event: unknown): Request {
  const given = objectOf(event);
  const kind = given && kindOf(given);
  if (!kind) {
    const keys = given ? `an object with ${Object.keys(given).join(', ') || 'nothing'}` : 'none';
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      'The event must come from an API Gateway REST or HTTP API, a Function URL or an Application ' +
        `Load Balancer, or be {"body": "<hexadecimal JPEG>"}; it is ${keys.slice(0, 500)}.`,
    );
  }
  const http = objectOf(objectOf(given['requestContext'])?.['http']);
  return {
    kind,
    method: (text(http?.['method']) || text(given['httpMethod']) || 'POST').toUpperCase(),
    path: text(given['rawPath']) || text(given['path']) || '/',
    headers: valuesByName(given['headers'], given['multiValueHeaders']),
    query: valuesByName(given['queryStringParameters'], given['multiValueQueryStringParameters']),
    body: text(given['body']),
    isBase64Encoded: given['isBase64Encoded'] === true,
  };
}

function kindOf(event: Json): EventKind | undefined {
  const context = objectOf(event['requestContext']);
  if (context && 'elb' in context) {
    return objectOf(event['multiValueHeaders']) ? 'load-balancer-multi-value' : 'load-balancer';
  }
  if (context && objectOf(context['http'])) {
    // Nothing else sets them apart. A Function URL has no domain names of one's own.
    const domain = text(context['domainName']);
    return domain.includes('.lambda-url.') ? 'function-url' : 'http-api';
  }
  if (context && typeof event['httpMethod'] === 'string') return 'rest-api';
  return 'body' in event ? 'invocation' : undefined;
}

function objectOf(value: unknown): Json | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Json) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Both forms of headers or parameters; where both are there they say the same, once shortened. */
function valuesByName(single: unknown, multiple: unknown): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(objectOf(single) ?? {})) {
    if (typeof value === 'string') values.set(name.toLowerCase(), value);
  }
  for (const [name, value] of Object.entries(objectOf(multiple) ?? {})) {
    if (!Array.isArray(value)) continue;
    const all = value.filter((each) => typeof each === 'string');
    if (all.length > 0) values.set(name.toLowerCase(), all.join(','));
  }
  return values;
}
