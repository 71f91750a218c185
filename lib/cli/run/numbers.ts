import type { ExternalDescription, ValueType } from '../../options/types.js';
import { WasmEdgeError } from '../../support/errors.js';

/** Parameters and results of functions. */
type Value = number | bigint;

const INTEGER = /^[-+]?(?:\d+|0x[\da-f]+)$/iu;
const WORDS: Readonly<Record<string, number>> = {
  ...{ nan: NaN, inf: Infinity, '+inf': Infinity, '-inf': -Infinity },
};

/**
 * Parses numbers from a command line according to the types of the function's parameters. Other
 * types, and errors about the function, are left to the call.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for text that is not a number of its type.
 */
export function argumentsOf(
  exports: readonly ExternalDescription[],
  name: string,
  texts: readonly string[],
): Value[] {
  const params = exports.find((each) => each.kind === 'function' && each.name === name)?.params;
  return texts.map((text, index) => {
    const type = params?.[index] ?? 'f64';
    const value = type === 'i32' || type === 'i64' ? integer(text, type) : float(text);
    if (value !== undefined) return value;
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `Argument ${index + 1} of '${name}' is an ${type}: expected ${expected(type)}, got '${text}'.`,
    );
  });
}

function integer(text: string, type: 'i32' | 'i64'): Value | undefined {
  if (!INTEGER.test(text)) return undefined;
  const digits = BigInt(text.replace(/^[-+]/u, ''));
  const value = text.startsWith('-') ? -digits : digits;
  return type === 'i32' ? Number(value) : value;
}

function float(text: string): number | undefined {
  const word = WORDS[text.toLowerCase()];
  if (word !== undefined) return word;
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
}

function expected(type: ValueType): string {
  return type === 'i32' || type === 'i64'
    ? 'a whole number, such as -7 or 0x1f'
    : 'a number, such as 0.5, 1e9, inf or nan';
}

/** A function's results, one line for each value. */
export function resultLines(value: unknown): string {
  const values = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return values.map((each) => `${textOf(each as Value)}\n`).join('');
}

function textOf(value: Value): string {
  if (typeof value === 'bigint' || Number.isFinite(value)) {
    return Object.is(value, -0) ? '-0' : String(value);
  }
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}
