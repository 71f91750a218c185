import { isUtf8 } from 'node:buffer';

import {
  answerOptions,
  isHealthCheck,
  plainText,
  refuseCompressed,
  refuseLongHeader,
} from './answer.js';
import type { Work } from './answer.js';
import { decodeBase64 } from './base64.js';
import { cgiResponse, cgiVariables } from './cgi.js';
import { METHODS } from './cors.js';
import { millisecondsSince } from './log-line.js';
import { Problem } from './problem.js';
import type { ProgramModule } from './program-module.js';
import type { Body, Request } from './request.js';
import { ProgramOutput } from './program-output.js';
import { BODILESS, checkOutput } from './response.js';
import type { Response } from './response.js';
import type { ProgramSettings } from './settings.js';
import type { InvocationRecord } from './types.js';

/**
 * Answers one request with a program: the request's body is its standard input, its standard output
 * the response's body.
 *
 * @throws {Problem} For faulty requests, and if the program fails; otherwise as
 *   `ProgramModule.run`.
 */
export async function answerByProgram(
  request: Request,
  { contentType, cgi }: ProgramSettings,
  { settings, module, deadline, signal, stream }: Work<ProgramModule>,
  record: InvocationRecord,
): Promise<Response> {
  const { kind, method } = request;
  if (kind === 'schedule' || (settings.healthChecks && isHealthCheck(request))) {
    await module();
    return plainText('ready');
  }
  // With CGI, the program handles every method itself.
  if (!cgi) {
    if (method === 'OPTIONS') return answerOptions(settings);
    if (method !== 'POST' && method !== 'PUT') {
      throw new Problem(405, 'Send the input with POST.', { headers: { allow: METHODS } });
    }
  } else if (method === 'OPTIONS' && settings.cors) {
    return answerOptions(settings);
  }
  refuseLongHeader(request);
  if (!cgi) refuseCompressed(request);
  const received = await request.body(deadline.leftMs());
  record.bodyBytes = Buffer.byteLength(received.content);
  const begin = performance.now();
  const body = await bytesOf(received, settings.pictureBytes).finally(() => {
    record.decodeMs = millisecondsSince(begin);
  });
  record.pictureBytes = body.length;
  const variables = cgi ? cgiVariables(request, body.length) : undefined;

  const ready = await module();
  const limits = { timeoutMs: deadline.guestMs(), signal };
  if (stream) {
    const output = new ProgramOutput(stream, { contentType, cgi, isHead: method === 'HEAD' });
    const { timings } = await ready.run(body, variables, limits, output.take);
    record.timings = timings;
    return output.finish();
  }
  const { stdout, timings } = await ready.run(body, variables, limits);
  record.timings = timings;
  checkOutput(stdout);
  const { status, headers, content } = cgi
    ? cgiResponse(stdout)
    : { status: 200, headers: {}, content: stdout };
  if (BODILESS.has(status)) return { status, headers, body: '' };
  return {
    status,
    headers: { 'content-type': contentType, ...headers },
    body: method === 'HEAD' ? '' : isUtf8(content) ? content.toString() : content,
  };
}

/** The body before it was put into an event. */
async function bytesOf({ content, isBase64Encoded }: Body, maxBytes: number): Promise<Buffer> {
  // Checked before it is decoded: base64 has four characters for three bytes.
  const most = isBase64Encoded ? Math.ceil(maxBytes / 3) * 4 : maxBytes;
  if (content.length > most) throw tooLarge(maxBytes);
  const body = isBase64Encoded ? await decodeBase64(content, 'The body') : Buffer.from(content);
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  return body;
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `The body is larger than ${maxBytes} bytes.`);
}
