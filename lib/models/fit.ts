import type { Fit } from '../options/types.js';
import { oneOf, refuse } from '../options/validation.js';

/** All of them. */
export const FITS: readonly Fit[] = ['stretch', 'cover'];

/** How a model's pictures are fitted, as `/models/NAME.json` tells it to the guest. */
export interface Fitting {
  fit: Fit;
  crop?: number;
}

/** Of the networks that were trained on ImageNet: they look at the middle. */
export const IMAGENET_FITTING = { fit: 'cover', crop: 0.875 } as const satisfies Fitting;

/**
 * Validates the options `fit` and `crop` of a model, which messages call by `nameOf`; undefined where
 * neither is given.
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
