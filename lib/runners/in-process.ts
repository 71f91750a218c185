import { setMaxListeners } from 'node:events';
import path from 'node:path';

import { WasmEdgeError, fromNative, nativeCall } from '../errors.js';
import { requireWithin, timeout } from '../limits.js';
import type { ResolvedLimits } from '../limits.js';
import type { NativeModule, NativeRequest, NativeResult, NativeRun } from '../native.js';
import { bytes, environment, optionsObject, refuse, textList } from '../options.js';
import type { RunOptions, RunResult } from '../types.js';

import { checkCall } from './arguments.js';
import type { CallResult, Runner } from './runner.js';

/** What a module gives to each of its invocations. */
export interface Defaults {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  limits: ResolvedLimits;
}

/** Runs the guest in this process, on the addon's own threads: a fresh instance per invocation. */
export class InProcessRunner implements Runner {
  readonly isolation = 'in-process';
  readonly #module: NativeModule;
  readonly #program: string;
  readonly #defaults: Defaults;

  /** Takes a started module. `file` gives the guest its program name. */
  constructor(module: NativeModule, file: string, defaults: Defaults) {
    this.#module = module;
    this.#program = path.basename(file);
    this.#defaults = defaults;
  }

  async run(options: RunOptions): Promise<RunResult> {
    const given = optionsObject('options', options, [
      'stdin',
      'args',
      'env',
      'signal',
      'timeoutMs',
    ]);
    const { args, env, limits } = this.#defaults;
    const request = this.#request(
      given.args === undefined ? args : textList('args', given.args),
      given.env === undefined ? env : { ...env, ...environment('env', given.env) },
      stdinBytes(given.stdin),
      timeout('timeoutMs', given.timeoutMs) ?? limits.timeoutMs,
    );
    const result = await this.#submit(request, abortSignal(given.signal));
    return {
      stdout: result.stdout,
      stderr: result.stderr,
      exitCode: result.exitCode & 0xff,
      timings: result.timings,
    };
  }

  async call(name: string, args: readonly unknown[]): Promise<CallResult> {
    const checked = checkCall(this.#module.exports, name, args);
    const { args: programArgs, env, limits } = this.#defaults;
    const request = this.#request(programArgs, env, undefined, limits.timeoutMs);
    const result = await this.#submit({ ...request, function: name, arguments: checked });
    if (result.exited) {
      const exitCode = result.exitCode & 0xff;
      throw new WasmEdgeError(
        'ERR_GUEST_EXIT',
        `The guest called proc_exit(${exitCode}) instead of returning from '${name}'.`,
        {
          exitCode,
          stdout: result.stdout,
          stderr: result.stderr,
          timings: result.timings,
        },
      );
    }
    return { value: result.value, timings: result.timings };
  }

  close(): Promise<void> {
    return nativeCall(() => this.#module.close());
  }

  #request(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    stdin: Uint8Array | undefined,
    timeoutMs: number | undefined,
  ): NativeRequest {
    const request = {
      args: [this.#program, ...args],
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

  #start(request: NativeRequest): NativeRun {
    try {
      return this.#module.run(request);
    } catch (error) {
      throw fromNative(error);
    }
  }

  async #submit(request: NativeRequest, signal?: AbortSignal): Promise<NativeResult> {
    if (signal?.aborted) throw aborted(signal);
    // In this very tick, so that an abort right after finds its run.
    const { promise, ticket } = this.#start(request);
    // The addon measures the time of what runs by itself; what waits in the queue, nobody does.
    const timer =
      request.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#module.stop(ticket, 'timeout');
          }, request.timeoutMs);
    const abort = (): void => {
      this.#module.stop(ticket, 'aborted');
    };
    if (signal) {
      // Any number of runs may share a signal; each takes its listener away again.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
    }
    try {
      return await nativeCall(() => promise);
    } catch (error) {
      if (signal && error instanceof WasmEdgeError && error.code === 'ERR_ABORTED') {
        throw aborted(signal, error);
      }
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

function aborted(signal: AbortSignal, error?: WasmEdgeError): WasmEdgeError {
  return new WasmEdgeError('ERR_ABORTED', 'The invocation was aborted.', {
    cause: signal.reason,
    ...(error?.stdout && { stdout: error.stdout }),
    ...(error?.stderr && { stderr: error.stderr }),
    ...(error?.timings && { timings: error.timings }),
  });
}

function abortSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  return refuse('signal', 'an AbortSignal', value);
}

function stdinBytes(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? Buffer.from(value) : bytes('stdin', value);
}
