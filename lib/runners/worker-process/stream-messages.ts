import type { OutputName } from '../../streams/run-streams.js';

/** Maximum number of bytes of a stream in one message. */
export const STREAM_SLICE_BYTES = 1024 * 1024;
/** Bytes of one output that may be unacknowledged before the next slice is sent. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;
/** Smaller slices count as this many bytes: each costs a message, and another to acknowledge it. */
const LEAST_COUNTED_BYTES = 4096;
/** Bytes of input in one message. */
export const STREAM_INPUT_BYTES = 256 * 1024;
/** Chunks of input that may be requested at a time. */
export const STREAM_INPUTS = 8;

/** How much of a window a slice takes. */
export function countedBytes(slice: Uint8Array): number {
  return Math.max(slice.length, LEAST_COUNTED_BYTES);
}

/** Messages from the pool to a worker process about a run's streams. */
export type StreamOrder =
  /** Some input. Arrays: the input; without one, the input ends. */
  | { type: 'stream-input'; id: number }
  /** This much of an output was accepted, as counted by {@link countedBytes}. */
  | { type: 'stream-taken'; id: number; stream: OutputName; bytes: number };

/** Messages from a worker process to the pool about a run's streams. */
export type StreamNews =
  /**
   * Its guest wants another chunk of input, up to the maximum at a time. With a lane: all, once.
   */
  | { type: 'stream-wanted'; id: number }
  /** Arrays: what its guest has written. */
  | { type: 'stream-output'; id: number; stream: OutputName };
