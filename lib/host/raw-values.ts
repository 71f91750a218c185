import { WasmEdgeError } from '../support/errors.js';
import type { ValueType } from '../support/shared-types.js';

import type { CallValue, NumberValue } from './arguments.js';

/**
 * Arrays of values in the addon's form: 8 bytes each, little-endian; 32-bit types use the lower
 * half.
 */
export class RawValues {
  readonly capacity: number;
  /** The whole buffer, for the addon. */
  readonly doubles: Float64Array;
  readonly #floats: Float32Array;
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;

  constructor(buffer: ArrayBuffer) {
    this.doubles = new Float64Array(buffer);
    this.#floats = new Float32Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#longs = new BigInt64Array(buffer);
    this.capacity = this.doubles.length;
  }

  /** @throws {WasmEdgeError} ERR_LIMIT if there is not enough memory. */
  static ofCapacity(values: number): RawValues {
    try {
      return new RawValues(new ArrayBuffer(values * 8));
    } catch (cause) {
      const message = `There is not enough memory for ${values} arguments.`;
      throw new WasmEdgeError('ERR_LIMIT', message, { limit: 'host-memory', cause });
    }
  }

  /** Encodes a value of this type: excess bits are dropped, as in the guest. */
  set(at: number, kind: ValueType, value: NumberValue): void {
    switch (kind) {
      case 'i32':
        this.#words[2 * at] = value as number;
        this.#words[2 * at + 1] = 0;
        return;
      case 'i64':
        this.#longs[at] = value as bigint;
        return;
      case 'f32':
        this.#floats[2 * at] = value as number;
        this.#words[2 * at + 1] = 0;
        return;
      default:
        this.doubles[at] = value as number;
    }
  }

  get(at: number, kind: ValueType): NumberValue {
    switch (kind) {
      case 'i32':
        return this.#words[2 * at] ?? 0;
      case 'i64':
        return this.#longs[at] ?? 0n;
      case 'f32':
        return this.#floats[2 * at] ?? 0;
      default:
        return this.doubles[at] ?? 0;
    }
  }

  /** The result of a function whose first value is at this position. */
  results(at: number, kinds: readonly ValueType[]): CallValue {
    const [first] = kinds;
    if (first === undefined) return undefined;
    if (kinds.length === 1) return this.get(at, first);
    return kinds.map((kind, index) => this.get(at + index, kind));
  }
}
