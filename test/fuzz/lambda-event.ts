import assert from 'node:assert/strict';

import { WasmEdgeError } from 'wasmedge-embed';

import {
  Problem,
  corsHeaders,
  parseBoundedJson,
  pictureOf,
  readRequest,
  representationOf,
} from '../support/internals.js';
import { EVENT_KINDS, eventOf } from '../support/lambda-events.js';

/** The meaning of an input's first byte. */
export const SHAPES = {
  /** A whole event as JSON. */
  event: 0,
  /** The number of an event kind, then a body as text. */
  text: 1,
  /** The number of an event kind, then a body as bytes, which arrive base64-encoded. */
  bytes: 2,
  /** The number of an event kind, then a body as text that claims to be base64. */
  base64: 5,
  /** The number of an event kind, then the bytes of a form with the boundary {@link BOUNDARY}. */
  form: 3,
  /**
   * The number of an event kind, then a Content-Type up to a line feed, then the bytes of a form.
   */
  contentType: 4,
  /** A payload of JSON. */
  json: 6,
  /**
   * One of the above, enlarged: its number, the binary logarithm of the size (10 to 22), the
   * lengths of the beginning and the end, then the beginning, the end, and the text that is
   * repeated between them.
   */
  large: 7,
} as const;

export const BOUNDARY = 'b';
const MAX_BYTES = 1000;
const PROBLEMS = new Set([400, 413, 415, 431]);
const CORS = { origins: ['https://a.example'], headers: [], maxAgeSeconds: 1 };

/**
 * Decodes an event as the handler does: the result is a JPEG's bytes or a documented problem,
 * nothing else.
 */
export async function decode(data: Buffer): Promise<void> {
  if (data[0] === SHAPES.json) return decodeJson(data.subarray(1));
  const event = eventFrom(data);
  if (event === undefined) return;
  let request;
  try {
    request = readRequest(event);
  } catch (error) {
    assert.ok(error instanceof WasmEdgeError && error.code === 'ERR_INVALID_ARGUMENT');
    return;
  }
  for (const value of Object.values(corsHeaders(CORS, request)))
    assert.ok(/^[\x20-\x7e]*$/.test(value));
  try {
    representationOf(request);
  } catch (error) {
    checkProblem(error);
  }
  const body = await request.body(undefined);
  const contentType = request.headers.get('content-type') ?? '';
  const maxBytes = Math.max(MAX_BYTES, data.length);
  let picture: Buffer;
  try {
    picture = await pictureOf(body, contentType, maxBytes);
  } catch (error) {
    checkProblem(error);
    return;
  }
  assert.ok(picture.length <= maxBytes);
  assert.equal(picture.toString('hex', 0, 2), 'ffd8');
  if (!/^multipart/i.test(contentType)) checkNothingLost(body, picture);
}

/** The package's own part of the work, to be measured, whether it succeeds or not. */
export function workOf(data: Buffer): () => Promise<unknown> {
  const payload = data.subarray(1);
  if (data[0] === SHAPES.json) return () => parseBoundedJson(payload).catch(() => undefined);
  const event = eventFrom(data);
  const maxBytes = Math.max(MAX_BYTES, data.length);
  return async () => {
    try {
      const request = readRequest(event);
      representationOf(request);
      const contentType = request.headers.get('content-type') ?? '';
      return await pictureOf(await request.body(undefined), contentType, maxBytes);
    } catch {
      return undefined;
    }
  };
}

/**
 * The result for JSON equals that of `JSON.parse`, unless it exceeds the bounds; inputs over 256
 * KiB are not compared.
 */
async function decodeJson(payload: Buffer): Promise<void> {
  const parse = async (): Promise<unknown> => {
    try {
      return { value: await parseBoundedJson(payload) };
    } catch (error) {
      assert.ok(error instanceof Error);
      return { name: error.name };
    }
  };
  const found = await parse();
  if ((found as { name?: string }).name === 'RangeError' || payload.length > 256 << 10) return;
  let expected: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    expected = { value: JSON.parse(text) as unknown };
  } catch (error) {
    expected = { name: (error as Error).name };
  }
  assert.deepEqual(found, expected);
}

/**
 * The input that an enlarged one stands for; any other is returned unchanged.
 *
 * @param most Bytes of what is repeated.
 */
export function enlarged(data: Buffer, most: number): Buffer {
  if (data[0] !== SHAPES.large) return data;
  const [, shape = 0, logarithm = 0, first = 0, last = 0] = data;
  const rest = data.subarray(5);
  const beginning = rest.subarray(0, first);
  const end = rest.subarray(first, first + last);
  const unit = rest.subarray(first + last);
  const size = Math.min(1 << (10 + (logarithm % 13)), most);
  return Buffer.concat([
    Buffer.of(shape === SHAPES.large ? SHAPES.json : shape),
    beginning,
    Buffer.alloc(unit.length > 0 ? size : 0, unit),
    end,
  ]);
}

function eventFrom(data: Buffer): unknown {
  const shape = data[0];
  const kind = EVENT_KINDS[(data[1] ?? 0) % EVENT_KINDS.length]!;
  const rest = data.subarray(2);
  const encoded = { body: rest.toString('base64'), isBase64Encoded: true };
  const formOf = (contentType: string): object => ({ 'content-type': contentType });
  switch (shape) {
    case SHAPES.text:
      return eventOf(kind, { body: rest.toString('utf8') });
    case SHAPES.base64:
      return eventOf(kind, { body: rest.toString('utf8'), isBase64Encoded: true });
    case SHAPES.bytes:
      return eventOf(kind, encoded);
    case SHAPES.form:
      return eventOf(kind, {
        ...encoded,
        headers: formOf(`multipart/form-data; boundary=${BOUNDARY}`) as Record<string, string>,
      });
    case SHAPES.contentType: {
      const end = rest.indexOf('\n');
      return eventOf(kind, {
        body: rest.toString('base64', end + 1),
        isBase64Encoded: true,
        headers: formOf(rest.toString('latin1', 0, Math.max(end, 0))) as Record<string, string>,
      });
    }
    default:
      try {
        return JSON.parse(data.toString('utf8', 1)) as unknown;
      } catch {
        return undefined;
      }
  }
}

function checkProblem(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  assert.ok(PROBLEMS.has(error.status), `${error.status}: ${error.message}`);
  const line = error.toBody('id');
  assert.ok(!line.includes('\n'));
  assert.equal((JSON.parse(line) as { detail: string }).detail, error.message);
  assert.ok(error.message.length < 500);
}

/** Input is never truncated silently: an accepted body was decoded completely. */
function checkNothingLost(
  { content: body, isBase64Encoded }: Awaited<ReturnType<ReturnType<typeof readRequest>['body']>>,
  picture: Buffer,
): void {
  const text = body.toString();
  const content = isBase64Encoded ? Buffer.from(text, 'base64') : Buffer.from(text);
  if (isBase64Encoded) assert.equal(content.toString('base64'), text);
  if (content[0] === 0xff) {
    assert.deepEqual(picture, content);
  } else if (!/^\s*data:/i.test(content.toString())) {
    const digits = content
      .toString('latin1')
      .toLowerCase()
      .replace(/[ \t\r\n]/g, '');
    assert.equal(picture.toString('hex'), digits);
  }
}
