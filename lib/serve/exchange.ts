import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Service } from './service.js';

/** A request that is being answered. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** In every log line about it, and in the response's header X-Request-Id. */
  readonly requestId = randomUUID();
  readonly begin = performance.now();
  /** Aborted when the client disconnects before it has its response. */
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
   * Reads the body of an invocation, and takes a slot once it has arrived: so a slow client keeps
   * nobody from a slot.
   *
   * @throws {Problem} 503, and like `Uploads.read`.
   */
  async receive({ slots, uploads }: Service, timeoutMs: number): Promise<Buffer> {
    slots.check();
    const body = await uploads.read(this.request, this.response, timeoutMs);
    this.#release = slots.take();
    return body;
  }

  /** Called once it is answered. */
  end(): void {
    this.#release?.();
  }
}
