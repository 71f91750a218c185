import { integer, oneOf } from '../options/validation.js';

/** How a truncated or otherwise damaged JPEG is handled. */
export type Damaged = 'refuse' | 'accept';

/** All values. */
export const DAMAGED: readonly Damaged[] = ['refuse', 'accept'];

/** More than the pixels of a JPEG with the maximum side length of 65,535. */
export const MOST_PIXELS = 2 ** 32;

/** Which pictures the guest accepts. Absent options have the guest's own defaults. */
export interface AcceptedPictures {
  /** Maximum number of pixels. */
  maxPixels?: number;
  /** How damaged pictures are handled. */
  damaged?: Damaged;
}

/**
 * Validates the options, all of which are optional.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function acceptedPictures(given: Record<keyof AcceptedPictures, unknown>): AcceptedPictures {
  const { maxPixels, damaged } = given;
  return {
    ...(maxPixels !== undefined && {
      maxPixels: integer('maxPixels', maxPixels, { min: 1, max: MOST_PIXELS, fallback: 1 }),
    }),
    ...(damaged !== undefined && { damaged: oneOf('damaged', damaged, DAMAGED, 'refuse') }),
  };
}

/**
 * The same as arguments of the guest. Options that are not set are not passed, so that other guests
 * need not support them.
 */
export function argumentsOfAccepted({ maxPixels, damaged }: AcceptedPictures): string[] {
  return [
    ...(maxPixels === undefined ? [] : ['--max-pixels', String(maxPixels)]),
    ...(damaged === undefined ? [] : ['--damaged', damaged]),
  ];
}
