import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Service } from './service.js';

/** A request that is being answered. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** In every line of the log about it, and in the header X-Request-Id of its answer. */
  readonly requestId = randomUUID();
  readonly begin = performance.now();
  /** Aborted when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
  #release: (() => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    const client = new AbortController();
    this.signal = client.signal;
    response.setHeader('x-request-id', this.requestId);
    response.once('close', () => {
      if (!response.writableFinished) client.abort(new Error('The client closed the connection.'));
    });
  }

  /**
   * Reads the body of what is to be invoked, and takes a slot once it is there: who is slow keeps
   * nobody else from one.
   *
   * @throws {Problem} 503, and as `Uploads.read`.
   */
  async receive({ slots, uploads }: Service, timeoutMs: number): Promise<Buffer> {
    slots.check();
    const body = await uploads.read(this.request, this.response, timeoutMs);
    this.#release = slots.take();
    return body;
  }

  /** Once it is answered. */
  end(): void {
    this.#release?.();
  }
}
