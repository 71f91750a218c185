import { SlicedGuestMemory } from '../host/guest-memory.js';
import type { MemoryOperations } from '../host/guest-memory.js';
import type { GuestMemory } from '../options/host-types.js';
import type { BytesLike } from '../options/types.js';
import { bytes as bytesOf } from '../options/validation.js';

import type { InstanceCalls } from './instance-calls.js';

/** Larger ranges are copied in slices. */
const SLICE_BYTES = 1024 * 1024;

/** The memory of a kept instance: its operations are queued together with calls. */
export class InstanceMemory implements GuestMemory {
  readonly #calls: InstanceCalls;
  readonly #whole: SlicedGuestMemory;
  readonly #sliced: SlicedGuestMemory;

  constructor(calls: InstanceCalls) {
    this.#calls = calls;
    this.#whole = new SlicedGuestMemory(operations((ask) => calls.access(ask)));
    this.#sliced = new SlicedGuestMemory(operations((ask) => calls.step(ask)));
  }

  read(address: number, length: number): Promise<Buffer> {
    if (!isLarge(length)) return this.#whole.read(address, length);
    return this.#calls.hold(() => this.#sliced.read(address, length));
  }

  async write(address: number, bytes: BytesLike): Promise<void> {
    const view = bytesOf('bytes', bytes);
    if (view.byteLength <= SLICE_BYTES) {
      // The bytes are read when the operation's turn has come.
      return this.#whole.write(address, this.#calls.isHeld ? Buffer.from(view) : view);
    }
    return this.#calls.hold(() => this.#sliced.write(address, bytes));
  }

  async readString(address: number, length: number): Promise<string> {
    if (!isLarge(length)) return this.#whole.readString(address, length);
    return this.#calls.hold(() => this.#sliced.readString(address, length));
  }

  async writeString(address: number, text: string): Promise<number> {
    if (typeof text !== 'string' || Buffer.byteLength(text) <= SLICE_BYTES) {
      return this.#whole.writeString(address, text);
    }
    return this.#calls.hold(() => this.#sliced.writeString(address, text));
  }

  byteLength(): Promise<number> {
    return this.#whole.byteLength();
  }

  grow(pages: number): Promise<number> {
    return this.#whole.grow(pages);
  }
}

/** Values that are not numbers are rejected by the reader. */
function isLarge(length: unknown): boolean {
  return typeof length === 'number' && length > SLICE_BYTES;
}

type Ask = InstanceCalls['access'];

function operations(ask: Ask): MemoryOperations {
  return {
    sliceBytes: SLICE_BYTES,
    read: (address, length) => ask((port, nested) => port.readMemory(address, length, nested)),
    write: (address, bytes) => ask((port, nested) => port.writeMemory(address, bytes, nested)),
    byteLength: () => ask((port, nested) => port.memorySize(nested)),
    grow: (pages) => ask((port, nested) => port.growMemory(pages, nested)),
  };
}
