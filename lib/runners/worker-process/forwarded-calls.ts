import type { HostCallPort } from '../../host/caller.js';
import type { HostCallReceiver } from '../../host/host-functions.js';
import { encodeError } from '../../support/encoded-error.js';
import { WasmEdgeError } from '../../support/errors.js';

import { decodeValue, encodeValue } from './encoded-value.js';
import type { EncodedOperation, HostCallNews, HostCallOrder } from './host-call-messages.js';

/** In a worker process: forwards a guest's host function calls to the pool's process. */
export class ForwardedCalls implements HostCallReceiver {
  readonly #id: number;
  readonly #send: (news: HostCallNews, arrays?: readonly Uint8Array[]) => void;
  /** For the open calls. */
  readonly #ports = new Map<number, HostCallPort>();
  /** Unanswered operations on the guest. */
  readonly #operations = new Set<Promise<void>>();
  #lastCall = 0;

  /** @param id That of the run, or of the operation on a kept instance. */
  constructor(id: number, send: (news: HostCallNews, arrays?: readonly Uint8Array[]) => void) {
    this.#id = id;
    this.#send = send;
  }

  has(): boolean {
    return true;
  }

  receive(index: number, args: readonly (number | bigint)[], port: HostCallPort): void {
    const call = ++this.#lastCall;
    this.#ports.set(call, port);
    this.#send({
      type: 'host-call',
      id: this.#id,
      call,
      index,
      arguments: args.map(encodeValue),
    });
  }

  /** Executes an order from the pool. */
  take(order: HostCallOrder, arrays: readonly Buffer[]): void {
    const port = this.#ports.get(order.call);
    switch (order.type) {
      case 'answer':
        this.#ports.delete(order.call);
        port?.answer(order.results.map(decodeValue));
        return;
      case 'fail':
        this.#ports.delete(order.call);
        port?.fail(order.message);
        return;
      case 'operate': {
        const operation = this.#operate(order, port, arrays).finally(() => {
          this.#operations.delete(operation);
        });
        this.#operations.add(operation);
      }
    }
  }

  /**
   * The guest has ended, and nothing more is accepted for it. Operations on it have ended as well,
   * and are answered before `tell` is called: the pool accepts no answers after that.
   */
  endThen(tell: () => void): void {
    this.#ports.clear();
    if (this.#operations.size === 0) tell();
    else void Promise.all(this.#operations).then(tell);
  }

  end(): void {
    this.endThen(() => undefined);
  }

  async #operate(
    { operation, order }: Extract<HostCallOrder, { type: 'operate' }>,
    port: HostCallPort | undefined,
    arrays: readonly Buffer[],
  ): Promise<void> {
    const about = { id: this.#id, operation };
    try {
      if (!port) throw new WasmEdgeError('ERR_CLOSED', 'The invocation has ended.');
      const { results, bytes } = await carryOut(port, order, arrays[0]);
      this.#send(
        { type: 'operated', ...about, results: results.map(encodeValue) },
        bytes ? [bytes] : [],
      );
    } catch (error) {
      this.#send({ type: 'not-operated', ...about, error: encodeError(error, []) });
    }
  }
}

async function carryOut(
  port: HostCallPort,
  order: EncodedOperation,
  bytes: Buffer = Buffer.alloc(0),
): Promise<{ results: readonly (number | bigint)[]; bytes?: Buffer }> {
  switch (order.kind) {
    case 'read':
      return { results: [], bytes: await port.read(order.address, order.length) };
    case 'write':
      await port.write(order.address, bytes);
      return { results: [] };
    case 'size':
      return { results: [await port.byteLength()] };
    case 'grow':
      return { results: [await port.grow(order.pages)] };
    case 'enter':
      return { results: await port.enter(order.name, order.arguments.map(decodeValue)) };
  }
}
