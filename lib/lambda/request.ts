import { WasmEdgeError } from '../support/errors.js';

import type { EventKind } from './types.js';

/** A body as received. */
export interface Body {
  content: string | Buffer;
  isBase64Encoded: boolean;
}

/** The parts of a request that the handler needs, whichever service sent the event. */
export interface Request {
  kind: EventKind;
  /** In upper case; `POST` for a plain invocation. */
  method: string;
  /** As received, of any length. */
  path: string;
  headers: RequestHeaders;
  query: ReadonlyMap<string, string>;
  /** What CGI passes to a program in addition. */
  cgi: () => CgiFacts;
  /**
   * Returns the body, once; until then it may still be arriving.
   *
   * @param timeoutMs Time limit for its arrival; undefined for none.
   * @throws {Problem} If it does not arrive, or is rejected while it does.
   */
  body: (timeoutMs: number | undefined) => Body | Promise<Body>;
}

/** Everything in a request that a program may need. */
export interface CgiFacts {
  /** The query of the URL, encoded, without the question mark. */
  query: string;
  /** Headers by name in upper or lower case, with several values joined by commas. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The client's address; undefined if only the header X-Forwarded-For contains it. */
  remoteAddress: string | undefined;
  /** The server's name if the request does not contain one. */
  serverName: string;
  /** Undefined if only the header X-Forwarded-Port contains it. */
  serverPort: number | undefined;
}

/** The headers that are used, by name in lower case. Separate values are joined by commas. */
export interface RequestHeaders extends ReadonlyMap<string, string> {
  /** The first header whose value is too long, and therefore missing. */
  tooLong?: string;
}

type Json = Readonly<Record<string, unknown>>;

const HEADERS = ['accept', 'content-encoding', 'content-type', 'origin'];
const PARAMETERS = ['format'];
/** Longer than any service allows: long values take time to parse. */
export const MAX_VALUE = 8 << 10;
/** Longer than any existing one. */
const MAX_METHOD = 32;
/** Limit for headers and parameters that are read for a program. */
const MOST_NAMES = 1000;

/**
 * Reads an event. Its fields come from the function's caller, so their types are checked.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for any other kind of event: an error of the
 *   function, so that a queue or stream that was connected by mistake keeps its records.
 */
export function readRequest(event: unknown): Request {
  const given = objectOf(event);
  const kind = given && kindOf(given);
  if (!kind) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      'The event must be that of an API Gateway REST or HTTP API, a Function URL, an Application ' +
        'Load Balancer, VPC Lattice or a schedule, or be {"body": "<hexadecimal picture>"}; it is ' +
        `${given ? keysOf(given) : 'none'}.`,
    );
  }
  const http = objectOf(objectOf(given['requestContext'])?.['http']);
  const method = text(http?.['method']) || text(given['httpMethod']) || text(given['method']);
  const path = text(given['rawPath']) || text(given['path']) || text(given['raw_path']) || '/';
  const query = valuesByName(
    PARAMETERS,
    given['queryStringParameters'] ?? given['query_string_parameters'],
    given['multiValueQueryStringParameters'],
  );
  return {
    kind,
    method: method.slice(0, MAX_METHOD).toUpperCase() || 'POST',
    path,
    headers: requestHeaders(given['headers'], given['multiValueHeaders']),
    query: kind.startsWith('load-balancer') ? percentDecoded(query) : query,
    cgi: () => ({
      query: queryOf(given, kind),
      headers: allByName(given['headers'], given['multiValueHeaders']),
      ...endsOf(given),
    }),
    body: () => ({
      content: text(given['body']),
      isBase64Encoded: (given['isBase64Encoded'] ?? given['is_base64_encoded']) === true,
    }),
  };
}

/** The headers that are used, by name in upper or lower case. */
export function requestHeaders(single: unknown, multiple?: unknown): RequestHeaders {
  return valuesByName(HEADERS, single, multiple);
}

function kindOf(event: Json): EventKind | undefined {
  if (isSchedule(event)) return 'schedule';
  const context = objectOf(event['requestContext']);
  if (context && 'elb' in context) {
    return objectOf(event['multiValueHeaders']) ? 'load-balancer-multi-value' : 'load-balancer';
  }
  if (context && objectOf(context['http'])) {
    // Nothing else distinguishes them. A Function URL cannot have a custom domain name.
    const domain = text(context['domainName']);
    return domain.includes('.lambda-url.') ? 'function-url' : 'http-api';
  }
  if (context && typeof event['httpMethod'] === 'string') return 'rest-api';
  // Both versions of its events.
  const isLattice =
    typeof event['raw_path'] === 'string' || (context && 'targetGroupArn' in context);
  if (isLattice && typeof event['method'] === 'string') return 'vpc-lattice';
  return 'body' in event ? 'invocation' : undefined;
}

/**
 * Events that only keep a function warm: scheduled events of EventBridge's rules and schedules, and
 * those of the plug-in serverless-plugin-warmup and the package lambda-warmer.
 */
function isSchedule(event: Json): boolean {
  const { source, warmer } = event;
  return (
    (source === 'aws.events' && event['detail-type'] === 'Scheduled Event') ||
    source === 'aws.scheduler' ||
    source === 'serverless-plugin-warmup' ||
    warmer === true
  );
}

function objectOf(value: unknown): Json | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Json) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function keysOf(given: Json): string {
  const names: string[] = [];
  for (const name in given) {
    if (names.push(name.slice(0, 50)) === 10) break;
  }
  return `an object with ${names.join(', ') || 'nothing'}`;
}

/**
 * Both forms of headers or parameters; if both exist they are equivalent, except that one is
 * shortened.
 */
function valuesByName(
  wanted: readonly string[],
  single: unknown,
  multiple: unknown,
): Map<string, string> & RequestHeaders {
  const values: Map<string, string> & RequestHeaders = new Map<string, string>();
  for (const given of [objectOf(single) ?? {}, objectOf(multiple) ?? {}]) {
    for (const key in given) {
      if (key.length > 20) continue;
      const name = key.toLowerCase();
      if (!wanted.includes(name)) continue;
      const value = joined(given[key]);
      if (value === undefined) continue;
      if (value.length <= MAX_VALUE) values.set(name, value);
      else values.tooLong ??= name;
    }
  }
  return values;
}

/** The query as in the URL, or an equivalent one. */
function queryOf(given: Json, kind: EventKind): string {
  const raw = given['rawQueryString'];
  if (typeof raw === 'string') return raw;
  const rawPath = text(given['raw_path']);
  if (rawPath.includes('?')) return rawPath.slice(rawPath.indexOf('?') + 1);
  // A load balancer does not decode them.
  const isEncoded = kind.startsWith('load-balancer');
  const encode = isEncoded ? (value: string) => value : encodeURIComponent;
  const multiple = objectOf(given['multiValueQueryStringParameters']);
  const parameters = multiple ?? objectOf(given['queryStringParameters']) ?? {};
  const pairs: string[] = [];
  for (const name in parameters) {
    const values = parameters[name];
    for (const value of Array.isArray(values) ? values.slice(0, MOST_NAMES) : [values]) {
      if (typeof value === 'string') pairs.push(`${encode(name)}=${encode(value)}`);
      if (pairs.length === MOST_NAMES) return pairs.join('&');
    }
  }
  return pairs.join('&');
}

/** Client and server, as far as the service provides them separately from the headers. */
function endsOf(given: Json): Pick<CgiFacts, 'remoteAddress' | 'serverName' | 'serverPort'> {
  const context = objectOf(given['requestContext']);
  const address =
    text(objectOf(context?.['http'])?.['sourceIp']) ||
    text(objectOf(context?.['identity'])?.['sourceIp']);
  return {
    remoteAddress: address || undefined,
    serverName: text(context?.['domainName']) || 'localhost',
    serverPort: undefined,
  };
}

/** All headers of both forms: some services send both. */
function allByName(single: unknown, multiple: unknown): (readonly [string, string])[] {
  const values = new Map<string, string>();
  for (const given of [objectOf(single) ?? {}, objectOf(multiple) ?? {}]) {
    for (const name in given) {
      const value = joined(given[name]);
      if (value !== undefined) values.set(name.toLowerCase(), value);
      if (values.size > MOST_NAMES) return [...values];
    }
  }
  return [...values];
}

/** One value, or the first of several, up to the number that any service passes on. */
function joined(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const all = value.slice(0, 1000).filter((each) => typeof each === 'string');
  return all.length > 0 ? all.join(',') : undefined;
}

/** A load balancer leaves this to the function. */
function percentDecoded(query: ReadonlyMap<string, string>): Map<string, string> {
  const decoded = new Map<string, string>();
  for (const [name, value] of query) {
    try {
      decoded.set(name, decodeURIComponent(value.replaceAll('+', ' ')));
    } catch {
      decoded.set(name, value);
    }
  }
  return decoded;
}
