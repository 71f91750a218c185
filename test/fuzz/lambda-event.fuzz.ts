import assert from 'node:assert/strict';

import { WasmEdgeError } from 'wasmedge-embed';

import {
  Problem,
  corsHeaders,
  pictureOf,
  readRequest,
  representationOf,
} from '../support/internals.js';
import { EVENT_KINDS, eventOf } from '../support/lambda-events.js';

/** The target of scripts/fuzz-events.mjs. What the first byte of an input says the rest is. */
export const SHAPES = {
  /** A whole event as JSON. */
  event: 0,
  /** A kind's number, then a body as text. */
  text: 1,
  /** A kind's number, then a body as bytes, which arrive base64-encoded. */
  bytes: 2,
  /** A kind's number, then a body as text that is said to be base64. */
  base64: 5,
  /** A kind's number, then the bytes of a form with the boundary {@link BOUNDARY}. */
  form: 3,
  /** A kind's number, then a Content-Type up to a line feed, then the bytes of a form. */
  contentType: 4,
} as const;

export const BOUNDARY = 'b';
const MAX_BYTES = 1000;
const PROBLEMS = new Set([400, 413, 415]);
const CORS = { origins: ['https://a.example'], headers: [], maxAgeSeconds: 1 };

/** Decodes an event as the handler does: a JPEG's bytes come of it or a problem, nothing else. */
export async function fuzz(data: Buffer): Promise<void> {
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
  let picture: Buffer;
  try {
    picture = await pictureOf(request, MAX_BYTES);
  } catch (error) {
    checkProblem(error);
    return;
  }
  assert.ok(picture.length <= MAX_BYTES);
  assert.equal(picture.toString('hex', 0, 2), 'ffd8');
  checkNothingLost(request, picture);
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

/** Never a silent truncation: what was accepted says all that the body said. */
function checkNothingLost(request: ReturnType<typeof readRequest>, picture: Buffer): void {
  if (/^multipart/i.test(request.headers.get('content-type') ?? '')) return;
  const { body, isBase64Encoded } = request;
  const content = isBase64Encoded ? Buffer.from(body, 'base64') : Buffer.from(body);
  if (isBase64Encoded) assert.equal(content.toString('base64'), body);
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
