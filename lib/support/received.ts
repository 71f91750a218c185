/** What another process has sent does not have the expected form. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** An object as parsed from JSON, with own fields only. */
export function receivedRecord(what: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(what);
  // A key named __proto__ is a field like any other, and fields that were not sent do not exist.
  return Object.setPrototypeOf(value, null) as Record<string, unknown>;
}

export function receivedList(what: string, value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : wrong(what);
}

export function receivedText(what: string, value: unknown, characters: number): string {
  return typeof value === 'string' && value.length <= characters ? value : wrong(what);
}

export function receivedInteger(what: string, value: unknown, min: number, max: number): number {
  const fits = Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  return fits ? (value as number) : wrong(what);
}

/** A time or a size: finite and not negative. */
export function receivedAmount(what: string, value: unknown): number {
  return Number.isFinite(value) && (value as number) >= 0 ? (value as number) : wrong(what);
}

export function receivedBoolean(what: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : wrong(what);
}

export function receivedOneOf<T extends string>(
  what: string,
  value: unknown,
  known: readonly T[],
): T {
  return known.includes(value as T) ? (value as T) : wrong(what);
}

function wrong(what: string): never {
  throw new Malformed(`${what} is invalid`);
}
