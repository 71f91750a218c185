/** A number or bigint of a call, as JSON can carry it: what it cannot is told by its text. */
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
