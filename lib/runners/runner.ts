import path from 'node:path';

import type { NativeRequest, NativeResult } from '../addon/native.js';
import { checkCall } from '../host/arguments.js';
import { requireWithin, timeout } from '../options/limits.js';
import type { ResolvedLimits } from '../options/limits.js';
import {
  abortSignal,
  bytes,
  elementsOf,
  environment,
  optionsObject,
  textList,
} from '../options/validation.js';
import type { InvokeResult, RunOptions, RunResult } from '../options/types.js';
import { WasmEdgeError } from '../support/errors.js';
import type { ExternalDescription, Isolation } from '../support/shared-types.js';

import { earlyEndError } from './early-end.js';
import { inWords } from './end-message.js';
import type { Executor } from './executor.js';

/** What a module gives to each of its invocations. */
export interface Defaults {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  limits: ResolvedLimits;
  concurrency: number;
  maxQueue: number;
}

/** What is known of a module once it is loaded, in any isolation. */
export interface ModuleFacts {
  /** Its file as it was given; the guest's program name comes of it. */
  file: string;
  /** Whether the guest runs as compiled code or is interpreted. */
  mode: 'aot' | 'interpreter';
  imports: readonly ExternalDescription[];
  exports: readonly ExternalDescription[];
}

/**
 * One contract for every isolation: checks what the caller gives, makes the request of it, and
 * makes the result of how it ended.
 */
export class Runner {
  readonly #executor: Executor;
  readonly #facts: ModuleFacts;
  readonly #defaults: Defaults;

  constructor(executor: Executor, facts: ModuleFacts, defaults: Defaults) {
    this.#executor = executor;
    this.#facts = facts;
    this.#defaults = defaults;
  }

  get isolation(): Isolation {
    return this.#executor.isolation;
  }

  async run(options: RunOptions): Promise<RunResult> {
    const { exports, file } = this.#facts;
    if (!exports.some((each) => each.kind === 'function' && each.name === '_start')) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `${file} is not a program: it exports no function '_start'. Call its functions with call() or invoke().`,
      );
    }
    const { stdout, stderr, exitCode, timings } = await this.#execute(options);
    return { stdout, stderr, exitCode: exitCode & 0xff, timings };
  }

  async invoke(name: string, args: readonly unknown[], options: RunOptions): Promise<InvokeResult> {
    const values = elementsOf('args', args, 'an array of numbers and bigints');
    const checked = checkCall(this.#facts.exports, name, values);
    const result = await this.#execute(options, { function: name, arguments: checked });
    const { stdout, stderr, timings } = result;
    if (result.exited) {
      const exitCode = result.exitCode & 0xff;
      throw new WasmEdgeError(
        'ERR_GUEST_EXIT',
        `The guest called proc_exit(${exitCode}) instead of returning from '${name}'.`,
        { exitCode, stdout, stderr, timings },
      );
    }
    return { value: result.value, stdout, stderr, timings };
  }

  async #execute(
    options: RunOptions,
    call?: Pick<NativeRequest, 'function' | 'arguments'>,
  ): Promise<NativeResult> {
    const given = optionsObject('options', options, [
      'stdin',
      'args',
      'env',
      'signal',
      'timeoutMs',
    ]);
    const { args, env, limits, concurrency, maxQueue } = this.#defaults;
    const request = this.#request(
      given.args === undefined ? args : textList('args', given.args),
      given.env === undefined ? env : { ...env, ...environment('env', given.env) },
      stdinBytes(given.stdin),
      timeout('timeoutMs', given.timeoutMs) ?? limits.timeoutMs,
    );
    const signal = abortSignal('signal', given.signal);
    try {
      if (signal?.aborted) throw earlyEndError('aborted');
      return await this.#executor.execute({ ...request, ...call }, signal);
    } catch (error) {
      if (!(error instanceof WasmEdgeError)) throw error;
      const facts = {
        file: this.#facts.file,
        timeoutMs: request.timeoutMs,
        timeoutOption: given.timeoutMs === undefined ? 'limits.timeoutMs' : 'timeoutMs',
        concurrency,
        maxQueue,
      } as const;
      throw inWords(error, facts, error.code === 'ERR_ABORTED' ? signal?.reason : error.cause);
    }
  }

  /** Takes no more invocations and settles when those that were accepted have settled. */
  close(): Promise<void> {
    return this.#executor.close();
  }

  #request(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    stdin: Uint8Array | undefined,
    timeoutMs: number | undefined,
  ): NativeRequest {
    const request = {
      // As WasmEdge's program has it: whatever form the module has, the guest's name is one.
      args: [`${path.parse(this.#facts.file).name}.wasm`, ...args],
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      stdin,
      timeoutMs,
    };
    const { argumentBytes, stdinBytes } = this.#defaults.limits;
    const strings = [...request.args, ...request.env];
    requireWithin(
      'argumentBytes',
      strings.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 0),
      argumentBytes,
    );
    requireWithin('stdinBytes', stdin?.length ?? 0, stdinBytes);
    return request;
  }
}

function stdinBytes(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? Buffer.from(value) : bytes('stdin', value, 'a string, ');
}
