import type { IncomingMessage, ServerResponse } from 'node:http';

import { clientGone } from '../lambda/failure.js';
import { Problem } from '../lambda/problem.js';

const FIRST_CAPACITY = 64 << 10;

/** Refuses what is read of a request. */
type Refuse = (problem: Problem) => void;

/**
 * Reads bodies. Their bytes, and those of requests under way, are bounded together: where they are
 * too many, whoever has taken longest to send gives way.
 */
export class Uploads {
  readonly #maxBytes: number;
  readonly #maxHeldBytes: number;
  #heldBytes = 0;
  /** In the order of their beginning. */
  readonly #underWay = new Set<Refuse>();

  /** @param limits Of one body, and of all together. */
  constructor({ maxBytes, maxHeldBytes }: { maxBytes: number; maxHeldBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#maxHeldBytes = maxHeldBytes;
  }

  /**
   * Reads a body whole. A client that waits for "100 Continue" is told to go on only here, so that
   * what is refused before is never sent. Its bytes count until the response is closed.
   *
   * @throws {Problem} 413 as soon as it is known, 408, 503 where it gives way, 499.
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
        // What was read of it is nothing any more.
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
        // Into memory of its own: chunks may be of one byte, and each keeps what was read with it.
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
