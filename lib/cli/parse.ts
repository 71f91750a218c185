import { InvalidArgumentError } from 'commander';

import { reasonOf } from '../support/errors.js';

/** An argument parser for commander: an integer in a range. */
export function integerIn(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return number;
  };
}

/** An argument parser for commander: a fraction from 0 to 1. */
export function share(value: string): number {
  const number = Number(value);
  if (!/^[\d.]+$/.test(value) || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  }
  return number;
}

/** An argument parser for commander: a regular expression. */
export function regularExpression(value: string): RegExp {
  try {
    return new RegExp(value, 'u');
  } catch (error) {
    throw new InvalidArgumentError(`Expected a regular expression: ${reasonOf(error)}.`);
  }
}

/** An argument parser for commander: seconds, converted to milliseconds. */
export function seconds(value: string): number {
  const milliseconds = Math.ceil(Number(value) * 1000);
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(value) || milliseconds < 1 || milliseconds >= 2 ** 31) {
    throw new InvalidArgumentError('Expected seconds, such as 10 or 0.5, at most 2147483.');
  }
  return milliseconds;
}
