import type { ValueType } from '../support/shared-types.js';
import { describe, elementsOf } from '../options/validation.js';

import { isValueOf, valueName } from './arguments.js';

/** The result of a host function does not have the type that its guest expects. */
export class WrongResult extends Error {}

/**
 * Checks the result of a host function against its result types. If there are none, any value is
 * ignored.
 *
 * @throws {WrongResult} if it does not match; the message continues "the function returned".
 */
export function checkResults(
  types: readonly ValueType[],
  given: unknown,
): readonly (number | bigint)[] {
  const [first] = types;
  if (first === undefined) return [];
  if (types.length === 1) return [checkResult(first, given, '')];
  if (!Array.isArray(given)) {
    throw new WrongResult(`${describe(given)} instead of an array of its ${types.length} results`);
  }
  const results = elementsOf('the result of a host function', given, 'an array of numbers');
  if (results.length !== types.length) {
    throw new WrongResult(`${results.length} results instead of ${types.length}`);
  }
  return results.map((each, index) =>
    checkResult(types[index] ?? first, each, ` as result ${index + 1}`),
  );
}

function checkResult(type: ValueType, value: unknown, where: string): number | bigint {
  if (isValueOf(type, value)) return value;
  throw new WrongResult(`${describe(value)}${where} instead of ${valueName(type)}`);
}
