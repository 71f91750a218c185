import type { OutputName } from '../../streams/run-streams.js';

/** Bytes of a stream beside one message at most. */
export const STREAM_SLICE_BYTES = 1024 * 1024;
/** Bytes of one output that may be under way, and not taken yet, before the next slice is sent. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;
/** As so many bytes a slice counts that has fewer: each costs a message, and another that it was taken. */
const LEAST_COUNTED_BYTES = 4096;
/** Bytes of input beside one message. */
export const STREAM_INPUT_BYTES = 256 * 1024;
/** Pieces of input that may be wanted at a time. */
export const STREAM_INPUTS = 8;

/** How much of a window a slice takes. */
export function countedBytes(slice: Uint8Array): number {
  return Math.max(slice.length, LEAST_COUNTED_BYTES);
}

/** What the pool sends to a worker process of a run's streams. */
export type StreamOrder =
  /** Some input. Arrays: it; without one the input ends. */
  | { type: 'stream-input'; id: number }
  /** Of an output so much was taken, as {@link countedBytes} counts. */
  | { type: 'stream-taken'; id: number; stream: OutputName; bytes: number };

/** What a worker process sends to the pool of a run's streams. */
export type StreamNews =
  /** Its guest wants another piece of input: at most so many at a time. With a lane: all, once. */
  | { type: 'stream-wanted'; id: number }
  /** Arrays: what its guest has written. */
  | { type: 'stream-output'; id: number; stream: OutputName };
