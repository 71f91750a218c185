import type { NativeResult } from '../../addon/native.js';
import type { CompileEvent } from '../../support/diagnostics.js';
import { decodeError, receivedTimings } from '../../support/encoded-error.js';
import { OUTPUTS } from '../../streams/run-streams.js';
import { WasmEdgeError } from '../../support/errors.js';
import { receivedFailures } from '../../support/inference-failures.js';
import { printableLines } from '../../support/printable.js';
import {
  Malformed,
  receivedAmount,
  receivedBoolean,
  receivedInteger,
  receivedList,
  receivedOneOf,
  receivedRecord,
  receivedText,
} from '../../support/received.js';
import type { ExternalDescription, ValueType } from '../../support/shared-types.js';

import type { CallEnding, CallProgress, MadeInstance } from '../instance-port.js';

import { receivedResults, receivedValue } from './encoded-value.js';
import type { HostCallAnswer } from './held-calls.js';
import type { StreamAnswer } from './held-streams.js';
import { unpackFiles } from './packed-files.js';
import { MAX_HEADER_BYTES } from './protocol.js';

// A worker process may be controlled by a guest that has broken out of WebAssembly. Nothing that it
// sends is used before the whole message has been checked, and nothing except what is named here.

/** A checked message from a worker process. */
export type Answer =
  | {
      type: 'externals';
      imports: ExternalDescription[];
      exports: ExternalDescription[];
      isLast: boolean;
    }
  | { type: 'ready'; mode: 'aot' | 'interpreter'; identity: string }
  | { type: 'failed'; error: WasmEdgeError }
  | ({ type: 'result'; result: NativeResult } & EndedRun)
  | ({ type: 'error'; error: WasmEdgeError } & EndedRun)
  | HostCallAnswer
  | StreamAnswer
  | { type: 'made'; id: number; made: Omit<MadeInstance, 'port'> }
  | { type: 'progress'; id: number; isPart: boolean; progress: CallProgress }
  | { type: 'accessed'; id: number; value: number | bigint | undefined; bytes: Buffer }
  | { type: 'pong' }
  | { type: 'warning'; code: string; message: string }
  | { type: 'compile-progress'; percent: number }
  | { type: 'compile'; event: Omit<CompileEvent, 'module'> };

/** What is reported of every run that has ended. */
export interface EndedRun {
  id: number;
  memory: number;
  /** Bytes that it has written to its lane. */
  streamed: readonly [stdout: number, stderr: number] | undefined;
}

const TYPES: readonly Answer['type'][] = [
  ...(['externals', 'ready', 'failed', 'result', 'error', 'pong', 'warning'] as const),
  ...(['compile', 'compile-progress'] as const),
  ...(['host-call', 'operated', 'not-operated'] as const),
  ...(['made', 'progress', 'accessed'] as const),
  ...(['stream-wanted', 'stream-output'] as const),
];
const KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const;
const VALUE_TYPES: readonly ValueType[] = [
  ...(['i32', 'i64', 'f32', 'f64', 'v128', 'funcref', 'externref', 'ref'] as const),
];
/** The warnings of this package that a worker process may emit. */
const WARNINGS = ['WASMEDGE_EMBED_INTERPRETED', 'WASMEDGE_EMBED_CACHE'] as const;
const WARNING_CHARACTERS = 4096;
const PATH_CHARACTERS = 16_384;
/** No module has more. */
const MAX_IMPORTS = 1_000_000;

/**
 * Parses a message of a worker process.
 *
 * @throws {Malformed} If it does not have the expected form.
 */
export function readAnswer(sent: unknown, arrays: readonly Buffer[]): Answer {
  const message = receivedRecord('a message', sent);
  const type = receivedOneOf("a message's type", message['type'], TYPES);
  switch (type) {
    case 'externals':
      return {
        type,
        imports: receivedList('imports', message['imports']).map(external),
        exports: receivedList('exports', message['exports']).map(external),
        isLast: receivedBoolean('whether it is the last', message['isLast']),
      };
    case 'ready':
      return {
        type,
        mode: receivedOneOf('a mode', message['mode'], ['aot', 'interpreter']),
        identity: receivedText('an identity', message['identity'], 200),
      };
    case 'failed':
      return { type, error: receivedError(message['error'], arrays) };
    case 'result':
      return { type, ...receivedRun(message), result: receivedResult(message['result'], arrays) };
    case 'error':
      return { type, ...receivedRun(message), error: receivedError(message['error'], arrays) };
    case 'host-call':
      return {
        type,
        id: receivedId('an id', message['id']),
        call: receivedId('a call', message['call']),
        index: receivedInteger('an index', message['index'], 0, MAX_IMPORTS),
        args: receivedList('arguments', message['arguments']).map(receivedValue),
      };
    case 'operated':
      return {
        type,
        ...receivedOperation(message),
        bytes: arrays[0],
        results: receivedList('results', message['results']).map(receivedValue),
      };
    case 'not-operated':
      return { type, ...receivedOperation(message), error: receivedError(message['error'], []) };
    case 'made':
      return {
        type,
        id: receivedId('an id', message['id']),
        made: receivedInstance(message, arrays),
      };
    case 'progress':
      return {
        type,
        id: receivedId('an id', message['id']),
        progress: receivedProgress(message, arrays),
        isPart: receivedBoolean('the part flag', message['isPart']),
      };
    case 'accessed': {
      const { value } = message;
      const [bytes = Buffer.alloc(0)] = arrays;
      return {
        type,
        id: receivedId('an id', message['id']),
        bytes,
        value: value === undefined ? undefined : receivedValue(value),
      };
    }
    case 'stream-wanted':
      return { type, id: receivedId('an id', message['id']) };
    case 'stream-output': {
      const [bytes = Buffer.alloc(0)] = arrays;
      return {
        type,
        id: receivedId('an id', message['id']),
        bytes,
        stream: receivedOneOf('a stream', message['stream'], OUTPUTS),
      };
    }
    case 'pong':
      return { type };
    case 'warning':
      return {
        type,
        code: receivedOneOf('a warning', message['code'], WARNINGS),
        message: printableLines(
          receivedText("a warning's message", message['message'], MAX_HEADER_BYTES),
          WARNING_CHARACTERS,
        ),
      };
    case 'compile-progress':
      return { type, percent: receivedInteger('a percentage', message['percent'], 0, 99) };
    case 'compile':
      return { type, event: receivedCompilation(message) };
  }
}

function receivedCompilation(message: Record<string, unknown>): Omit<CompileEvent, 'module'> {
  const { output, error } = message;
  return {
    totalMs: receivedAmount('a time', message['totalMs']),
    ...(output !== undefined && { output: receivedText('an output', output, PATH_CHARACTERS) }),
    ...(error !== undefined && { error: decodeError(error, []) }),
  };
}

function receivedOperation(message: Record<string, unknown>): { id: number; operation: number } {
  return {
    id: receivedId('an id', message['id']),
    operation: receivedId('an operation', message['operation']),
  };
}

function receivedId(what: string, sent: unknown): number {
  return receivedInteger(what, sent, 1, Number.MAX_SAFE_INTEGER);
}

function receivedRun(message: Record<string, unknown>): EndedRun {
  const { memory, streamed } = message;
  return {
    id: receivedId('an id', message['id']),
    memory: memory === undefined ? 0 : receivedAmount('memory', memory),
    streamed: streamed === undefined ? undefined : receivedCounts(streamed),
  };
}

function receivedCounts(sent: unknown): readonly [number, number] {
  const [stdout, stderr, ...more] = receivedList('what was written', sent).map((each) =>
    receivedInteger('bytes that were written', each, 0, Number.MAX_SAFE_INTEGER),
  );
  if (stdout === undefined || stderr === undefined || more.length > 0) {
    throw new Malformed('what was written to other than two outputs');
  }
  return [stdout, stderr];
}

function receivedInstance(
  message: Record<string, unknown>,
  arrays: readonly Buffer[],
): Omit<MadeInstance, 'port'> {
  const [stdout, stderr] = arrays;
  if (!stdout || !stderr) throw new Malformed('an instance without its output');
  return {
    stdout,
    stderr,
    exitCode: receivedInteger('an exit code', message['exitCode'], -(2 ** 31), 2 ** 32 - 1),
    exited: receivedBoolean('whether the guest exited', message['exited']),
    timings: receivedTimings(message['timings']),
  };
}

function receivedProgress(
  message: Record<string, unknown>,
  arrays: readonly Buffer[],
): CallProgress {
  const [results, stdout, stderr] = arrays;
  if (!results || !stdout || !stderr || results.length % 8 !== 0) {
    throw new Malformed('calls without their results');
  }
  const { ending } = message;
  return {
    calls: receivedInteger('how many calls', message['calls'], 0, 2 ** 32),
    results: new Uint8Array(results).buffer,
    stdout,
    stderr,
    ...(ending !== undefined && { ending: receivedEnding(ending) }),
  };
}

function receivedEnding(sent: unknown): CallEnding {
  const ending = receivedRecord('an ending', sent);
  const { error, exitCode, inferenceFailures } = ending;
  return {
    hasEnded: receivedBoolean('whether the instance ended', ending['hasEnded']),
    timings: receivedTimings(ending['timings']),
    ...(error !== undefined && { error: receivedError(error, []) }),
    ...(exitCode !== undefined && {
      exitCode: receivedInteger('an exit code', exitCode, -(2 ** 31), 2 ** 32 - 1),
    }),
    ...(inferenceFailures !== undefined && {
      inferenceFailures: receivedFailures(inferenceFailures),
    }),
  };
}

function receivedResult(sent: unknown, arrays: readonly Buffer[]): NativeResult {
  const result = receivedRecord('a result', sent);
  const [stdout, stderr, files = Buffer.alloc(0)] = arrays;
  if (!stdout || !stderr) throw new Malformed('a result without its output');
  const { value, inferenceFailures } = result;
  return {
    stdout,
    stderr,
    files: unpackFiles(files),
    exitCode: receivedInteger('an exit code', result['exitCode'], -(2 ** 31), 2 ** 32 - 1),
    exited: receivedBoolean('whether the guest exited', result['exited']),
    timings: receivedTimings(result['timings']),
    ...(inferenceFailures !== undefined && {
      inferenceFailures: receivedFailures(inferenceFailures),
    }),
    ...(value !== undefined && { value: receivedResults(value) }),
  };
}

/** Always one of the family: any other is a fault of the process. */
function receivedError(sent: unknown, arrays: readonly Buffer[]): WasmEdgeError {
  const error = decodeError(sent, arrays);
  if (error instanceof WasmEdgeError) return error;
  return new WasmEdgeError(
    'ERR_WORKER_DIED',
    `The worker process failed: ${error.name}: ${error.message}`,
    { cause: error },
  );
}

function external(sent: unknown): ExternalDescription {
  const given = receivedRecord('an import or export', sent);
  const types = (name: 'params' | 'results'): ValueType[] =>
    receivedList(name, given[name]).map((each) => receivedOneOf('a type', each, VALUE_TYPES));
  const text = (name: 'module' | 'name'): string =>
    receivedText(name, given[name], MAX_HEADER_BYTES);
  return {
    ...(given['module'] !== undefined && { module: text('module') }),
    name: text('name'),
    kind: receivedOneOf('a kind', given['kind'], KINDS),
    ...(given['type'] !== undefined && {
      type: receivedOneOf('a type', given['type'], VALUE_TYPES),
    }),
    ...(given['mutable'] !== undefined && {
      mutable: receivedBoolean('whether a global may change', given['mutable']),
    }),
    ...(given['params'] !== undefined && { params: types('params') }),
    ...(given['results'] !== undefined && { results: types('results') }),
  };
}
