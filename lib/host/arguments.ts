import type { GuestResult } from '../options/types.js';
import { describe, refuse } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';
import type { ExternalDescription, ValueType } from '../support/shared-types.js';

/** The functions that a module exports, by name, in the order of the module. */
export type ExportedFunctions = ReadonlyMap<string, ExternalDescription>;

export function functionsOf(exports: readonly ExternalDescription[]): ExportedFunctions {
  return new Map(
    exports.filter(({ kind }) => kind === 'function').map((each) => [each.name, each] as const),
  );
}

const NUMBER_TYPES = ['i32', 'i64', 'f32', 'f64'] as const;

/** A parameter or result of a call. */
export type NumberValue = number | bigint;

/** The result of a call: nothing, a value, or several. */
export type CallValue = GuestResult;

/** An exported function that can be called: all of its parameters and results are numbers. */
export interface CallableFunction {
  name: string;
  params: readonly ValueType[];
  results: readonly ValueType[];
}

/**
 * Looks up an exported function that can be called.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if there is none with this name, or its type has
 *   vectors or references.
 */
export function callableFunction(functions: ExportedFunctions, name: string): CallableFunction {
  const found = functions.get(name);
  if (!found?.params || !found.results) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `The module exports no function ${describe(name)}. It exports: ` +
        // A module may have a million, with any names.
        `${printable([...functions.keys()].join(', '), 2000) || 'none'}.`,
    );
  }
  const { params, results } = found;
  if (![...params, ...results].every(isNumberType)) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `'${name}' has the type ${typeOf({ params, results })}: only functions whose parameters and ` +
        'results are i32, i64, f32 and f64 can be called. Vectors (v128) and references have no ' +
        'counterpart in JavaScript.',
    );
  }
  return { name, params: params.map(canonical), results: results.map(canonical) };
}

/**
 * Checks a call of an exported function against its type and returns the arguments in the addon's
 * form: numbers for i32, f32 and f64, bigints for i64.
 */
export function checkCall(
  functions: ExportedFunctions,
  name: string,
  args: readonly unknown[],
): NumberValue[] {
  const called = callableFunction(functions, name);
  requireCount(called, args.length);
  return called.params.map((kind, index) => checkArgument(kind, index, args[index]));
}

/** Throws ERR_INVALID_ARGUMENT for a wrong number of arguments. */
export function requireCount(called: CallableFunction, count: number): void {
  if (count === called.params.length) return;
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    `'${called.name}' takes ${called.params.length} arguments, ${typeOf(called)}, got ${count}.`,
  );
}

function typeOf({ params, results }: Pick<CallableFunction, 'params' | 'results'>): string {
  return `(${params.join(', ')}) -> (${results.join(', ')})`;
}

/**
 * The type's name as a constant of this file. A string created by the addon would be compared
 * character by character, for each value of each call.
 */
function canonical(kind: ValueType): ValueType {
  return NUMBER_TYPES.find((each) => each === kind) ?? kind;
}

function isNumberType(kind: ValueType): boolean {
  return NUMBER_TYPES.some((each) => each === kind);
}

/** The value, or ERR_INVALID_ARGUMENT. */
export function checkArgument(kind: ValueType, index: number, value: unknown): NumberValue {
  return isValueOf(kind, value) ? value : refuse(`argument ${index + 1}`, valueName(kind), value);
}

/** Whether a value can be passed as one of this type: i32 and i64 can be signed or unsigned. */
export function isValueOf(kind: ValueType, value: unknown): value is NumberValue {
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

/** What {@link isValueOf} accepts, for messages. */
export function valueName(kind: ValueType): string {
  if (kind === 'i64') return 'a bigint of 64 bits (i64)';
  return kind === 'i32' ? 'an integer of 32 bits (i32)' : `a number (${kind})`;
}
