import path from 'node:path';

import { WasmEdgeError, nativeCall } from '../errors.js';
import type { NativeModule, NativeResult } from '../native.js';
import { bytes, environment, optionsObject, textList } from '../options.js';
import type { RunOptions, RunResult } from '../types.js';

import { checkCall } from './arguments.js';
import type { Runner } from './runner.js';

/** Runs the guest in this process, on the addon's own threads: a fresh instance per invocation. */
export class InProcessRunner implements Runner {
  readonly isolation = 'in-process';
  readonly #module: NativeModule;
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  /** Takes a started module. `file` gives the guest its program name. */
  constructor(
    module: NativeModule,
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) {
    this.#module = module;
    this.#program = path.basename(file);
    this.#args = args;
    this.#env = env;
  }

  async run(options: RunOptions): Promise<RunResult> {
    const given = optionsObject('options', options, ['stdin', 'args', 'env']);
    const args = given.args === undefined ? this.#args : textList('args', given.args);
    const env =
      given.env === undefined ? this.#env : { ...this.#env, ...environment('env', given.env) };
    const result = await this.#submit(args, env, stdinBytes(given.stdin));
    return {
      stdout: result.stdout,
      stderr: result.stderr,
      exitCode: result.exitCode & 0xff,
      timings: result.timings,
    };
  }

  async call(name: string, args: readonly unknown[]): Promise<number | bigint | undefined> {
    const checked = checkCall(this.#module.exports, name, args);
    const result = await this.#submit(this.#args, this.#env, undefined, [name, checked]);
    if (result.exited) {
      const exitCode = result.exitCode & 0xff;
      throw new WasmEdgeError(
        'ERR_GUEST_EXIT',
        `The guest called proc_exit(${exitCode}) instead of returning from '${name}'.`,
        { exitCode, stdout: result.stdout, stderr: result.stderr },
      );
    }
    return result.value;
  }

  close(): Promise<void> {
    return nativeCall(() => this.#module.close());
  }

  #submit(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    stdin: Uint8Array | undefined,
    call?: readonly [string, readonly (number | bigint)[]],
  ): Promise<NativeResult> {
    return nativeCall(() =>
      this.#module.run({
        args: [this.#program, ...args],
        env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
        stdin,
        ...(call && { function: call[0], arguments: call[1] }),
      }),
    );
  }
}

function stdinBytes(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? Buffer.from(value) : bytes('stdin', value);
}
