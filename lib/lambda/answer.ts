import type { Classifier } from './classifier.js';
import { METHODS, preflightHeaders } from './cors.js';
import type { Deadline } from './deadline.js';
import { millisecondsSince } from './milliseconds.js';
import { pictureOf } from './picture.js';
import { Problem } from './problem.js';
import { CONTENT_TYPES, representationOf } from './representation.js';
import type { Request } from './request.js';
import type { Response } from './response.js';
import type { Settings } from './settings.js';
import type { InvocationRecord } from './types.js';

/**
 * Answers one request, and notes in `record` how far it came.
 *
 * @param classifier Asked for where there is a picture: what is refused needs none.
 * @throws {Problem} For what the request lacks; anything else as `Classifier.run` does.
 */
export async function answer(
  request: Request,
  settings: Settings,
  classifier: () => Promise<Classifier>,
  deadline: Deadline,
  record: InvocationRecord,
): Promise<Response> {
  const begin = performance.now();
  if (request.method === 'OPTIONS') return answerOptions(settings);
  if (request.method !== 'POST' && request.method !== 'PUT') {
    throw new Problem(405, 'Send the picture with POST.', { headers: { allow: METHODS } });
  }
  const representation = representationOf(request);
  const picture = await pictureOf(request, settings.pictureBytes).finally(() => {
    record.decodeMs = millisecondsSince(begin);
  });
  record.pictureBytes = picture.length;

  const ready = await classifier();
  const { stdout, timings } = await ready.run(picture, representation, deadline.guestMs());
  record.timings = timings;
  const headers = { 'content-type': CONTENT_TYPES[representation] };
  if (representation === 'text') return { status: 200, headers, body: stdout.toString() };
  const body = JSON.stringify({
    ...(JSON.parse(stdout.toString()) as object),
    isolation: ready.isolation,
    timings: { ...timings, totalMs: millisecondsSince(begin) },
  });
  return { status: 200, headers, body };
}

/** A preflight request, or somebody who wants to know what can be asked for. */
function answerOptions({ cors }: Settings): Response {
  return {
    status: 204,
    headers: { allow: METHODS, ...(cors && preflightHeaders(cors)) },
    body: '',
  };
}
