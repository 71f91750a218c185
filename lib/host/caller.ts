import type { Caller, GuestMemory } from '../options/host-types.js';
import { WasmEdgeError } from '../support/errors.js';

import { checkCall } from './arguments.js';
import type { ExportedFunctions } from './arguments.js';
import { SlicedGuestMemory } from './guest-memory.js';
import type { MemoryOperations } from './guest-memory.js';

/**
 * Larger ranges are read and written in slices: each blocks the event loop for a tenth of a
 * millisecond, and is one message if the guest is in another process.
 */
export const SLICE_BYTES = 1024 * 1024;

/** The result of a function of the guest that was called by a host function. */
export type ReentryResult = readonly (number | bigint)[];

/**
 * A call of a host function, in the process of its guest: the guest waits until one of the last two
 * methods is called.
 */
export interface HostCallPort extends Omit<MemoryOperations, 'sliceBytes'> {
  /** Calls a function of the guest with checked arguments; rejects if it does not return. */
  enter(name: string, args: readonly (number | bigint)[]): Promise<ReentryResult>;
  /** Answers with checked results. No effect if the guest no longer waits. */
  answer(results: readonly (number | bigint)[]): void;
  /** Ends the invocation with ERR_HOST_FUNCTION and this message. */
  fail(message: string): void;
}

/** The caller passed to a host function; unusable after its call has ended. */
export class HostCaller implements Caller, MemoryOperations {
  readonly sliceBytes = SLICE_BYTES;
  readonly memory: GuestMemory = new SlicedGuestMemory(this);
  readonly #functions: () => ExportedFunctions;
  readonly #signal: () => AbortSignal;
  #port: HostCallPort | undefined;

  /**
   * @param functions Returns the functions of the guest, listed on first use.
   * @param signal Returns the signal of the invocation, created on first use.
   */
  constructor(port: HostCallPort, functions: () => ExportedFunctions, signal: () => AbortSignal) {
    this.#port = port;
    this.#functions = functions;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }

  async call(
    name: string,
    ...args: (number | bigint)[]
  ): Promise<number | bigint | (number | bigint)[] | undefined> {
    const port = this.#open();
    const results = await port.enter(name, checkCall(this.#functions(), name, args));
    return results.length > 1 ? [...results] : results[0];
  }

  async read(address: number, length: number): Promise<Buffer> {
    return this.#open().read(address, length);
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    return this.#open().write(address, bytes);
  }

  async byteLength(): Promise<number> {
    return this.#open().byteLength();
  }

  async grow(pages: number): Promise<number> {
    return this.#open().grow(pages);
  }

  /** The call has ended. */
  end(): void {
    this.#port = undefined;
  }

  #open(): HostCallPort {
    if (this.#port) return this.#port;
    throw new WasmEdgeError(
      'ERR_CLOSED',
      'The call of the host function has ended: its caller can only be used while the guest waits for it.',
    );
  }
}
