import type { Fit } from '../options/types.js';
import { oneOf, refuse } from '../options/validation.js';

/** All values. */
export const FITS: readonly Fit[] = ['stretch', 'cover'];

/** How pictures are fitted to a model, as described to the guest in `/models/NAME.json`. */
export interface Fitting {
  fit: Fit;
  crop?: number;
}

/** For networks trained on ImageNet, which expect the middle of the picture. */
export const IMAGENET_FITTING = { fit: 'cover', crop: 0.875 } as const satisfies Fitting;

/**
 * Validates the options `fit` and `crop` of a model, which messages call `nameOf`; undefined if
 * neither is set.
 */
export function fittingOf(
  nameOf: (option: 'fit' | 'crop') => string,
  given: Partial<Record<'fit' | 'crop', unknown>>,
): Fitting | undefined {
  const { fit: fitGiven, crop } = given;
  if (fitGiven === undefined && crop === undefined) return undefined;
  const fit = oneOf(nameOf('fit'), fitGiven, FITS, 'stretch');
  if (crop === undefined) return { fit };
  if (typeof crop !== 'number' || !(crop > 0 && crop <= 1)) {
    refuse(nameOf('crop'), 'a number above 0 and at most 1', crop);
  }
  if (fit !== 'cover') {
    refuse(nameOf('crop'), "absent unless fit is 'cover': 'stretch' shows the whole picture", crop);
  }
  return { fit, crop };
}
