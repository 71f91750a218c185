import { loadModule } from '../module/load-module.js';
import type { LoadedModule } from '../module/loaded-module.js';
import type { RunResult } from '../options/types.js';
import { WasmEdgeError } from '../support/errors.js';

import { GuestFailure } from './failure.js';
import { millisecondsSince } from './log-line.js';
import type { LoadRecord, RunLimits } from './picture-module.js';
import { Problem } from './problem.js';
import type { Settings } from './settings.js';

/** A program, loaded: what makes an answer of whatever body. */
export class ProgramModule {
  readonly #module: LoadedModule;
  readonly #timeoutMs: number | undefined;

  private constructor(module: LoadedModule, { load }: Settings) {
    this.#module = module;
    this.#timeoutMs = load.limits?.timeoutMs;
  }

  /**
   * Loads the module. Nothing is run to warm it up: what a program does, it would do then.
   *
   * @throws {WasmEdgeError} As `loadModule`.
   */
  static async load(
    settings: Settings,
    onLoaded: (record: LoadRecord) => void,
  ): Promise<ProgramModule> {
    const begin = performance.now();
    // Settings have one for this task.
    const module = await loadModule(settings.module ?? '', settings.load);
    const { file, mode, isolation } = module;
    onLoaded({ module: file, mode, isolation, loadMs: millisecondsSince(begin) });
    return new ProgramModule(module, settings);
  }

  /**
   * Answers a body.
   *
   * @param env Variables of this run, over the module's.
   * @param options As of `PictureModule.run`.
   * @param stdout Takes the output piece by piece; without it the result has it.
   * @throws {WasmEdgeError} As `LoadedModule.run`.
   * @throws {Problem} 500, with the exit code, when the guest ends with another than 0.
   */
  async run(
    body: Uint8Array,
    env: Readonly<Record<string, string>> | undefined,
    { timeoutMs, signal }: RunLimits = {},
    stdout?: (piece: Buffer) => Promise<void> | undefined,
  ): Promise<RunResult> {
    const limits = [timeoutMs, this.#timeoutMs].filter((each) => each !== undefined);
    const run = this.#module.run({
      stdin: body,
      ...(env && { env }),
      ...(stdout && { stdout: (piece) => stdout(piece) }),
      ...(limits.length > 0 && { timeoutMs: Math.min(...limits) }),
      ...(signal && { signal }),
    });
    const result = await run.catch((error: unknown) => {
      // What the target refuses is told as itself.
      const refused = error instanceof WasmEdgeError && error.code === 'ERR_STREAM';
      throw refused && error.cause instanceof Problem ? error.cause : error;
    });
    if (result.exitCode === 0) return result;
    const { exitCode } = result;
    throw new Problem(
      500,
      `The program ended with exit code ${exitCode}. See the log for details.`,
      {
        cause: new GuestFailure(result),
      },
    );
  }

  close(): Promise<void> {
    return this.#module.close();
  }
}
