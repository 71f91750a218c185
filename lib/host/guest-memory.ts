import type { GuestMemory } from '../options/host-types.js';
import type { BytesLike } from '../options/types.js';
import { bytes as bytesOf, refuse } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';
import { turn } from '../support/loop-turns.js';

/**
 * A guest's memory in its own process. Addresses and lengths are unsigned 32-bit integers. Rejects
 * with ERR_INVALID_ARGUMENT for ranges outside the memory ({@link outsideOfMemory}).
 */
export interface MemoryOperations {
  /** Maximum number of bytes of one read or write. */
  readonly sliceBytes: number;
  read(address: number, length: number): Promise<Buffer>;
  /** Copies the bytes before it returns. */
  write(address: number, bytes: Uint8Array): Promise<void>;
  byteLength(): Promise<number>;
  /** Returns the previous number of pages. */
  grow(pages: number): Promise<number>;
}

const MOST_PAGES = 65_536;

/** Checks its arguments, and splits large ranges. */
export class SlicedGuestMemory implements GuestMemory {
  readonly #operations: MemoryOperations;

  constructor(operations: MemoryOperations) {
    this.#operations = operations;
  }

  async read(address: number, length: number): Promise<Buffer> {
    const begin = word('address', address);
    const size = word('length', length);
    const { sliceBytes } = this.#operations;
    if (size <= sliceBytes) return this.#operations.read(begin, size);
    await this.#requireInside(begin, size);
    const whole = allocate(size);
    for (let at = 0; at < size; at += sliceBytes) {
      await turn();
      const slice = await this.#operations.read(begin + at, Math.min(sliceBytes, size - at));
      whole.set(slice, at);
    }
    return whole;
  }

  async write(address: number, bytes: BytesLike): Promise<void> {
    const begin = word('address', address);
    const view = bytesOf('bytes', bytes);
    const size = view.byteLength;
    const { sliceBytes } = this.#operations;
    if (size <= sliceBytes) return this.#operations.write(begin, view);
    // A memory never shrinks: a range that is inside now stays inside, so nothing is half-written.
    await this.#requireInside(begin, size);
    for (let at = 0; at < size; at += sliceBytes) {
      await turn();
      if (view.byteLength !== size) refuse('bytes', 'bytes that do not change meanwhile', bytes);
      await this.#operations.write(begin + at, view.subarray(at, at + sliceBytes));
    }
  }

  async readString(address: number, length: number): Promise<string> {
    const read = await this.read(address, length);
    try {
      return read.toString();
    } catch (cause) {
      const message = `${read.length} bytes are too long for a JavaScript string.`;
      throw new WasmEdgeError('ERR_INVALID_ARGUMENT', message, { cause });
    }
  }

  async writeString(address: number, text: string): Promise<number> {
    if (typeof text !== 'string') refuse('text', 'a string', text);
    const encoded = Buffer.from(text);
    await this.write(address, encoded);
    return encoded.length;
  }

  byteLength(): Promise<number> {
    return this.#operations.byteLength();
  }

  async grow(pages: number): Promise<number> {
    if (!Number.isInteger(pages) || pages < 0 || pages > MOST_PAGES) {
      refuse('pages', `an integer from 0 to ${MOST_PAGES}`, pages);
    }
    return this.#operations.grow(pages);
  }

  async #requireInside(address: number, length: number): Promise<void> {
    const size = await this.#operations.byteLength();
    if (address + length > size) throw outsideOfMemory(address, length, size);
  }
}

/** The error for a range outside a memory. The addon uses the same message. */
export function outsideOfMemory(address: number, length: number, size: number): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    `${length} bytes at address ${address} are not within the guest's memory of ${size} bytes.`,
  );
}

/** A 32-bit integer as unsigned. */
function word(name: string, value: unknown): number {
  const fits = Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 32;
  return fits ? (value as number) >>> 0 : refuse(name, 'an integer of 32 bits', value);
}

function allocate(size: number): Buffer {
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch (cause) {
    const message = `There is not enough memory for ${size} bytes.`;
    throw new WasmEdgeError('ERR_LIMIT', message, { limit: 'host-memory', cause });
  }
}
