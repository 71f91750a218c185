import { checkArgument } from '../host/arguments.js';
import { describe } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';
import type { ExternalDescription } from '../support/shared-types.js';

import type { InstanceCalls } from './instance-calls.js';

/** The exported globals of a kept instance. Their operations are queued together with calls. */
export class InstanceGlobals {
  readonly #calls: InstanceCalls;
  readonly #exports: readonly ExternalDescription[];

  /** @internal */
  constructor(calls: InstanceCalls, exports: readonly ExternalDescription[]) {
    this.#calls = calls;
    this.#exports = exports;
  }

  /**
   * Reads a global.
   *
   * @param name Its name, among the module's `exports`.
   * @returns A number, or a bigint (signed) for i64.
   * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if there is none, or if it is a vector or
   *   reference; ERR_CLOSED, ERR_QUEUE_FULL, ERR_WORKER_DIED.
   */
  async get(name: string): Promise<number | bigint> {
    this.#find(name);
    return this.#calls.access((port, isNested) => port.getGlobal(name, isNested));
  }

  /**
   * Changes a global.
   *
   * @param name Its name, among the module's `exports`.
   * @param value A number, or a bigint for i64; i32 and i64 can be signed or unsigned.
   * @throws {WasmEdgeError} As {@link get}; ERR_INVALID_ARGUMENT for a constant, and for a value of
   *   the wrong type.
   */
  async set(name: string, value: number | bigint): Promise<void> {
    const { type, mutable } = this.#find(name);
    if (!mutable) {
      throw new WasmEdgeError('ERR_INVALID_ARGUMENT', `The global '${name}' is a constant.`);
    }
    const checked = checkArgument(type, 0, value);
    return this.#calls.access((port, isNested) => port.setGlobal(name, checked, isNested));
  }

  #find(name: string): { type: NumberType; mutable: boolean } {
    const found = this.#exports.find((each) => each.kind === 'global' && each.name === name);
    if (!found) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `The module exports no global ${describe(name)}.`,
      );
    }
    const { type, mutable = false } = found;
    if (type !== 'i32' && type !== 'i64' && type !== 'f32' && type !== 'f64') {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `The global '${name}' has the type ${String(type)}: only numbers have a counterpart in JavaScript.`,
      );
    }
    return { type, mutable };
  }
}

type NumberType = 'i32' | 'i64' | 'f32' | 'f64';
