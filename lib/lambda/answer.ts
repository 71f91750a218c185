import { METHODS, preflightHeaders } from './cors.js';
import type { Deadline } from './deadline.js';
import { millisecondsSince } from './log-line.js';
import type { PictureModule } from './picture-module.js';
import { pictureOf } from './picture.js';
import { Problem } from './problem.js';
import { CONTENT_TYPES, representationOf } from './representation.js';
import { MAX_VALUE } from './request.js';
import type { Request } from './request.js';
import { checkOutput } from './response.js';
import type { Response } from './response.js';
import type { Settings } from './settings.js';
import type { StreamedResponse } from './streamed-response.js';
import type { InvocationRecord } from './types.js';

/** The context of an invocation in addition to its request. */
export interface Work<Module = PictureModule> {
  settings: Settings;
  /** Requested only when needed: rejected requests do not need it. */
  module: () => Promise<Module>;
  deadline: Deadline;
  /** Aborted when the client disconnects. */
  signal: AbortSignal | undefined;
  /** The target of a streamed response; undefined if the response is returned as a whole. */
  stream?: StreamedResponse | undefined;
}

/**
 * Handles one request, and records its progress in `record`. Requests that can be rejected by their
 * headers are rejected before the body is read.
 *
 * @throws {Problem} For faulty requests; otherwise as `PictureModule.run`.
 */
export async function answer(
  request: Request,
  { settings, module, deadline, signal }: Work,
  record: InvocationRecord,
): Promise<Response> {
  const begin = performance.now();
  const { kind, method, headers } = request;
  if (kind === 'schedule' || (settings.healthChecks && isHealthCheck(request))) {
    await module();
    return plainText('ready');
  }
  if (method === 'OPTIONS') return answerOptions(settings);
  if (method !== 'POST' && method !== 'PUT') {
    throw new Problem(405, 'Send the picture with POST.', { headers: { allow: METHODS } });
  }
  refuseLongHeader(request);
  const representation = representationOf(request);
  refuseCompressed(request);
  const body = await request.body(deadline.leftMs());
  record.bodyBytes = Buffer.byteLength(body.content);
  const decodeBegin = performance.now();
  const contentType = headers.get('content-type') ?? '';
  const picture = await pictureOf(body, contentType, settings.pictureBytes).finally(() => {
    record.decodeMs = millisecondsSince(decodeBegin);
  });
  record.pictureBytes = picture.length;

  const ready = await module();
  const { stdout, timings } = await ready.run(picture, representation, {
    timeoutMs: deadline.guestMs(),
    signal,
  });
  record.timings = timings;
  checkOutput(stdout);
  const type = { 'content-type': CONTENT_TYPES[representation] };
  if (representation === 'text') return { status: 200, headers: type, body: stdout.toString() };
  const json = JSON.stringify({
    ...(JSON.parse(stdout.toString()) as object),
    isolation: ready.isolation,
    timings: { ...timings, totalMs: millisecondsSince(begin) },
  });
  return { status: 200, headers: type, body: json };
}

/** A load balancer checks the function's health with a method that classifies nothing. */
export function isHealthCheck({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** A preflight request, or a client that asks for the available methods. */
export function answerOptions({ cors }: Settings): Response {
  return {
    status: 204,
    headers: { allow: METHODS, ...(cors && preflightHeaders(cors)) },
    body: '',
  };
}

export function plainText(body: string): Response {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

export function refuseLongHeader({ headers }: Request): void {
  if (headers.tooLong === undefined) return;
  throw new Problem(431, `The header '${headers.tooLong}' is longer than ${MAX_VALUE} characters.`);
}

export function refuseCompressed({ headers }: Request): void {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  throw new Problem(415, 'The body is compressed: send it without Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  });
}
