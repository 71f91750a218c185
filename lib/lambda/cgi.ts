import { isIP } from 'node:net';

import { Problem } from './problem.js';
import { MAX_VALUE } from './request.js';
import type { CgiFacts, Request } from './request.js';

// CGI/1.1, RFC 3875: a request as environment variables, and headers before the body of a response.

/** Limit for all headers together, and for the query. */
const MAX_BYTES = 64 << 10;
const MAX_HEADERS = 200;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,100}$/u;
/** Longer than any existing one. */
const METHOD = /^[\w!#$%&'*+.^`|~-]{1,31}$/u;
/**
 * The name of a header that becomes a variable. Names with an underscore are excluded: they would
 * become the same variable as a name with a hyphen, which a proxy in front of this server may have
 * set.
 */
const VARIABLE_HEADER = /^[a-z\d-]{1,100}$/u;
/** Valid values of headers: without NUL and line breaks, which would end them. */
const VALUE = /^[\t\x20-\x7e\x80-\ud7ff\ue000-\uffff]*$/u;
const HOST = /^[\w.-]{1,255}$/u;
const PORT = /^\d{1,5}$/u;
/** Characters that a variable cannot contain: NUL, and invalid characters. */
const NO_TEXT = /[\0\p{Surrogate}]/u;
/** Hop-by-hop headers (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding'],
  'upgrade',
];
/**
 * Headers that do not become variables: programs would use HTTP_PROXY as a proxy's address,
 * credentials are not passed on (section 4.1.18), two have their own variables, and the body is no
 * longer encoded as transferred.
 */
const WITHHELD = new Set([
  ...['proxy', 'authorization', 'proxy-authorization', 'content-length', 'content-type'],
  ...HOP_BY_HOP,
]);
/** Determined by the service around the function. */
const RESERVED = new Set(['content-length', 'proxy-authenticate', 'status', ...HOP_BY_HOP]);

/**
 * Creates the variables of a request.
 *
 * @throws {Problem} 400 for values that cannot be variables, 414 for a path or query that is too
 *   long, 431 for more headers than any service passes on.
 */
export function cgiVariables(request: Request, bodyBytes: number): Record<string, string> {
  const { method } = request;
  if (!METHOD.test(method)) throw new Problem(400, 'The request has no valid method.');
  const path = pathInfo(request.path);
  const { query, headers, remoteAddress = '', serverPort, ...facts } = factsOf(request);
  const serverName = HOST.test(facts.serverName) ? facts.serverName : 'localhost';
  const variables: Record<string, string> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_SOFTWARE: 'wasmedge-embed',
    SERVER_NAME: serverName,
    SCRIPT_NAME: '',
    REQUEST_METHOD: method,
    PATH_INFO: path,
    QUERY_STRING: query,
  };
  if (bodyBytes > 0) variables['CONTENT_LENGTH'] = String(bodyBytes);
  let bytes = Buffer.byteLength(query);
  let count = 0;
  for (const [given, value] of headers) {
    bytes += given.length + Buffer.byteLength(value);
    if (++count > MAX_HEADERS || value.length > MAX_VALUE || bytes > MAX_BYTES) {
      throw new Problem(
        431,
        `The request has more than ${MAX_HEADERS} headers, one of them is longer than ${MAX_VALUE} characters, or ` +
          `the headers and the query together exceed ${MAX_BYTES} bytes.`,
      );
    }
    const name = given.toLowerCase();
    if (!VARIABLE_HEADER.test(name) || !VALUE.test(value)) continue;
    if (name === 'content-type' && bodyBytes > 0) variables['CONTENT_TYPE'] = value;
    if (name === 'host') variables['SERVER_NAME'] = value.replace(/:\d+$/u, '') || serverName;
    if (WITHHELD.has(name)) continue;
    variables[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
  }
  const isAddress = isIP(remoteAddress) > 0;
  variables['REMOTE_ADDR'] = isAddress
    ? remoteAddress
    : forwardedFor(variables['HTTP_X_FORWARDED_FOR']);
  variables['SERVER_PORT'] = String(serverPort ?? forwardedPort(variables));
  return variables;
}

/** The path, decoded (section 4.1.5). */
function pathInfo(given: string): string {
  if (given.length > MAX_VALUE) throw tooLong();
  const path = decoded(given);
  if (path !== undefined && !NO_TEXT.test(path)) return path;
  throw new Problem(400, 'The path is not valid: it must be percent-encoded UTF-8 without NUL.');
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The other facts, with the query in a form that is valid in a URL. */
function factsOf(request: Request): CgiFacts {
  const malformed = new Problem(400, 'The query is not valid text.');
  try {
    const facts = request.cgi();
    if (facts.query.length > MAX_BYTES) throw tooLong();
    if (NO_TEXT.test(facts.query)) throw malformed;
    return VALUE.test(facts.query) ? facts : { ...facts, query: encodeURI(facts.query) };
  } catch (error) {
    // An unpaired surrogate in an event cannot be encoded.
    throw error instanceof URIError ? malformed : error;
  }
}

function tooLong(): Problem {
  return new Problem(
    414,
    `The path is longer than ${MAX_VALUE} characters, or the query is longer than ${MAX_BYTES}.`,
  );
}

/** The last address is the one that the load balancer itself has seen; empty if there is none. */
function forwardedFor(value = ''): string {
  const last = value.slice(value.lastIndexOf(',') + 1).trim();
  return isIP(last) > 0 ? last : '';
}

/** Services in front of a function use HTTPS on port 443 unless they say otherwise. */
function forwardedPort(variables: Readonly<Record<string, string>>): string {
  const forwarded = variables['HTTP_X_FORWARDED_PORT'] ?? '';
  if (PORT.test(forwarded)) return forwarded;
  return /:(\d{1,5})$/u.exec(variables['HTTP_HOST'] ?? '')?.[1] ?? '443';
}

/** A response written by a program. */
export interface CgiResponse {
  status: number;
  headers: Record<string, string>;
  /** Separate values of `Set-Cookie`; `headers` has them joined. */
  cookies: string[];
  content: Buffer;
}

/** The beginning of a response that arrives in chunks, until its headers are complete. */
export class CgiHead {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** A possible beginning of the empty line, so that nothing is searched twice. */
  #tail = '';

  /**
   * Adds a chunk, and returns the response so far once its headers are complete.
   *
   * @throws {Problem} 500 if it does not begin with headers.
   */
  add(piece: Buffer): CgiResponse | undefined {
    // The part that has to wait is copied, because the chunk belongs to its producer.
    this.#pieces.push(Buffer.from(piece));
    this.#bytes += piece.length;
    const text = this.#tail + piece.subarray(0, MAX_BYTES).toString('latin1');
    this.#tail = text.slice(-2);
    return this.#bytes >= MAX_BYTES || /\n\r?\n/u.test(text) ? this.end() : undefined;
  }

  /** The complete response. Throws like `add`. */
  end(): CgiResponse {
    return cgiResponse(Buffer.concat(this.#pieces));
  }
}

/**
 * Splits a program's output into status, headers and body.
 *
 * @throws {Problem} 500 if it does not begin with headers.
 */
export function cgiResponse(stdout: Buffer): CgiResponse {
  const start = stdout.subarray(0, MAX_BYTES).toString('latin1');
  const end = /\r?\n\r?\n/u.exec(start);
  if (!end) throw noHeaders('its headers do not end with an empty line');
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  let status: number | undefined;
  const lines = start.slice(0, end.index).split(/\r?\n/u);
  if (lines.length > MAX_HEADERS) throw noHeaders('it has too many headers');
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, Math.max(at, 0)).toLowerCase();
    const value = line.slice(at + 1).trim();
    if (!TOKEN.test(name) || !VALUE.test(value))
      throw noHeaders('one of its lines is not a header');
    if (name === 'status') status = statusOf(value);
    if (RESERVED.has(name)) continue;
    if (name === 'set-cookie') cookies.push(value);
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name] ?? ''}, ${value}` : value;
  }
  const content = stdout.subarray(end.index + end[0].length);
  return { status: status ?? ('location' in headers ? 302 : 200), headers, cookies, content };
}

function statusOf(value: string): number {
  const status = /^([2-5]\d\d)(?: |$)/u.exec(value);
  if (!status) throw noHeaders('its status is not between 200 and 599');
  return Number(status[1]);
}

function noHeaders(why: string): Problem {
  return new Problem(500, "The program's output is not a valid response. The log says why.", {
    cause: new Error(`The guest's output does not begin with CGI headers (RFC 3875): ${why}.`),
  });
}
