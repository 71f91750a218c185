import { refuse } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';
import type { ExternalDescription, ValueType } from '../support/shared-types.js';

/** The functions that a module exports, by name, in its order. */
export type ExportedFunctions = ReadonlyMap<string, ExternalDescription>;

export function functionsOf(exports: readonly ExternalDescription[]): ExportedFunctions {
  return new Map(
    exports.filter(({ kind }) => kind === 'function').map((each) => [each.name, each] as const),
  );
}

/**
 * Checks a call of an exported function against its type and returns the arguments as the addon
 * takes them: numbers for i32, f32 and f64, bigints for i64.
 */
export function checkCall(
  functions: ExportedFunctions,
  name: string,
  args: readonly unknown[],
): (number | bigint)[] {
  const found = functions.get(name);
  if (!found?.params || !found.results) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `The module exports no function '${name}'. It exports: ` +
        // A module may have a million, with names of any text.
        `${printable([...functions.keys()].join(', '), 2000) || 'none'}.`,
    );
  }
  const type = `(${found.params.join(', ')}) -> (${found.results.join(', ')})`;
  const unsupported = [...found.params, ...found.results].find((kind) => !isNumberType(kind));
  if (unsupported !== undefined || found.results.length > 1) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `'${name}' has the type ${type}: only i32, i64, f32 and f64 values and at most one result ` +
        'can be called.',
    );
  }
  if (args.length !== found.params.length) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `'${name}' takes ${found.params.length} arguments, ${type}, got ${args.length}.`,
    );
  }
  return found.params.map((kind, index) => checkArgument(kind, index, args[index]));
}

function isNumberType(kind: ValueType): boolean {
  return kind === 'i32' || kind === 'i64' || kind === 'f32' || kind === 'f64';
}

function checkArgument(kind: ValueType, index: number, value: unknown): number | bigint {
  return isValueOf(kind, value) ? value : refuse(`argument ${index + 1}`, valueName(kind), value);
}

/** Whether a value can be passed as one of this type: i32 and i64 in either reading. */
export function isValueOf(kind: ValueType, value: unknown): value is number | bigint {
  switch (kind) {
    case 'i64':
      // Signed or unsigned: both have the same 64 bits.
      return typeof value === 'bigint' && value >= -(2n ** 63n) && value < 2n ** 64n;
    case 'i32':
      return Number.isInteger(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 32;
    default:
      return typeof value === 'number';
  }
}

/** What {@link isValueOf} takes, in words. */
export function valueName(kind: ValueType): string {
  if (kind === 'i64') return 'a bigint of 64 bits (i64)';
  return kind === 'i32' ? 'an integer of 32 bits (i32)' : `a number (${kind})`;
}
