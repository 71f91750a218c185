import { WasmEdgeError } from '../support/errors.js';
import type { ValueType } from '../support/shared-types.js';

import type { CallValue, NumberValue } from './arguments.js';

/**
 * Values as the addon takes and gives many of them: 8 bytes each, little-endian, of which types of
 * 32 bits have the lower half.
 */
export class RawValues {
  readonly capacity: number;
  /** All of it, for the addon. */
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

  /** @throws {WasmEdgeError} ERR_LIMIT without memory for them. */
  static ofCapacity(values: number): RawValues {
    try {
      return new RawValues(new ArrayBuffer(values * 8));
    } catch (cause) {
      const message = `There is not enough memory for ${values} arguments.`;
      throw new WasmEdgeError('ERR_LIMIT', message, { limit: 'host-memory', cause });
    }
  }

  /** Of a value that is one of this type: what has no room in it is cut, as the guest would. */
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

  /** What a function gives back whose first result is at this place. */
  results(at: number, kinds: readonly ValueType[]): CallValue {
    const [first] = kinds;
    if (first === undefined) return undefined;
    if (kinds.length === 1) return this.get(at, first);
    return kinds.map((kind, index) => this.get(at + index, kind));
  }
}
