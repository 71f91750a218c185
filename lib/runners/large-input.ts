import { setImmediate } from 'node:timers';
import { types } from 'node:util';

import { addon } from '../addon/native.js';
import type { NativeInput, NativeRequest } from '../addon/native.js';
import { WasmEdgeError, fromNative } from '../support/errors.js';

/**
 * Up to this many bytes, an invocation's input is copied when it is submitted. Larger input is
 * copied in slices, between which the event loop turns, and must not change meanwhile.
 */
const LARGE_BYTES = 16 * 1024 * 1024;
const SLICE_BYTES = 1024 * 1024;

/**
 * An input that is copied in slices. Only this thread copies, so the buffer may even be transferred
 * in between.
 */
export class LargeInput {
  readonly byteLength: number;
  readonly #bytes: Uint8Array;
  readonly #name: string;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
    this.byteLength = bytes.byteLength;
  }

  /** Copies, one after another. Throws ERR_INVALID_ARGUMENT if its buffer has changed by then. */
  *slices(): Generator<Buffer> {
    for (let at = 0; at < this.byteLength; at += SLICE_BYTES) {
      if (this.#bytes.byteLength !== this.byteLength) {
        throw new WasmEdgeError(
          'ERR_INVALID_ARGUMENT',
          `${this.#name} was transferred or resized while it was read. Inputs larger than 16 MiB ` +
            'must not change until the promise settles.',
        );
      }
      const slice = Buffer.allocUnsafeSlow(Math.min(SLICE_BYTES, this.byteLength - at));
      slice.set(this.#bytes.subarray(at, at + slice.length));
      yield slice;
    }
  }
}

/**
 * The input of a request in the form that an invocation keeps: a separate copy, or one that is
 * copied in slices.
 */
export function ownInput(stdin: NativeRequest['stdin']): Uint8Array | LargeInput | undefined {
  if (!types.isUint8Array(stdin)) return undefined;
  return stdin.byteLength > LARGE_BYTES ? new LargeInput(stdin, 'stdin') : Buffer.from(stdin);
}

/** Whether the input of a request is copied in slices. */
export function isLarge(stdin: NativeRequest['stdin']): stdin is Uint8Array {
  return types.isUint8Array(stdin) && stdin.byteLength > LARGE_BYTES;
}

/** Reserves room for an input in the addon's memory; throws ERR_LIMIT if there is none. */
export function nativeInput(byteLength: number): NativeInput {
  try {
    return new (addon().Input)(byteLength);
  } catch (error) {
    throw fromNative(error);
  }
}

/** Copies a large input into the addon's memory; stops early once `isStopped` returns true. */
export async function copyToNative(
  input: LargeInput,
  isStopped: () => boolean,
): Promise<NativeInput> {
  const target = nativeInput(input.byteLength);
  for (const slice of input.slices()) {
    await turn();
    if (isStopped()) break;
    target.append(slice);
  }
  return target;
}

/** A copy of bytes that somebody else may change, made in slices if they are many. */
export async function copyOf(bytes: Uint8Array, name: string): Promise<Buffer> {
  if (bytes.byteLength <= LARGE_BYTES) return Buffer.from(bytes);
  const input = new LargeInput(bytes, name);
  const copy = Buffer.allocUnsafeSlow(input.byteLength);
  let at = 0;
  for (const slice of input.slices()) {
    copy.set(slice, at);
    at += slice.length;
    await turn();
  }
  return copy;
}

let last: Promise<unknown> = Promise.resolve();

/** Waits for a turn of the event loop in which nobody else copies. */
function turn(): Promise<unknown> {
  last = last.then(() => new Promise(setImmediate));
  return last;
}
