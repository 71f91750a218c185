import { Writable } from 'node:stream';

type Metadata = Record<string, unknown>;
type StreamHandler = (event: unknown, stream: unknown, context?: unknown) => Promise<void>;

/**
 * A response stream as Lambda's Node.js runtime passes it to a handler: the argument of
 * `HttpResponseStream.from` is sent before the first write, and only there.
 */
export class FakeResponseStream extends Writable {
  /** What preceded the body; undefined if nothing was written. */
  metadata: Metadata | undefined;
  contentType: string | undefined;
  readonly chunks: Buffer[] = [];
  /** Callbacks for each waiting chunk, to simulate the client's speed. */
  readonly waiting: (() => void)[] = [];
  beforeFirstWrite: (() => void) | undefined;
  readonly #isSlow: boolean;
  #hasWritten = false;

  constructor({ isSlow = false }: { isSlow?: boolean } = {}) {
    super({ highWaterMark: 16 << 10 });
    this.#isSlow = isSlow;
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  setContentType(type: string): void {
    if (this.#hasWritten) throw new Error('Cannot set content-type, too late.');
    this.contentType = type;
  }

  override write(chunk: Uint8Array, ...more: never[]): boolean {
    if (!this.#hasWritten) this.beforeFirstWrite?.();
    this.#hasWritten = true;
    return super.write(chunk, ...more);
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.chunks.push(chunk);
    if (this.#isSlow && chunk.length > 0) this.waiting.push(callback);
    else callback();
  }
}

/** The global `awslambda`, as created by aws-lambda-ric. */
export const fakeRuntime = {
  streamifyResponse(handler: StreamHandler): StreamHandler {
    return Object.assign(handler, { streamed: true });
  },
  HttpResponseStream: {
    from(stream: FakeResponseStream, metadata: Metadata): FakeResponseStream {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.beforeFirstWrite = () => {
        stream.metadata = JSON.parse(JSON.stringify(metadata)) as Metadata;
      };
      return stream;
    },
  },
};
