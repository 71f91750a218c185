import assert from 'node:assert/strict';

import { createHandler } from 'wasmedge-embed/lambda';
import type {
  ClassificationHandler,
  HandlerOptions,
  InvocationRecord,
} from 'wasmedge-embed/lambda';

import { CLASSIFIER } from './classification.js';
import { jpeg } from './jpeg.js';
import { invoke } from './lambda-events.js';
import type { Answer, HttpRequest, RequestKind } from './lambda-events.js';
import { pickingModel } from './tflite-models.js';
import { watGuest } from './wat.js';

/** The brightness of the three colours of a picture; one label needs escaping. */
export const COLOURS = {
  file: pickingModel({ type: 'uint8', size: [1, 1, 3] }, [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 2],
  ]),
  labels: ['red', 'green & <b>', 'blue'],
};

/** A picture with a single colour. */
export const colour = (...rgb: number[]): Buffer =>
  jpeg({ width: 16, height: 8, colours: 'rgb', block: () => rgb });

export const RED = colour(250, 20, 10);
export const RED_SENTENCE =
  "It is very likely a <a href='https://www.google.com/search?q=red'>red</a> in the picture\n";

/** A handler that names colours; silent unless a logger is given. */
export function colourHandler(options: HandlerOptions = {}): ClassificationHandler {
  return createHandler({
    module: CLASSIFIER,
    models: { default: COLOURS },
    logger: false,
    ...options,
  });
}

/** The same, closed in any case, with the records of its invocations. */
export async function withHandler<T>(
  options: HandlerOptions,
  use: (handler: ClassificationHandler, records: InvocationRecord[]) => Promise<T>,
): Promise<T> {
  const records: InvocationRecord[] = [];
  const handler = colourHandler({
    onInvocation: (record) => records.push(record),
    ...options,
  });
  try {
    return await use(handler, records);
  } finally {
    await handler.close();
  }
}

/** A handler around test/guests/wat/handler.wat. */
export async function withScriptedGuest<T>(
  options: HandlerOptions,
  use: (handler: ClassificationHandler, records: InvocationRecord[]) => Promise<T>,
): Promise<T> {
  const module = await watGuest('handler');
  return withHandler({ module, models: {}, ...options }, use);
}

/** The request that tells this guest what to do. */
export function orders(what: string): HttpRequest {
  return {
    body: Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.from(what, 'latin1')]).toString('hex'),
  };
}

/** Base64, as services encode anything but text. */
export const encoded = (body: Buffer): HttpRequest => ({
  body: body.toString('base64'),
  isBase64Encoded: true,
});

/** A form as sent by browsers. */
export function form(
  parts: readonly { name: string; filename?: string; type?: string; content: Buffer | string }[],
): { body: Buffer; headers: { 'content-type': string } } {
  const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
  const chunks = parts.flatMap(({ name, filename, type, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    ...(filename === undefined ? [] : [`; filename="${filename}"`]),
    ...(type === undefined ? [] : [`\r\nContent-Type: ${type}`]),
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  return {
    body: Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk))),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

/** Invokes, and expects a problem with this status and a matching message. */
export async function refused(
  handler: ClassificationHandler,
  kind: RequestKind,
  request: HttpRequest,
  status: number,
  words: RegExp,
  context?: Parameters<typeof invoke>[3],
): Promise<Answer> {
  const answer = await invoke(handler, kind, request, context);
  assert.equal(answer.status, status, answer.body);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.ok(!answer.body.includes('\n'), 'one line');
  const problem = JSON.parse(answer.body) as Record<string, unknown>;
  assert.equal(problem['status'], status);
  assert.equal(problem['type'], 'about:blank');
  assert.ok(String(problem['title']).length > 3);
  assert.match(String(problem['detail']), words);
  return answer;
}
