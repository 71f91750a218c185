import { Malformed, receivedList, receivedRecord, receivedText } from '../../support/received.js';

/** A number or bigint of a call in JSON: as text if JSON cannot represent it. */
export type EncodedValue = number | { number: string } | { bigint: string };

export function encodeValue(value: number | bigint): EncodedValue {
  if (typeof value === 'bigint') return { bigint: value.toString() };
  if (Object.is(value, -0)) return { number: '-0' };
  return Number.isFinite(value) ? value : { number: String(value) };
}

export function decodeValue(value: EncodedValue): number | bigint {
  if (typeof value === 'number') return value;
  return 'bigint' in value ? BigInt(value.bigint) : Number(value.number);
}

/** From a process that is not trusted: throws {@link Malformed} for anything else. */
export function receivedValue(sent: unknown): number | bigint {
  if (typeof sent === 'number') return sent;
  const { bigint, number } = receivedRecord('a value', sent);
  if (bigint !== undefined) {
    const text = receivedText('a value', bigint, 20);
    if (!/^-?\d+$/.test(text)) throw new Malformed('a value that is not an integer');
    return BigInt.asIntN(64, BigInt(text));
  }
  const text = receivedText('a value', number, 9);
  if (!['-0', 'NaN', 'Infinity', '-Infinity'].includes(text))
    throw new Malformed('a value that is not a number');
  return Number(text);
}

/** A function's result: one value, or several. */
export type EncodedResults = EncodedValue | EncodedValue[];

export function encodeResults(
  value: number | bigint | readonly (number | bigint)[],
): EncodedResults {
  return typeof value === 'object' ? value.map(encodeValue) : encodeValue(value);
}

/** From a process that is not trusted, like {@link receivedValue}. */
export function receivedResults(sent: unknown): number | bigint | (number | bigint)[] {
  return Array.isArray(sent)
    ? receivedList('results', sent).map(receivedValue)
    : receivedValue(sent);
}
