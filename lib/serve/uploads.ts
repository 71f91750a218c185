import type { IncomingMessage, ServerResponse } from 'node:http';

import { clientGone } from '../lambda/failure.js';
import { Problem } from '../lambda/problem.js';

const FIRST_CAPACITY = 64 << 10;

/** Rejects the rest of a request that is being read. */
type Refuse = (problem: Problem) => void;

/**
 * Reads bodies. Their bytes, and those of requests in progress, have a common limit: if it is
 * exceeded, the upload that has taken longest is dropped.
 */
export class Uploads {
  readonly #maxBytes: number;
  readonly #maxHeldBytes: number;
  #heldBytes = 0;
  /** In order of their start. */
  readonly #underWay = new Set<Refuse>();

  /** @param limits For one body, and for all together. */
  constructor({ maxBytes, maxHeldBytes }: { maxBytes: number; maxHeldBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#maxHeldBytes = maxHeldBytes;
  }

  /**
   * Reads a complete body. A client that waits for "100 Continue" is told to continue only here, so
   * that the body of a rejected request is never sent. Its bytes count until the response is
   * closed.
   *
   * @throws {Problem} 413 as soon as it is known, 408, 503 if it is dropped, 499.
   */
  async read(
    request: IncomingMessage,
    response: ServerResponse,
    timeoutMs: number,
  ): Promise<Buffer> {
    if (request.destroyed || response.closed) throw clientGone();
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > this.#maxBytes) throw this.#tooLarge();
    if (request.headers.expect !== undefined) response.writeContinue();
    let bytes = Buffer.alloc(0);
    let size = 0;
    response.once('close', () => {
      this.#heldBytes -= bytes.length;
    });
    await new Promise<void>((resolve, reject) => {
      const end = (problem?: Problem): void => {
        clearTimeout(timer);
        this.#underWay.delete(refuse);
        request.off('data', take).off('end', done).off('close', gone);
        if (problem) reject(problem);
        else resolve();
      };
      const refuse: Refuse = (problem) => {
        // The bytes read so far no longer count.
        this.#heldBytes -= bytes.length;
        bytes = Buffer.alloc(0);
        end(problem);
      };
      const done = (): void => {
        end();
      };
      const gone = (): void => {
        refuse(clientGone());
      };
      const take = (chunk: Buffer): void => {
        const needed = size + chunk.length;
        if (needed > this.#maxBytes) {
          refuse(this.#tooLarge());
          return;
        }
        // Copied: chunks may have a single byte, and each keeps the buffer that it was read with.
        if (needed > bytes.length) {
          const capacity = Math.max(needed, 2 * bytes.length, FIRST_CAPACITY);
          const grown = Buffer.allocUnsafeSlow(Math.min(capacity, announced || this.#maxBytes));
          bytes.copy(grown, 0, 0, size);
          this.#heldBytes += grown.length - bytes.length;
          bytes = grown;
        }
        chunk.copy(bytes, size);
        size = needed;
        this.#makeRoom();
      };
      const timer = setTimeout(() => {
        refuse(new Problem(408, 'The body did not arrive in time.'));
      }, timeoutMs);
      this.#underWay.add(refuse);
      request.on('data', take).on('end', done).on('close', gone);
    });
    return bytes.subarray(0, size);
  }

  #makeRoom(): void {
    while (this.#heldBytes > this.#maxHeldBytes) {
      const [slowest] = this.#underWay;
      if (!slowest) return;
      slowest(
        new Problem(
          503,
          'Too many uploads are in progress, and this one is the slowest: try again.',
          {
            headers: { 'retry-after': '1' },
          },
        ),
      );
    }
  }

  #tooLarge(): Problem {
    return new Problem(413, `The request is larger than ${this.#maxBytes} bytes.`);
  }
}
