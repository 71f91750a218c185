import { Busboy } from '@fastify/busboy';
import type { BusboyInstance } from '@fastify/busboy';

import { Problem } from './problem.js';

/** Parts before the file that are looked at, fields and all. */
const MAX_PARTS = 100;

/** Whether a Content-Type says that the body is a form with files. */
export function isMultipart(contentType: string): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(contentType);
}

/**
 * The content of the first file of a form (RFC 7578).
 *
 * @param contentType With the boundary.
 * @param maxBytes Of the file.
 * @throws {Problem} 400 for a form that is damaged or has no file, 413.
 */
export function firstFile(
  contentType: string,
  body: Uint8Array,
  maxBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown): void => {
      reject(new Problem(400, `The multipart/form-data body ${why}.`, { cause }));
    };
    let parser: BusboyInstance;
    try {
      parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fileSize: maxBytes, fieldSize: 1024, parts: MAX_PARTS },
      });
    } catch (error) {
      refuse('has no boundary in its Content-Type', error);
      return;
    }
    let file: Promise<Buffer> | undefined;
    parser.on('file', (_name, stream) => {
      // Also of files that nobody wants: the parser waits for them.
      const content = readAll(stream, maxBytes);
      content.catch(reject);
      file ??= content;
    });
    parser.on('partsLimit', () => {
      refuse(`has more than ${MAX_PARTS} parts`);
    });
    parser.on('error', (error) => {
      refuse('is damaged or cut off', error);
    });
    parser.on('finish', () => {
      if (file) file.then(resolve, reject);
      else refuse('has no file: name one, such as curl -F image=@cat.jpg does');
    });
    parser.end(body);
  });
}

function readAll(stream: NodeJS.ReadableStream, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('limit', () => {
      reject(tooLarge(maxBytes));
    });
    stream.on('error', (cause) => {
      reject(new Problem(400, 'The multipart/form-data body is damaged or cut off.', { cause }));
    });
    stream.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
  });
}

/** What is told of a picture beyond the limit. */
export function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `The picture is larger than ${maxBytes} bytes.`);
}
