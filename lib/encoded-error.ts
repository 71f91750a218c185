import { WasmEdgeError } from './errors.js';
import type { WasmEdgeErrorCode, WasmEdgeErrorDetails } from './errors.js';

/** An error as JSON, the bytes of its stdout and stderr beside it; with all its causes. */
export interface EncodedError {
  /** Of the family, or one of JavaScript's own. */
  family: boolean;
  name: string;
  message: string;
  stack?: string;
  /** `code`, `trap`, `limit`, `syscall`, …: whatever else it carries that is a simple value. */
  fields: Record<string, unknown>;
  /** The places of its stdout and stderr in the array of byte arrays. */
  stdout?: number;
  stderr?: number;
  cause?: EncodedError;
}

// Causes may form a circle.
const MAX_CAUSES = 8;

/** Encodes anything that was thrown; `arrays` gets the bytes. */
export function encodeError(thrown: unknown, arrays: Uint8Array[], depth = 0): EncodedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const fields: Record<string, unknown> = {};
  const encoded: EncodedError = {
    family: error instanceof WasmEdgeError,
    name: error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
    fields,
  };
  for (const [key, value] of Object.entries(error)) {
    if (Buffer.isBuffer(value) && (key === 'stdout' || key === 'stderr')) {
      encoded[key] = arrays.push(value) - 1;
    } else if (key !== 'name' && isPlain(key, value)) {
      fields[key] = value;
    }
  }
  if (error.cause !== undefined && depth < MAX_CAUSES) {
    encoded.cause = encodeError(error.cause, arrays, depth + 1);
  }
  return encoded;
}

function isPlain(key: string, value: unknown): boolean {
  return key === 'timings' || typeof value === 'string' || typeof value === 'number';
}

/** The error again: of the same class where it is of the family, else an Error with its name. */
export function decodeError(encoded: EncodedError, arrays: readonly Buffer[]): Error {
  const { family, message, stack, stdout, stderr } = encoded;
  const { code, ...fields } = encoded.fields;
  const cause = encoded.cause && decodeError(encoded.cause, arrays);
  if (family) {
    const details: WasmEdgeErrorDetails = { ...fields };
    if (stdout !== undefined && arrays[stdout]) details.stdout = arrays[stdout];
    if (stderr !== undefined && arrays[stderr]) details.stderr = arrays[stderr];
    if (cause) details.cause = cause;
    return new WasmEdgeError(code as WasmEdgeErrorCode, message, details);
  }
  const error = new Error(message, cause && { cause });
  Object.assign(error, { ...fields, ...(code !== undefined && { code }) });
  // Its own name and where it came from, which this process cannot show.
  Object.defineProperty(error, 'name', { value: encoded.name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}
