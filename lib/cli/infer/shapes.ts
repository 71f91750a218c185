import { InvalidArgumentError } from 'commander';

import { shapeOfText } from './elements.js';

/** Shapes of inputs by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** An argument parser for commander, for a repeatable option: `NAME=1x2x3`. */
export function collectShape(value: string, before: Shapes = {}): Shapes {
  // Names may contain equals signs, shapes cannot.
  const separator = value.lastIndexOf('=');
  const name = value.slice(0, Math.max(separator, 0));
  const shape = separator < 0 ? undefined : shapeOfText(value.slice(separator + 1));
  if (name === '' || !shape) {
    throw new InvalidArgumentError('Expected NAME=SIZES, such as image=1x224x224x3.');
  }
  if (Object.hasOwn(before, name)) {
    throw new InvalidArgumentError(`The shape of '${name}' was given twice.`);
  }
  return Object.fromEntries([...Object.entries(before), [name, shape]]);
}
