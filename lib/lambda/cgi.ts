import { isIP } from 'node:net';

import { Problem } from './problem.js';
import { MAX_VALUE } from './request.js';
import type { CgiFacts, Request } from './request.js';

// CGI/1.1, RFC 3875: a request as variables, and headers before the body of an answer.

/** Of all headers, and of the query. */
const MAX_BYTES = 64 << 10;
const MAX_HEADERS = 200;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,100}$/u;
/** Longer than any that there is. */
const METHOD = /^[\w!#$%&'*+.^`|~-]{1,31}$/u;
/**
 * A header that becomes a variable. A name with an underscore would become that of another with a hyphen, which whoever
 * stands before this server may have set.
 */
const VARIABLE_HEADER = /^[a-z\d-]{1,100}$/u;
/** What a header may hold: no NUL, and no line ends that would end it. */
const VALUE = /^[\t\x20-\x7e\x80-\ud7ff\ue000-\uffff]*$/u;
const HOST = /^[\w.-]{1,255}$/u;
const PORT = /^\d{1,5}$/u;
/** What no variable can hold: NUL, and what is no character. */
const NO_TEXT = /[\0\p{Surrogate}]/u;
/** Of one connection alone (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding'],
  'upgrade',
];
/**
 * Headers that are no variable: HTTP_PROXY would be taken for a proxy's address by programs, credentials are not
 * passed on (section 4.1.18), two have variables of their own, and the body is not as it was transferred.
 */
const WITHHELD = new Set([
  ...['proxy', 'authorization', 'proxy-authorization', 'content-length', 'content-type'],
  ...HOP_BY_HOP,
]);
/** What the service around the function decides. */
const RESERVED = new Set(['content-length', 'proxy-authenticate', 'status', ...HOP_BY_HOP]);

/**
 * The variables of a request.
 *
 * @throws {Problem} 400 for what cannot be a variable, 414 for a path or a query that is too long, 431 for more
 *   headers than any service lets through.
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

/** The rest of the facts, with a query as it may stand in a URL. */
function factsOf(request: Request): CgiFacts {
  const malformed = new Problem(400, 'The query is not valid text.');
  try {
    const facts = request.cgi();
    if (facts.query.length > MAX_BYTES) throw tooLong();
    if (NO_TEXT.test(facts.query)) throw malformed;
    return VALUE.test(facts.query) ? facts : { ...facts, query: encodeURI(facts.query) };
  } catch (error) {
    // Half a character in an event cannot be encoded.
    throw error instanceof URIError ? malformed : error;
  }
}

function tooLong(): Problem {
  return new Problem(
    414,
    `The path is longer than ${MAX_VALUE} characters, or the query is longer than ${MAX_BYTES}.`,
  );
}

/** The last address is that which a load balancer has seen itself; empty where there is none. */
function forwardedFor(value = ''): string {
  const last = value.slice(value.lastIndexOf(',') + 1).trim();
  return isIP(last) > 0 ? last : '';
}

/** Services around a function take HTTPS on its own port unless they say otherwise. */
function forwardedPort(variables: Readonly<Record<string, string>>): string {
  const forwarded = variables['HTTP_X_FORWARDED_PORT'] ?? '';
  if (PORT.test(forwarded)) return forwarded;
  return /:(\d{1,5})$/u.exec(variables['HTTP_HOST'] ?? '')?.[1] ?? '443';
}

/** An answer as a program has written it. */
export interface CgiResponse {
  status: number;
  headers: Record<string, string>;
  /** Values of `Set-Cookie`, one by one; `headers` has them joined. */
  cookies: string[];
  content: Buffer;
}

/** The beginning of an answer that arrives in pieces, until its headers are there. */
export class CgiHead {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** What may be the beginning of the empty line: nothing is looked through twice. */
  #tail = '';

  /**
   * Takes a piece; gives the answer so far once its headers are whole.
   *
   * @throws {Problem} 500 where it does not begin with headers.
   */
  add(piece: Buffer): CgiResponse | undefined {
    // A copy of what has to wait: the piece is its giver's.
    this.#pieces.push(Buffer.from(piece));
    this.#bytes += piece.length;
    const text = this.#tail + piece.subarray(0, MAX_BYTES).toString('latin1');
    this.#tail = text.slice(-2);
    return this.#bytes >= MAX_BYTES || /\n\r?\n/u.test(text) ? this.end() : undefined;
  }

  /** The answer, of which no more will come. Throws as `add`. */
  end(): CgiResponse {
    return cgiResponse(Buffer.concat(this.#pieces));
  }
}

/**
 * Divides what a program has written into status, headers and body.
 *
 * @throws {Problem} 500 where it does not begin with headers.
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
