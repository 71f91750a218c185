import type { NativeModule } from '../addon/native.js';
import type { HostCallPort, ReentryResult } from '../host/caller.js';
import { WasmEdgeError, fromNative, nativeCall } from '../support/errors.js';

/** A call of a host function by a guest in this process. */
export class NativeHostCallPort implements HostCallPort {
  readonly #module: NativeModule;
  readonly #key: number;
  readonly #call: number;

  constructor(module: NativeModule, key: number, call: number) {
    this.#module = module;
    this.#key = key;
    this.#call = call;
  }

  async enter(name: string, args: readonly (number | bigint)[]): Promise<ReentryResult> {
    const { results, exitCode } = await nativeCall(() =>
      this.#module.enter(this.#key, this.#call, name, args),
    ).catch((error: unknown) => {
      throw inWords(error);
    });
    if (results) return results;
    throw exitedWithin(name, exitCode ?? 0);
  }

  async read(address: number, length: number): Promise<Buffer> {
    return nativeCall(() => this.#module.readMemory(this.#key, address, length));
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    await nativeCall(() => this.#module.writeMemory(this.#key, address, bytes));
  }

  async byteLength(): Promise<number> {
    return nativeCall(() => this.#module.memorySize(this.#key));
  }

  async grow(pages: number): Promise<number> {
    return nativeCall(() => this.#module.growMemory(this.#key, pages));
  }

  answer(results: readonly (number | bigint)[]): void {
    try {
      this.#module.answer(this.#key, this.#call, results);
    } catch (error) {
      throw fromNative(error);
    }
  }

  fail(message: string): void {
    this.#module.fail(this.#key, this.#call, message);
  }
}

/** The error for a host function whose call of a guest function exits. */
function exitedWithin(name: string, exitCode: number): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_GUEST_EXIT',
    `The guest called proc_exit(${exitCode & 0xff}) instead of returning from '${name}'.`,
    { exitCode: exitCode & 0xff },
  );
}

/** The message of an end from outside is only supplied where the invocation is informed of it. */
function inWords(error: unknown): unknown {
  if (!(error instanceof WasmEdgeError)) return error;
  const { code } = error;
  if (code !== 'ERR_TIMEOUT' && code !== 'ERR_ABORTED' && code !== 'ERR_CLOSED') return error;
  return new WasmEdgeError(code, 'The invocation ended before the guest returned.');
}
