import { types } from 'node:util';

import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';

/** In an array: more would not fit in what receives the elements. */
const MOST_ELEMENTS = 1_000_000;

/** Throws the error for an option that does not have the expected form. */
export function refuse(name: string, expected: string, got: unknown): never {
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    `${name} must be ${expected}, got ${describe(got)}.`,
  );
}

/** A value for a message: short, on one line; never throws. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value, 100)}'`;
  if (typeof value === 'bigint') return `${printable(String(value), 40)}n`;
  try {
    if (typeof value === 'function') return `the function ${printable(value.name, 40)}`;
    if (value === null || typeof value !== 'object') return String(value);
    if (Array.isArray(value)) return 'an array';
    const { constructor } = value as { constructor?: unknown };
    const name = typeof constructor === 'function' ? constructor.name : '';
    return name === '' || name === 'Object'
      ? 'an object'
      : `an object of the class ${printable(name, 40)}`;
  } catch {
    return 'an object that cannot be inspected';
  }
}

/** A plain object of options, or an empty one for undefined; unknown keys are rejected. */
export function optionsObject<K extends string>(
  name: string,
  value: unknown,
  known: readonly K[],
): Partial<Record<K, unknown>> {
  if (value === undefined) return {};
  return looking(name, 'an object that can be read', value, () => {
    const object = recordOf(name, value);
    for (const key of Object.keys(object)) {
      if (!known.includes(key as K)) {
        throw new WasmEdgeError(
          'ERR_INVALID_ARGUMENT',
          `${name} has an unknown option '${printable(key, 100)}'.${hintFor(key, known)} Known are: ${known.join(', ')}.`,
        );
      }
    }
    // Read once: a getter may return something else the next time.
    const given: Partial<Record<K, unknown>> = {};
    for (const key of known) if (object[key] !== undefined) given[key] = object[key];
    return given;
  });
}

/** If a proxy or getter throws while a value is examined, the value is unusable. */
export function looking<T>(name: string, expected: string, value: unknown, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof WasmEdgeError) throw error;
    return refuse(name, expected, value);
  }
}

/** Names from other embeddings, and similarly spelled ones, for options. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  preopens: "Use 'directories' for host folders and 'scratch' for folders in memory.",
  dirs: "Use 'directories' for host folders and 'scratch' for folders in memory.",
  mounts: "Use 'directories' for host folders and 'scratch' for folders in memory.",
  functions: "Use 'imports' for host functions.",
  importObject: "Use 'imports' for host functions.",
  timeout: "The time limit is 'timeoutMs', in milliseconds.",
  returnOnExit: 'proc_exit never ends this process: the result has its code.',
  input: "The guest's input is 'stdin'.",
  memory: "Memory is limited by 'limits.memoryPages', in pages of 64 KiB.",
};

function hintFor(key: string, known: readonly string[]): string {
  const close = known.find((each) => each.toLowerCase() === key.toLowerCase());
  if (close !== undefined) return ` Did you mean '${close}'?`;
  return Object.hasOwn(ELSEWHERE, key) ? ` ${String(ELSEWHERE[key])}` : '';
}

/** An object with string keys that is neither an array nor bytes. */
export function recordOf(name: string, value: unknown): Record<string, unknown> {
  const isRecord =
    typeof value === 'object' &&
    value !== null &&
    !looking(name, 'an object', value, () => Array.isArray(value)) &&
    !ArrayBuffer.isView(value);
  if (!isRecord) refuse(name, 'an object', value);
  return value as Record<string, unknown>;
}

/** The names and values of an object, read once. */
export function entriesOf(name: string, value: unknown): [string, unknown][] {
  return looking(name, 'an object that can be read', value, () =>
    Object.entries(recordOf(name, value)),
  );
}

/** The elements of an array, with undefined for holes; the array's own methods are not called. */
export function elementsOf(name: string, value: unknown, expected: string): unknown[] {
  return looking(name, expected, value, () => {
    if (!Array.isArray(value)) return refuse(name, expected, value);
    // An array of length 2^32 - 1 costs nothing to create.
    if (value.length > MOST_ELEMENTS) return refuse(name, `${expected}, at most a million`, value);
    const elements: unknown[] = [];
    for (let index = 0; index < value.length; ++index) elements[index] = value[index];
    return elements;
  });
}

export function integer(
  name: string,
  value: unknown,
  { min, max, fallback }: { min: number; max: number; fallback: number },
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    refuse(name, `an integer from ${min} to ${max}`, value);
  }
  return value;
}

export function boolean(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') refuse(name, 'true or false', value);
  return value;
}

export function oneOf<T extends string>(
  name: string,
  value: unknown,
  allowed: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  if (!allowed.includes(value as T)) {
    refuse(name, allowed.map((each) => `'${each}'`).join(' or '), value);
  }
  return value as T;
}

/** A string without NUL characters, which the guest's C strings could not contain. */
export function text(name: string, value: unknown): string {
  if (typeof value !== 'string' || value.includes('\0')) {
    refuse(name, 'a string without NUL characters', value);
  }
  return value;
}

export function nonEmptyText(name: string, value: unknown): string {
  if (text(name, value) === '') refuse(name, 'a non-empty string', value);
  return value as string;
}

/** A list of strings: program arguments. */
export function textList(name: string, value: unknown): string[] {
  return elementsOf(name, value, 'an array of strings').map((each, index) =>
    text(`${name}[${index}]`, each),
  );
}

/** Environment variables, by name. */
export function environment(name: string, value: unknown): Record<string, string> {
  // Without a prototype, so that a variable may be named __proto__.
  const variables = Object.create(null) as Record<string, string>;
  for (const [key, each] of entriesOf(name, value)) {
    if (key === '' || key.includes('=') || key.includes('\0')) {
      refuse(`a name in ${name}`, "a non-empty string without '=' and NUL", key);
    }
    variables[key] = text(`${name}.${printable(key, 100)}`, each);
  }
  return variables;
}

/**
 * A signal from any realm or implementation, such as jsdom's: recognized by its capabilities, not
 * by its class.
 */
export function abortSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return value;
  const isOne = looking(name, 'an AbortSignal', value, () => isAbortSignal(value));
  return isOne ? (value as AbortSignal) : refuse(name, 'an AbortSignal', value);
}

function isAbortSignal(value: unknown): value is AbortSignal {
  if (Object.prototype.toString.call(value) !== '[object AbortSignal]') return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Determined by its type, not by properties that somebody added. */
function viewOf(value: ArrayBufferView): Uint8Array {
  const prototype = types.isDataView(value) ? DataView.prototype : TYPED_ARRAY;
  const size = Reflect.get(prototype, 'byteLength', value) as number;
  // Also one whose buffer was transferred.
  if (size === 0 && prototype === TYPED_ARRAY) return new Uint8Array();
  const buffer = Reflect.get(prototype, 'buffer', value) as ArrayBufferLike;
  return new Uint8Array(buffer, Reflect.get(prototype, 'byteOffset', value) as number, size);
}

/**
 * Bytes in any form accepted by Node's own functions, as a view, not a copy. `also` says what else
 * is accepted.
 */
export function bytes(name: string, value: unknown, also = ''): Uint8Array {
  try {
    if (ArrayBuffer.isView(value)) return viewOf(value);
    if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  } catch {
    refuse(name, 'bytes whose buffer has not been transferred', value);
  }
  return refuse(name, `${also}a Buffer, a typed array, a DataView or an ArrayBuffer`, value);
}
