import { clearTimeout, setTimeout } from 'node:timers';

import type { HostCallPort, ReentryResult } from '../../host/caller.js';
import { SLICE_BYTES } from '../../host/caller.js';
import type { HostCallReceiver } from '../../host/host-functions.js';
import { WasmEdgeError } from '../../support/errors.js';
import { Malformed } from '../../support/received.js';
import type { ExternalDescription } from '../../support/shared-types.js';

import { encodeValue } from './encoded-value.js';
import type { EncodedOperation, HostCallOrder } from './host-call-messages.js';
import { requireTypes } from './known-exports.js';
import type { KnownExports } from './known-exports.js';

/** A module's imports and exports. */
export interface Externals {
  imports: readonly ExternalDescription[];
  exports: KnownExports;
}

/** A worker process's message about a host function call, with its form checked. */
export type HostCallAnswer =
  | { type: 'host-call'; id: number; call: number; index: number; args: (number | bigint)[] }
  | {
      type: 'operated';
      id: number;
      operation: number;
      results: (number | bigint)[];
      bytes: Buffer | undefined;
    }
  | { type: 'not-operated'; id: number; operation: number; error: WasmEdgeError };

/** Sends an order to the worker process, for the guest that made these calls. */
export type HostCallSender = (
  order: WithoutId<HostCallOrder>,
  arrays?: readonly Uint8Array[],
) => void;

/** The maximum depth of host function calls, each nested in a re-entry of the previous one. */
const MOST_CALLS = 17;
const MOST_PAGES = 65_536;
/**
 * As in the addon (native/host/host_exchange.cc): a call answered at once does not count as a wait.
 */
const SHORT_WAIT_MS = 1;

interface Operation {
  call: number;
  order: EncodedOperation;
  resolve: (done: { results: (number | bigint)[]; bytes: Buffer | undefined }) => void;
  reject: (error: WasmEdgeError) => void;
}

/**
 * The host function calls of one invocation in a worker process: a run, or an operation on a kept
 * instance. Messages about them are checked like all others: a process that a guest has taken over
 * must neither call what the module does not import, nor answer what was not asked.
 */
export class HeldCalls {
  readonly #receiver: HostCallReceiver;
  readonly #externals: Externals;
  readonly #send: HostCallSender;
  readonly #onChange: () => void;
  /** The calls that the guest waits in, each nested in the previous one. */
  readonly #open: number[] = [];
  readonly #operations = new Map<number, Operation>();
  #lastCall = 0;
  #lastOperation = 0;
  #isWaiting = false;
  /** Set while the guest waits. */
  #patience: NodeJS.Timeout | undefined;

  /**
   * @param onChange Called when the guest begins to wait for a host function, and when it
   *   continues.
   */
  constructor(
    receiver: HostCallReceiver,
    externals: Externals,
    send: HostCallSender,
    onChange: () => void,
  ) {
    this.#receiver = receiver;
    this.#externals = externals;
    this.#send = send;
    this.#onChange = onChange;
  }

  /** Whether the guest is waiting for a host function, and has been for longer than a moment. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Handles a message from the worker process about them; throws {@link Malformed}. */
  take(answer: HostCallAnswer): void {
    switch (answer.type) {
      case 'host-call':
        this.#takeCall(answer);
        return;
      case 'operated':
        this.#takeResult(answer);
        return;
      case 'not-operated':
        this.#takeOperation(answer.operation).reject(answer.error);
        this.#look();
    }
  }

  /** The run has ended: no more requests are answered. */
  end(): void {
    clearTimeout(this.#patience);
    this.#open.length = 0;
    const operations = [...this.#operations.values()];
    this.#operations.clear();
    for (const { reject } of operations) reject(hasEnded());
  }

  #takeCall({ call, index, args }: Extract<HostCallAnswer, { type: 'host-call' }>): void {
    const { kind, params } = this.#externals.imports[index] ?? {};
    if (kind !== 'function' || !params || !this.#receiver.has(index)) {
      throw new Malformed('a call to something that is not a host function');
    }
    requireTypes(params, args);
    const innermost = this.#open.at(-1);
    if (innermost !== undefined && !this.#hasEntered(innermost)) {
      throw new Malformed('a call by a guest that is already waiting');
    }
    if (call <= this.#lastCall || this.#open.length >= MOST_CALLS) {
      throw new Malformed('a call in the wrong order');
    }
    this.#lastCall = call;
    this.#open.push(call);
    this.#receiver.receive(index, args, this.#port(call));
    this.#look();
  }

  #takeResult({ operation, results, bytes }: Extract<HostCallAnswer, { type: 'operated' }>): void {
    // Removed only after the check: a malformed result leaves the operation to be settled by the
    // end of the process.
    this.#requireResult(this.#requireOperation(operation).order, results, bytes);
    this.#takeOperation(operation).resolve({ results, bytes });
    this.#look();
  }

  #requireOperation(operation: number): Operation {
    const found = this.#operations.get(operation);
    if (!found) throw new Malformed('an answer to a request that was not made');
    return found;
  }

  #takeOperation(operation: number): Operation {
    const found = this.#requireOperation(operation);
    this.#operations.delete(operation);
    return found;
  }

  #requireResult(
    order: EncodedOperation,
    results: readonly (number | bigint)[],
    bytes: Buffer | undefined,
  ): void {
    switch (order.kind) {
      case 'read':
        if (bytes?.length !== order.length) throw new Malformed('a wrong number of bytes');
        requireTypes([], results);
        return;
      case 'write':
        requireTypes([], results);
        return;
      case 'size':
        requireInteger(results, MOST_PAGES * 65_536);
        return;
      case 'grow':
        requireInteger(results, MOST_PAGES);
        return;
      case 'enter':
        this.#externals.exports.requireResults(order.name, results);
    }
  }

  #port(call: number): HostCallPort {
    const operate = (order: EncodedOperation, arrays?: readonly Uint8Array[]) =>
      this.#operate(call, order, arrays);
    const first = async (order: EncodedOperation): Promise<number> =>
      Number((await operate(order)).results[0]);
    return {
      read: async (address, length) => {
        const { bytes } = await operate({ kind: 'read', address, length });
        return bytes ?? Buffer.alloc(0);
      },
      write: async (address, bytes) => {
        // A copy: it may wait before it is sent.
        await operate({ kind: 'write', address }, [Buffer.from(bytes)]);
      },
      byteLength: () => first({ kind: 'size' }),
      grow: (pages) => first({ kind: 'grow', pages }),
      enter: async (name, args): Promise<ReentryResult> =>
        (await operate({ kind: 'enter', name, arguments: args.map(encodeValue) })).results,
      answer: (results) => {
        if (!this.#close(call)) return;
        this.#send({ type: 'answer', call, results: results.map(encodeValue) });
      },
      fail: (message) => {
        if (this.#close(call)) this.#send({ type: 'fail', call, message });
      },
    };
  }

  #operate(
    call: number,
    order: EncodedOperation,
    arrays?: readonly Uint8Array[],
  ): Promise<{ results: (number | bigint)[]; bytes: Buffer | undefined }> {
    return new Promise((resolve, reject) => {
      if (!this.#open.includes(call)) {
        reject(hasEnded());
        return;
      }
      const operation = ++this.#lastOperation;
      this.#operations.set(operation, { call, order, resolve, reject });
      this.#send({ type: 'operate', call, operation, order }, arrays);
      this.#look();
    });
  }

  /** A call was answered; returns whether its guest was waiting for that. */
  #close(call: number): boolean {
    const place = this.#open.indexOf(call);
    if (place < 0) return false;
    this.#open.splice(place, 1);
    this.#look();
    return true;
  }

  #hasEntered(call: number): boolean {
    for (const { call: from, order } of this.#operations.values()) {
      if (from === call && order.kind === 'enter') return true;
    }
    return false;
  }

  #look(): void {
    const innermost = this.#open.at(-1);
    if (innermost !== undefined && !this.#hasEntered(innermost)) {
      this.#patience ??= setTimeout(() => {
        this.#isWaiting = true;
        this.#onChange();
      }, SHORT_WAIT_MS);
      return;
    }
    clearTimeout(this.#patience);
    this.#patience = undefined;
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#onChange();
  }
}

/** Each member of a union without the run's ID, which its sender knows. */
export type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

function requireInteger(values: readonly (number | bigint)[], most: number): void {
  const [value] = values;
  const fits =
    values.length === 1 && Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
  if (!fits) throw new Malformed('an invalid number of bytes or pages');
}

function hasEnded(): WasmEdgeError {
  return new WasmEdgeError('ERR_CLOSED', 'The invocation has ended.');
}

/** Bytes in a message about host function calls: a slice of memory. */
export const HOST_CALL_BYTES = SLICE_BYTES;
