import type { Context } from 'aws-lambda';

import { WasmEdgeError } from '../support/errors.js';

import { clientGone } from './failure.js';
import type { Response } from './response.js';
import type { ResponseStream } from './types.js';

// Lambda's response streams, which its Node.js runtime provides in the global `awslambda`.

type StreamHandler = (
  event: unknown,
  responseStream: unknown,
  context?: Partial<Context>,
) => Promise<void>;

/** The part that is sent before the body. */
interface Metadata {
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  cookies: readonly string[];
}

/** The part of the runtime that is used. */
export interface StreamingRuntime {
  streamifyResponse(handler: StreamHandler): StreamHandler;
  HttpResponseStream: { from(stream: ResponseStream, metadata: Metadata): ResponseStream };
}

/**
 * The runtime's own implementation.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if it has none.
 */
export function streamingRuntime(): StreamingRuntime {
  const runtime: unknown = Reflect.get(globalThis, 'awslambda');
  const isRuntime = (given: unknown): given is StreamingRuntime => {
    const { streamifyResponse, HttpResponseStream } = (given ?? {}) as Partial<StreamingRuntime>;
    return (
      typeof streamifyResponse === 'function' && typeof HttpResponseStream?.from === 'function'
    );
  };
  if (isRuntime(runtime)) return runtime;
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    "responseStream needs Lambda's Node.js runtime: there is no global 'awslambda' with streamifyResponse and " +
      'HttpResponseStream here. Leave the option out elsewhere.',
  );
}

/** One response on its way into the runtime's stream. */
export class StreamedResponse {
  /** Bytes of the body written so far. */
  bytes = 0;
  readonly #runtime: StreamingRuntime;
  #stream: ResponseStream;
  readonly #abort = new AbortController();
  #added: Readonly<Record<string, string>> = {};
  #begun = false;
  #released = false;

  /** @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if the handler is called without a stream. */
  constructor(runtime: StreamingRuntime, stream: unknown) {
    if (!isStream(stream)) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        'A handler with responseStream is called with an event, a response stream and a context, as Lambda does.',
      );
    }
    this.#runtime = runtime;
    this.#stream = stream;
    stream.on('close', this.#onClose);
    stream.on('error', this.#onGone);
  }

  /** Aborted when the client disconnects. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the stream accepts nothing any more. */
  get isGone(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Whether status and headers have been sent: the response can no longer be replaced. */
  get isBegun(): boolean {
    return this.#begun;
  }

  /** Sets the headers that every response has in addition to its own. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.#added = headers;
  }

  /** Sends status and headers before the first chunk. */
  begin({ status, headers, cookies }: Omit<Response, 'body'>): void {
    if (this.#begun || this.#released) return;
    this.#begun = true;
    const all: Record<string, string> = { ...headers, ...this.#added };
    // Only `cookies` can have several values.
    if (cookies && cookies.length > 0) delete all['set-cookie'];
    const metadata = { statusCode: status, headers: all, cookies: cookies ?? [] };
    this.#stream = this.#runtime.HttpResponseStream.from(this.#stream, metadata);
    // The runtime sends them with the first write, which a response without a body does not have.
    this.#stream.write(new Uint8Array());
  }

  /** Writes a chunk; returns a promise if the next one must wait. */
  write(piece: Buffer): Promise<void> | undefined {
    if (this.isGone || this.#released) throw clientGone();
    this.bytes += piece.length;
    // A copy: the chunk belongs to its producer afterwards, and the stream keeps what it cannot
    // pass on.
    return this.#stream.write(Buffer.from(piece)) ? undefined : this.#until('drain');
  }

  /** Writes the rest of a response, and its end. Resolves when everything has been passed on. */
  async send(response: Response): Promise<void> {
    const isWhole = !this.#begun;
    this.begin(response);
    const body = Buffer.from(response.body);
    if (isWhole && body.length > 0) await this.write(body);
    if (this.isGone) throw clientGone();
    const finished = this.#until('finish');
    this.#stream.end();
    await finished;
  }

  /** Nothing more is written. */
  release(): void {
    this.#released = true;
    this.#stream.removeListener('close', this.#onClose);
    // The error listener stays: destroying the stream later must not cause an unhandled error.
  }

  readonly #onClose = (): void => {
    if (!this.#stream.writableFinished) this.#onGone();
  };

  readonly #onGone = (): void => {
    this.#abort.abort();
  };

  #until(event: 'drain' | 'finish'): Promise<void> {
    const stream = this.#stream;
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        stream.removeListener(event, settle);
        signal.removeEventListener('abort', settle);
        if (signal.aborted) reject(clientGone());
        else resolve();
      };
      stream.on(event, settle);
      signal.addEventListener('abort', settle);
    });
  }
}

function isStream(value: unknown): value is ResponseStream {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['write', 'end', 'on', 'removeListener'].every(
      (name) => typeof Reflect.get(value, name) === 'function',
    )
  );
}
