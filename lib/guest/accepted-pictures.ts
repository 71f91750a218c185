import { integer, oneOf } from '../options/validation.js';

/** What becomes of a JPEG that is cut or otherwise damaged. */
export type Damaged = 'refuse' | 'accept';

/** All of them. */
export const DAMAGED: readonly Damaged[] = ['refuse', 'accept'];

/** More than a picture has whose sides are 65,535 pixels, as JPEG allows at the most. */
export const MOST_PIXELS = 2 ** 32;

/** Which pictures the guest takes. What is absent is the guest's own default. */
export interface AcceptedPictures {
  /** The most pixels that a picture may have. */
  maxPixels?: number;
  /** Damaged ones. */
  damaged?: Damaged;
}

/**
 * Validates what is given; nothing of it has to be.
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

/** The same as the guest is told it. Guests of another kind need not know what nobody has asked for. */
export function argumentsOfAccepted({ maxPixels, damaged }: AcceptedPictures): string[] {
  return [
    ...(maxPixels === undefined ? [] : ['--max-pixels', String(maxPixels)]),
    ...(damaged === undefined ? [] : ['--damaged', damaged]),
  ];
}
