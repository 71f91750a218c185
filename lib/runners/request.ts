import path from 'node:path';

import type { NativeRequest } from '../addon/native.js';
import { requireWithin, timeout } from '../options/limits.js';
import type { ResolvedLimits } from '../options/limits.js';
import { runFiles } from '../guest/guest-files.js';
import {
  abortSignal,
  bytes,
  environment,
  integer,
  optionsObject,
  refuse,
  text,
  textList,
} from '../options/validation.js';
import type { CallOptions, InstantiateOptions, RunOptions } from '../options/types.js';
import { inputSource, isInputStream } from '../streams/input-source.js';
import { destination } from '../streams/output-sink.js';
import type { Destination } from '../streams/output-sink.js';
import { RunStreams } from '../streams/run-streams.js';
import { WasmEdgeError } from '../support/errors.js';
import type { Isolation } from '../support/shared-types.js';

import type { InstanceRequest, SingleCall } from './instance-port.js';

const KNOWN = [
  ...(['stdin', 'stdout', 'stderr', 'argv0', 'args', 'env', 'files', 'collect'] as const),
  ...(['signal', 'timeoutMs'] as const),
] as const;

/** What a module provides to each of its invocations. */
export interface InvocationDefaults {
  isolation: Isolation;
  argv0: string | undefined;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  limits: ResolvedLimits;
  concurrency: number;
  maxQueue: number;
  maxWaiting: number;
}

/** An exported function to call instead of the program, with checked arguments. */
export type FunctionCall = Pick<NativeRequest, 'function' | 'arguments'>;

/** An invocation whose options have been checked. */
export interface CheckedInvocation {
  /** For an executor: plain data. */
  request: NativeRequest;
  signal: AbortSignal | undefined;
  /** The option that set the effective time limit. */
  timeoutOption: 'timeoutMs' | 'limits.timeoutMs';
  /** Its standard streams; must be ended, whatever happens. */
  streams: RunStreams | undefined;
}

/**
 * Checks the caller's options for one invocation, in the same way for every isolation, and creates
 * the request.
 *
 * @param file The module's file, as given.
 */
export function checkedInvocation(
  options: RunOptions,
  file: string,
  { isolation, argv0, args, env, limits }: InvocationDefaults,
  call?: FunctionCall,
): CheckedInvocation {
  const given = optionsObject('options', options, KNOWN);
  const ownArgs = given.args === undefined ? args : textList('args', given.args);
  const variables = given.env === undefined ? env : { ...env, ...environment('env', given.env) };
  const strings = {
    args: [programName(given.argv0, isolation) ?? argv0 ?? defaultName(file), ...ownArgs],
    env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  };
  const isStreamed = isInputStream(given.stdin);
  const stdin = isStreamed ? undefined : inputBytes(given.stdin);
  const timeoutMs = timeout('timeoutMs', given.timeoutMs) ?? limits.timeoutMs;
  requireWithin('argumentBytes', sizeOf([...strings.args, ...strings.env]), limits.argumentBytes);
  requireWithin('stdinBytes', stdin?.length ?? 0, limits.stdinBytes);
  const files = runFiles(given.files, limits.fileBytes);
  const collect = given.collect === undefined ? undefined : patterns(given.collect);
  const signal = abortSignal('signal', given.signal);
  return {
    // Here and in all else that is made for each run, a literal does not begin with a spread: if it
    // goes on after that, Node.js 20 gives it a shape of its own, which only a full collection frees.
    request: {
      args: strings.args,
      env: strings.env,
      stdin,
      timeoutMs,
      ...call,
      ...(files && { files }),
      ...(collect && { collect }),
    },
    signal,
    timeoutOption: given.timeoutMs === undefined ? 'limits.timeoutMs' : 'timeoutMs',
    // Last: from here on they are ours, and must be ended after a failure.
    streams: runStreams(given, limits.stdinBytes),
  };
}

/** The option `argv0`: the first of a guest's arguments. */
export function programName(value: unknown, isolation: Isolation): string | undefined {
  if (value === undefined) return undefined;
  if (isolation === 'subprocess') {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "The isolation 'subprocess' does not support argv0: WasmEdge's own program uses the module's " +
        "name. Use 'in-process' or 'worker-process'.",
    );
  }
  return text('argv0', value);
}

/** Like WasmEdge's program: the guest has the same name whatever the form of the module. */
function defaultName(file: string): string {
  return `${path.parse(file).name}.wasm`;
}

/** The maximum size of a kept instance's input in bytes: it is copied at once. */
const MOST_CALL_INPUT = 16 * 1024 * 1024;

/** Checks the caller's options for one call of a kept instance. */
export function checkedSingleCall(options: CallOptions, limits: ResolvedLimits): SingleCall {
  const given = optionsObject('options', options, ['stdin', 'signal', 'timeoutMs']);
  const stdin = inputBytes(given.stdin);
  requireWithin('stdinBytes', stdin?.length ?? 0, limits.stdinBytes);
  if ((stdin?.length ?? 0) > MOST_CALL_INPUT) {
    refuse('stdin', "at most 16 MiB (write more into the instance's memory)", given.stdin);
  }
  return {
    stdin,
    timeoutMs: timeout('timeoutMs', given.timeoutMs) ?? limits.timeoutMs,
    timeoutOption: given.timeoutMs === undefined ? 'limits.timeoutMs' : 'timeoutMs',
    signal: abortSignal('signal', given.signal),
  };
}

/** The resolved options of an instance to be created. */
export interface CheckedInstance {
  request: Omit<InstanceRequest, 'isNested'>;
  signal: AbortSignal | undefined;
  timeoutOption: 'timeoutMs' | 'limits.timeoutMs';
  maxQueue: number;
  onStdout: ((chunk: Buffer) => void) | undefined;
  onStderr: ((chunk: Buffer) => void) | undefined;
}

/** Checks the options of an instance. */
export function checkedInstance(
  options: InstantiateOptions,
  file: string,
  defaults: InvocationDefaults,
): CheckedInstance {
  const { argv0, args, env, stdout, stderr, signal, timeoutMs, maxQueue } = optionsObject(
    'options',
    options,
    ['argv0', 'args', 'env', 'stdout', 'stderr', 'signal', 'timeoutMs', 'maxQueue'],
  );
  const checked = checkedInvocation(
    {
      ...(argv0 !== undefined && { argv0 }),
      ...(args !== undefined && { args }),
      ...(env !== undefined && { env }),
      ...(signal !== undefined && { signal }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    } as RunOptions,
    file,
    defaults,
  );
  const { request, timeoutOption } = checked;
  return {
    request: { args: request.args, env: request.env, timeoutMs: request.timeoutMs },
    signal: checked.signal,
    timeoutOption,
    maxQueue: integer('maxQueue', maxQueue, { min: 0, max: 10_000_000, fallback: 1_000_000 }),
    onStdout: listener('stdout', stdout),
    onStderr: listener('stderr', stderr),
  };
}

function listener(name: string, value: unknown): ((chunk: Buffer) => void) | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'function') refuse(name, 'a function that receives the output', value);
  return value as (chunk: Buffer) => void;
}

/** Takes the streams over, all or none of them. */
function runStreams(
  { stdin, stdout, stderr }: Partial<Record<'stdin' | 'stdout' | 'stderr', unknown>>,
  stdinBytes: number,
): RunStreams | undefined {
  const isStreamed = isInputStream(stdin);
  const isPlain = (target: unknown): boolean => target === undefined || target === 'buffer';
  if (!isStreamed && isPlain(stdout) && isPlain(stderr)) return undefined;
  const source = isStreamed ? inputSource(stdin) : undefined;
  const taken: Destination[] = [];
  const take = (name: 'stdout' | 'stderr', target: unknown): Destination | undefined => {
    const found = destination(name, target);
    if (found) taken.push(found);
    return found;
  };
  try {
    const outputs = { stdout: take('stdout', stdout), stderr: take('stderr', stderr) };
    return new RunStreams({ stdin: source, ...outputs }, stdinBytes);
  } catch (error) {
    source?.cancel();
    for (const each of taken) if (each !== 'inherit') each.release();
    throw error;
  }
}

function patterns(value: unknown): string[] {
  return textList('collect', value).map((pattern, index) =>
    pattern.startsWith('/')
      ? pattern
      : refuse(`collect[${index}]`, "a pattern of absolute paths, such as '/tmp/out/**'", pattern),
  );
}

/** The size of C strings, in bytes. */
function sizeOf(strings: readonly string[]): number {
  return strings.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 0);
}

function inputBytes(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? Buffer.from(value) : bytes('stdin', value, 'a string, ');
}
