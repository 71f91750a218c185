import { WasmEdgeError, isError } from './errors.js';
import type { Trap, WasmEdgeErrorCode, WasmEdgeErrorDetails } from './errors.js';
import { receivedStack } from './guest-stack.js';
import { receivedFailures } from './inference-failures.js';
import { printable, printableLines } from './printable.js';
import {
  receivedAmount,
  receivedBoolean,
  receivedInteger,
  receivedOneOf,
  receivedRecord,
  receivedText,
} from './received.js';
import type { Timings } from './shared-types.js';

/** An error as JSON, with its causes; the bytes of its stdout and stderr are separate. */
export interface EncodedError {
  /** Whether it belongs to the family; otherwise it is one of JavaScript's own. */
  family: boolean;
  name: string;
  message: string;
  stack?: string;
  /** The {@link FAMILY_FIELDS}, or {@link SYSTEM_FIELDS}, that it has. */
  fields: Record<string, unknown>;
  /** Whether its stdout and stderr are in the byte arrays, in this order. */
  hasOutput?: boolean;
  cause?: EncodedError;
}

// Causes may form a cycle.
const MAX_CAUSES = 8;
// Together, escaped and in UTF-8, less than the maximum size of a frame's header.
export const MESSAGE_CHARACTERS = 16_384;
const CAUSE_CHARACTERS = 2048;
const FIELD_CHARACTERS = 1024;
/** {@link encodeError} never produces longer ones. */
const ANY_CHARACTERS = 1 << 20;

/** The fields of the family's errors apart from output, and how each is checked. */
const FAMILY_FIELDS = {
  code: (value: unknown) => receivedOneOf('a code', value, CODES),
  trap: (value: unknown) => receivedOneOf('a trap', value, TRAPS),
  limit: (value: unknown) => receivedField('a limit', value),
  exitCode: (value: unknown) => receivedInteger('an exit code', value, 0, 255),
  timings: (value: unknown) => receivedTimings(value),
  inferenceFailures: (value: unknown) => receivedFailures(value),
  guestStack: (value: unknown) => receivedStack(value),
  guestStackOmitted: (value: unknown) => receivedInteger('a number of frames', value, 1, 1e9),
};

/** The fields of system errors. */
const SYSTEM_FIELDS = {
  code: (value: unknown) => receivedField('a code', value),
  errno: (value: unknown) => receivedInteger('an errno', value, -(2 ** 31), 2 ** 31),
  syscall: (value: unknown) => receivedField('a syscall', value),
  path: (value: unknown) => receivedField('a path', value),
};

/**
 * Encodes anything that was thrown; its output is appended to `arrays`. Overlong messages are
 * truncated.
 */
export function encodeError(thrown: unknown, arrays: Uint8Array[], depth = 0): EncodedError {
  const error = isError(thrown) ? thrown : new Error(String(thrown));
  const family = error instanceof WasmEdgeError;
  const characters = depth === 0 ? MESSAGE_CHARACTERS : CAUSE_CHARACTERS;
  const encoded: EncodedError = {
    family,
    name: printable(error.name, 100),
    message: printableLines(error.message, characters),
    ...(error.stack !== undefined && { stack: printableLines(error.stack, FIELD_CHARACTERS) }),
    fields: {},
  };
  for (const key of Object.keys(family ? FAMILY_FIELDS : SYSTEM_FIELDS)) {
    const value = (error as unknown as Record<string, unknown>)[key];
    if (value === undefined) continue;
    encoded.fields[key] = typeof value === 'string' ? printable(value, FIELD_CHARACTERS) : value;
  }
  if (family && depth === 0 && error.stdout && error.stderr) {
    encoded.hasOutput = true;
    arrays.push(error.stdout, error.stderr);
  }
  if (error.cause !== undefined && depth < MAX_CAUSES) {
    encoded.cause = encodeError(error.cause, arrays, depth + 1);
  }
  return encoded;
}

/**
 * Decodes the error: to the same class if it belongs to the family, otherwise to an Error with its
 * name. Nothing that was sent is trusted: anything that does not have this form throws
 * {@link Malformed}, and only known fields are taken.
 */
export function decodeError(sent: unknown, arrays: readonly Buffer[], depth = 0): Error {
  const encoded = receivedRecord('an error', sent);
  const family = receivedBoolean('the family flag of an error', encoded['family']);
  const characters = depth === 0 ? MESSAGE_CHARACTERS : CAUSE_CHARACTERS;
  const message = printableLines(
    receivedText('an error message', encoded['message'], ANY_CHARACTERS),
    characters,
  );
  const given = receivedRecord("an error's fields", encoded['fields']);
  const cause =
    encoded['cause'] === undefined || depth >= MAX_CAUSES
      ? undefined
      : decodeError(encoded['cause'], arrays, depth + 1);
  if (family) {
    const { code, ...fields } = receivedFields(given);
    const details: WasmEdgeErrorDetails = { ...fields, ...(cause && { cause }) };
    const [stdout, stderr] = arrays;
    if (depth === 0 && encoded['hasOutput'] === true && stdout && stderr) {
      Object.assign(details, { stdout, stderr });
    }
    // Without a code, it does not belong to the family.
    return new WasmEdgeError(code ?? FAMILY_FIELDS.code(undefined), message, details);
  }
  const error = new Error(message, cause && { cause });
  Object.assign(error, checked(SYSTEM_FIELDS, given));
  // Its own name, and its stack, which this process cannot show.
  const name = receivedField("an error's name", encoded['name']);
  Object.defineProperty(error, 'name', { value: name, configurable: true });
  const { stack } = encoded;
  if (stack !== undefined) {
    error.stack = printableLines(receivedText('a stack', stack, ANY_CHARACTERS), FIELD_CHARACTERS);
  }
  return error;
}

/**
 * The fields of one of the family's errors, as reported by another process; nothing else in `given`
 * is used.
 */
export function receivedFields(
  given: Record<string, unknown>,
): Partial<{ [K in keyof typeof FAMILY_FIELDS]: ReturnType<(typeof FAMILY_FIELDS)[K]> }> {
  return checked(FAMILY_FIELDS, given);
}

/** The timings of an invocation, as reported by another process. */
export function receivedTimings(value: unknown): Timings {
  const given = receivedRecord('timings', value);
  const part = (name: keyof Timings): number => receivedAmount(name, given[name]);
  return {
    queueMs: part('queueMs'),
    instantiateMs: part('instantiateMs'),
    executeMs: part('executeMs'),
    ...(given['inferenceMs'] !== undefined && { inferenceMs: part('inferenceMs') }),
  };
}

function receivedField(what: string, value: unknown): string {
  return printable(receivedText(what, value, ANY_CHARACTERS), FIELD_CHARACTERS);
}

type Checks = Record<string, (value: unknown) => unknown>;

function checked<C extends Checks>(
  checks: C,
  given: Record<string, unknown>,
): { [K in keyof C]?: ReturnType<C[K]> } {
  const fields: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(checks)) {
    if (given[name] !== undefined) fields[name] = check(given[name]);
  }
  return fields as { [K in keyof C]?: ReturnType<C[K]> };
}

/** All members of a union, which the compiler checks. */
function all<T extends string>(members: Record<T, true>): readonly T[] {
  return Object.keys(members) as T[];
}

const CODES = all<WasmEdgeErrorCode>({
  ERR_MODULE_LOAD: true,
  ERR_MODULE_INVALID: true,
  ERR_LINK: true,
  ERR_TRAP: true,
  ERR_GUEST_EXIT: true,
  ERR_TIMEOUT: true,
  ERR_ABORTED: true,
  ERR_MEMORY_LIMIT: true,
  ERR_OUTPUT_LIMIT: true,
  ERR_LIMIT: true,
  ERR_HOST_FUNCTION: true,
  ERR_SNAPSHOT: true,
  ERR_STREAM: true,
  ERR_QUEUE_FULL: true,
  ERR_WORKER_DIED: true,
  ERR_CLOSED: true,
  ERR_MODEL: true,
  ERR_INVALID_ARGUMENT: true,
  ERR_BROKER: true,
  ERR_BUNDLE: true,
  ERR_BUILD: true,
  ERR_NATIVE_LOAD: true,
});

const TRAPS = all<Trap>({
  unreachable: true,
  abort: true,
  'stack-overflow': true,
  'memory-out-of-bounds': true,
  'table-out-of-bounds': true,
  'array-out-of-bounds': true,
  'divide-by-zero': true,
  'integer-overflow': true,
  'invalid-conversion-to-integer': true,
  'uninitialized-element': true,
  'undefined-element': true,
  'indirect-call-type-mismatch': true,
  'null-reference': true,
  'cast-failure': true,
  'uncaught-exception': true,
  'unaligned-atomic': true,
  'expected-shared-memory': true,
  'host-function': true,
});
