import { Problem } from './problem.js';
import { MAX_VALUE } from './request.js';
import type { Request } from './request.js';

// CGI/1.1, RFC 3875: a request as variables, and headers before the body of an answer.

/** Of all headers, and of the query. */
const MAX_BYTES = 64 << 10;
const MAX_HEADERS = 200;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,100}$/u;
/** What a variable may hold: no NUL, and no line ends that would end a header. */
const VALUE = /^[\t\x20-\x7e\x80-\uffff]*$/u;
/**
 * Headers that are no variable: HTTP_PROXY would be taken for a proxy's address by programs, credentials are not
 * passed on (section 4.1.18), and two have variables of their own.
 */
const WITHHELD = new Set([
  ...['proxy', 'authorization', 'proxy-authorization', 'content-length', 'content-type'],
]);
/** What the service around the function decides. */
const RESERVED = new Set([
  ...['connection', 'content-length', 'keep-alive', 'proxy-authenticate', 'status', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade'],
]);

/**
 * The variables of a request.
 *
 * @throws {Problem} 431 for more headers than any service lets through.
 */
export function cgiVariables(request: Request, bodyBytes: number): Record<string, string> {
  const { method, path, cgi } = request;
  const { query, headers } = cgi();
  const variables: Record<string, string> = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_SOFTWARE: 'wasmedge-embed',
    SCRIPT_NAME: '',
    REQUEST_METHOD: method,
    PATH_INFO: printed(path),
    QUERY_STRING: printed(query),
  };
  if (bodyBytes > 0) variables['CONTENT_LENGTH'] = String(bodyBytes);
  let bytes = Buffer.byteLength(query);
  let count = 0;
  for (const [given, value] of headers) {
    bytes += given.length + Buffer.byteLength(value);
    if (++count > MAX_HEADERS || value.length > MAX_VALUE || bytes > MAX_BYTES) {
      throw new Problem(
        431,
        `The request's headers are more than ${MAX_HEADERS}, one of them is longer than ${MAX_VALUE} characters, or ` +
          `all with the query take more than ${MAX_BYTES} bytes.`,
      );
    }
    const name = given.toLowerCase();
    if (!TOKEN.test(name) || !VALUE.test(value)) continue;
    if (name === 'content-type' && bodyBytes > 0) variables['CONTENT_TYPE'] = value;
    if (name === 'host') variables['SERVER_NAME'] = value.replace(/:\d+$/u, '');
    if (WITHHELD.has(name)) continue;
    variables[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
  }
  return variables;
}

function printed(text: string): string {
  return VALUE.test(text) ? text : encodeURI(text);
}

/** An answer as a program has written it. */
export interface CgiResponse {
  status: number;
  headers: Record<string, string>;
  content: Buffer;
}

/**
 * Divides what a program has written into status, headers and body.
 *
 * @throws {Problem} 500 where it does not begin with headers.
 */
export function cgiResponse(stdout: Buffer): CgiResponse {
  const start = stdout.subarray(0, MAX_BYTES).toString('latin1');
  const end = /\r?\n\r?\n/u.exec(start);
  if (!end) throw noHeaders('no empty line ends its headers');
  const headers: Record<string, string> = {};
  let status: number | undefined;
  const lines = start.slice(0, end.index).split(/\r?\n/u);
  if (lines.length > MAX_HEADERS) throw noHeaders('it has too many headers');
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, Math.max(at, 0)).toLowerCase();
    const value = line.slice(at + 1).trim();
    if (!TOKEN.test(name) || !VALUE.test(value)) throw noHeaders('a line of it is no header');
    if (name === 'status') status = statusOf(value);
    if (RESERVED.has(name)) continue;
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name] ?? ''}, ${value}` : value;
  }
  const content = stdout.subarray(end.index + end[0].length);
  return { status: status ?? ('location' in headers ? 302 : 200), headers, content };
}

function statusOf(value: string): number {
  const status = /^([2-5]\d\d)(?: |$)/u.exec(value);
  if (!status) throw noHeaders('its status is none from 200 to 599');
  return Number(status[1]);
}

function noHeaders(why: string): Problem {
  return new Problem(500, "The program's answer cannot be understood. The log says why.", {
    cause: new Error(`The guest's output does not begin with CGI headers (RFC 3875): ${why}.`),
  });
}
