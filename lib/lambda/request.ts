import { WasmEdgeError } from '../support/errors.js';

import type { EventKind } from './types.js';

/** A body as it arrived. */
export interface Body {
  content: string | Buffer;
  isBase64Encoded: boolean;
}

/** What the handler needs of a request, whichever service made an event of it. */
export interface Request {
  kind: EventKind;
  /** In capital letters; `POST` for a plain invocation. */
  method: string;
  /** As it arrived, of any length. */
  path: string;
  headers: RequestHeaders;
  query: ReadonlyMap<string, string>;
  /** What CGI tells a program of it beside that. */
  cgi: () => CgiFacts;
  /**
   * Gives the body, once; until then it may be on its way.
   *
   * @param timeoutMs For how long to wait for it; undefined for no end.
   * @throws {Problem} Where it does not arrive, or is refused as it does.
   */
  body: (timeoutMs: number | undefined) => Body | Promise<Body>;
}

/** All of a request that a program may want to know. */
export interface CgiFacts {
  /** The query of the URL, encoded, without its question mark. */
  query: string;
  /** Of names in any case of letters, with several values joined by commas. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The client's address; undefined where nothing but the header X-Forwarded-For tells it. */
  remoteAddress: string | undefined;
  /** What the server goes by where the request names none. */
  serverName: string;
  /** Undefined where nothing but the header X-Forwarded-Port tells it. */
  serverPort: number | undefined;
}

/** By name in lower case, those that are looked at. Values that came one by one have commas between. */
export interface RequestHeaders extends ReadonlyMap<string, string> {
  /** The first whose value is too long, and is not there. */
  tooLong?: string;
}

type Json = Readonly<Record<string, unknown>>;

const HEADERS = ['accept', 'content-encoding', 'content-type', 'origin'];
const PARAMETERS = ['format'];
/** Longer than any service lets it be: what there is to a value takes time to read. */
export const MAX_VALUE = 8 << 10;
/** Longer than any that there is. */
const MAX_METHOD = 32;
/** Of headers and parameters that are read for a program. */
const MOST_NAMES = 1000;

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

/** The headers that are looked at, of names in any case of letters. */
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
    // Nothing else sets them apart. A Function URL has no domain names of one's own.
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
 * Events that only keep a function warm: of EventBridge's rules and schedules by the clock, of the
 * plug-in serverless-plugin-warmup, and of the package lambda-warmer.
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

/** Both forms of headers or parameters; where both are there they say the same, once shortened. */
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

/** The query as it was in the URL, or as one that says the same. */
function queryOf(given: Json, kind: EventKind): string {
  const raw = given['rawQueryString'];
  if (typeof raw === 'string') return raw;
  const rawPath = text(given['raw_path']);
  if (rawPath.includes('?')) return rawPath.slice(rawPath.indexOf('?') + 1);
  // A load balancer leaves them encoded.
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

/** Who talks with whom, as far as the services tell it beside the headers. */
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

/** All headers, of both forms: some services give both. */
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

/** A value, or several: of these the first, as many as any service lets through. */
function joined(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const all = value.slice(0, 1000).filter((each) => typeof each === 'string');
  return all.length > 0 ? all.join(',') : undefined;
}

/** A load balancer leaves that to the function. */
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
