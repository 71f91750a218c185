import { types } from 'node:util';

import { WasmEdgeError } from './errors.js';
import { printable } from './printable.js';

/** Throws the error for an option that is not of the expected form. */
export function refuse(name: string, expected: string, got: unknown): never {
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    `${name} must be ${expected}, got ${describe(got)}.`,
  );
}

/** A value in a message: short, on one line, and whatever it is without an error of its own. */
function describe(value: unknown): string {
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
    return 'an object that cannot be looked at';
  }
}

/** A plain object of options, or the empty one for undefined; no other keys than the known. */
export function optionsObject<K extends string>(
  name: string,
  value: unknown,
  known: readonly K[],
): Partial<Record<K, unknown>> {
  if (value === undefined) return {};
  const object = recordOf(name, value);
  for (const key of Object.keys(object)) {
    if (!known.includes(key as K)) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `${name} has an unknown option '${printable(key, 100)}'.${hintFor(key, known)} Known are: ${known.join(', ')}.`,
      );
    }
  }
  return object as Partial<Record<K, unknown>>;
}

/** What people who know other embeddings call it, or the option that is spelled nearly so. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  preopens: "Files that the guest may read go into 'files'; there are no folders.",
  dirs: "Files that the guest may read go into 'files'; there are no folders.",
  directories: "Files that the guest may read go into 'files'; there are no folders.",
  mounts: "Files that the guest may read go into 'files'; there are no folders.",
  imports: "Host functions in JavaScript are not there; host modules are named in 'hostModules'.",
  functions: "Host functions in JavaScript are not there; host modules are named in 'hostModules'.",
  timeout: "The time limit is 'timeoutMs', in milliseconds.",
  returnOnExit: 'proc_exit never ends this process: its code is in the result.',
  input: "What the guest reads is 'stdin'.",
  memory: "Memory is limited by 'limits.memoryPages', in pages of 64 KiB.",
};

function hintFor(key: string, known: readonly string[]): string {
  const close = known.find((each) => each.toLowerCase() === key.toLowerCase());
  if (close !== undefined) return ` It is spelled '${close}'.`;
  return Object.hasOwn(ELSEWHERE, key) ? ` ${String(ELSEWHERE[key])}` : '';
}

/** An object with string keys that is neither an array nor bytes. */
export function recordOf(name: string, value: unknown): Record<string, unknown> {
  const isRecord =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value);
  if (!isRecord) refuse(name, 'an object', value);
  return value as Record<string, unknown>;
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

/** A string without NUL characters, which the guest's C strings could not hold. */
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
  if (!Array.isArray(value)) refuse(name, 'an array of strings', value);
  return value.map((each, index) => text(`${name}[${index}]`, each));
}

/** Environment variables, by name. */
export function environment(name: string, value: unknown): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [key, each] of Object.entries(recordOf(name, value))) {
    if (key === '' || key.includes('=') || key.includes('\0')) {
      refuse(`a name in ${name}`, "a non-empty string without '=' and NUL", key);
    }
    variables[key] = text(`${name}.${key}`, each);
  }
  return variables;
}

/** One of any realm, or of another maker, such as jsdom: by what it can, not by its class. */
export function abortSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || isAbortSignal(value)) return value;
  return refuse(name, 'an AbortSignal', value);
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

/** Bytes in any form that Node's own functions take; a view, not a copy. `also` names what else is taken. */
export function bytes(name: string, value: unknown, also = ''): Uint8Array {
  if (types.isUint8Array(value)) return value;
  try {
    if (ArrayBuffer.isView(value)) {
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  } catch {
    refuse(name, 'bytes whose buffer was not transferred away', value);
  }
  return refuse(name, `${also}a Buffer, a typed array, a DataView or an ArrayBuffer`, value);
}
