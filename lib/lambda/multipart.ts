import { clearImmediate, setImmediate } from 'node:timers';

import { Busboy } from '@fastify/busboy';
import type { BusboyInstance } from '@fastify/busboy';

import { decodeBase64 } from './base64.js';
import { Problem } from './problem.js';
import { slicesOf } from './slices.js';

const LIMITS = {
  /** Maximum number of parts, including fields. */
  parts: 100,
  /** Limit for the headers of a part; anything beyond is ignored. */
  headerSize: 16 << 10,
  headerPairs: 100,
};
/**
 * Maximum length of a Content-Type: its boundary has at most 70 characters (RFC 2046, section
 * 5.1.1).
 */
const MAX_TYPE = 256;
/**
 * Bytes that the parser gets at once. It cannot be interrupted: these are up to a thousand tiny
 * parts.
 */
const SLICE = 4 << 10;
/** Number of leading bytes by which a field is recognized as a picture. */
const START = 64;
const IDENTITIES = new Set(['7bit', '8bit', 'binary']);

/** Whether a Content-Type says that the body is a form with files. */
export function isMultipart(contentType: string): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(contentType);
}

/**
 * The content of the first file in a form (RFC 7578) or, if there is none, of the first field that
 * is a picture.
 *
 * @param contentType With the boundary.
 * @param isPicture Whether a field with this beginning is a picture.
 * @throws {Problem} 400 for a form that is damaged or has no file; 415.
 */
export async function firstFile(
  contentType: string,
  body: string | Buffer,
  isPicture: (start: Buffer) => boolean,
): Promise<Buffer> {
  const form = new Form(contentType, isPicture);
  for await (const slice of slicesOf(body, { size: SLICE, keep: true })) {
    await form.take(slice);
    // The rest of the form does not matter.
    if (form.file?.isWhole) break;
  }
  const part = form.file?.isWhole ? form.file : await form.end();
  const content = Buffer.concat(part.chunks.splice(0));
  if (IDENTITIES.has(part.encoding)) return content;
  if (part.encoding === 'base64') {
    return decodeBase64(content, "The file's content", { whiteSpace: true });
  }
  throw new Problem(415, "The file's Content-Transfer-Encoding must be binary or base64.");
}

/** A part that is a file, or a field that may be one. */
class Part {
  readonly chunks: Buffer[] = [];
  isWhole = false;
  #size = 0;

  /** @param encoding Its Content-Transfer-Encoding, in lower case. */
  constructor(readonly encoding: string) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** Its first bytes, as soon as they have arrived. */
  start(): Buffer | undefined {
    if (!this.isWhole && this.#size < START) return undefined;
    return Buffer.concat(this.chunks).subarray(0, START);
  }
}

/** A form that is being read. */
class Form {
  /** The first part with a file name or a file's media type. */
  file: Part | undefined;
  /** The first field that is a picture. */
  #field: Part | undefined;
  readonly #parser: BusboyInstance;
  readonly #isPicture: (start: Buffer) => boolean;
  #failure: Problem | undefined;

  constructor(contentType: string, isPicture: (start: Buffer) => boolean) {
    this.#isPicture = isPicture;
    this.#parser = parserOf(contentType);
    this.#parser.on('file', (_name, stream, filename: string | undefined, encoding, type) => {
      const isFile = filename !== undefined || type === 'application/octet-stream';
      this.#read(new Part(encoding.trim()), stream, isFile);
    });
    this.#parser.on('partsLimit', () => {
      this.#failure ??= damaged(`has more than ${LIMITS.parts} parts`);
    });
    this.#parser.on('error', (error) => {
      this.#failure ??= damaged('is damaged or truncated', error);
    });
  }

  /** Reads on. */
  async take(slice: Buffer): Promise<void> {
    await this.#settled((done) => this.#parser.write(slice, done));
  }

  /** The requested part, at the end of the body. */
  async end(): Promise<Part> {
    await this.#settled((done) => {
      this.#parser.on('finish', done);
      this.#parser.end();
    });
    const part = this.file ?? this.#field;
    if (!part) throw damaged('contains no file: add one, as with curl -F image=@cat.jpg');
    if (!part.isWhole) throw damaged('is damaged or truncated');
    return part;
  }

  /**
   * The parser only waits for its own `process.nextTick` callbacks: what it has not done when the
   * event loop turns, it will never do. Its callbacks do not guarantee an end.
   */
  async #settled(begin: (done: () => void) => void): Promise<void> {
    const isDone = await new Promise<boolean>((resolve) => {
      const turned = setImmediate(resolve, false);
      begin(() => {
        clearImmediate(turned);
        resolve(true);
      });
    });
    if (this.#failure) throw this.#failure;
    if (!isDone) throw damaged('is damaged or truncated');
  }

  #read(part: Part, stream: NodeJS.ReadableStream, isFile: boolean): void {
    let isWanted = isFile ? !this.file : !this.#field;
    if (isFile) this.file ??= part;
    stream.on('data', (chunk: Buffer) => {
      if (!isWanted) return;
      part.add(chunk);
      if (!isFile) isWanted = this.#mayBePicture(part);
    });
    stream.on('end', () => {
      part.isWhole = true;
      if (!isFile && isWanted) this.#mayBePicture(part);
    });
    // The parser reports this itself as well.
    stream.on('error', () => undefined);
  }

  #mayBePicture(field: Part): boolean {
    const start = field.start();
    if (!start || field === this.#field) return true;
    if (this.#field || !this.#isPicture(start)) return false;
    this.#field = field;
    return true;
  }
}

function parserOf(contentType: string): BusboyInstance {
  if (contentType.length > MAX_TYPE) throw damaged('has a Content-Type that is too long');
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: LIMITS,
      // So that the bytes of all parts arrive unchanged: fields would be decoded as text.
      isPartAFile: () => true,
    });
  } catch (error) {
    throw damaged('has no boundary in its Content-Type', error);
  }
}

function damaged(why: string, cause?: unknown): Problem {
  return new Problem(400, `The multipart/form-data body ${why}.`, { cause });
}
