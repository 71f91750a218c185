import { loadModule } from '../module/load-module.js';
import type { LoadedModule } from '../module/loaded-module.js';
import type { RunResult } from '../options/types.js';
import { WasmEdgeError } from '../support/errors.js';

import { GuestFailure } from './failure.js';
import { millisecondsSince } from './log-line.js';
import type { LoadRecord, RunLimits } from './picture-module.js';
import { Problem } from './problem.js';
import type { Settings } from './settings.js';

/** A loaded program, which answers requests with any body. */
export class ProgramModule {
  readonly #module: LoadedModule;
  readonly #timeoutMs: number | undefined;

  private constructor(module: LoadedModule, { load }: Settings) {
    this.#module = module;
    this.#timeoutMs = load.limits?.timeoutMs;
  }

  /**
   * Loads the module. It is not run to warm up, because a program may have side effects.
   *
   * @throws {WasmEdgeError} As `loadModule`.
   */
  static async load(
    settings: Settings,
    onLoaded: (record: LoadRecord) => void,
  ): Promise<ProgramModule> {
    const begin = performance.now();
    // The settings always have one for this task.
    const module = await loadModule(settings.module ?? '', settings.load);
    const { file, mode, isolation } = module;
    onLoaded({ module: file, mode, isolation, loadMs: millisecondsSince(begin) });
    return new ProgramModule(module, settings);
  }

  /**
   * Processes a body.
   *
   * @param env Environment variables of this run, over the module's.
   * @param options As for `PictureModule.run`.
   * @param stdout Receives the output in chunks; without it, the result has the output.
   * @throws {WasmEdgeError} As `LoadedModule.run`.
   * @throws {Problem} 500, with the exit code, if the guest exits with a code other than 0.
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
      // An error of the target is reported as such.
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
