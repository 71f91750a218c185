import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request's body beyond the limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';

  constructor(maxBytes: number) {
    super(`The request is larger than ${maxBytes} bytes.`);
  }
}

/**
 * Reads a body whole. A client that waits for "100 Continue" is told to go on only here, so that
 * what is refused before is never sent.
 *
 * @throws {BodyTooLarge} As soon as it is known.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLarge(maxBytes);
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let size = 0;
  // Without destroying the request, whose connection must still carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw new BodyTooLarge(maxBytes);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}
