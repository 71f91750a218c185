import { argumentsOfAccepted } from '../guest/accepted-pictures.js';
import { findGuest } from '../guest/guest-lookup.js';
import { findModel } from '../models/model-lookup.js';
import { loadLabelled } from '../module/load-module.js';
import type { LoadedModule } from '../module/loaded-module.js';
import type { RunResult } from '../options/types.js';

import { GuestFailure } from './failure.js';
import { millisecondsSince } from './log-line.js';
import type { Representation } from './representation.js';
import type { PictureSettings } from './settings.js';

/** The result of loading, for the log. */
export interface LoadRecord {
  module: string;
  mode: string;
  isolation: string;
  /** The file of the model `default`; absent if it was given as bytes. */
  model?: string;
  /** Its number of classes, as reported by the guest in the warm-up run. */
  classes?: number;
  /** Set if its model has no labels: answers then contain class numbers. */
  labels?: 'none';
  loadMs: number;
  warmUpMs?: number;
}

/** Limits of a run. */
export interface RunLimits {
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The module and its model, loaded and warmed up, which answer requests with pictures. */
export class PictureModule {
  readonly #module: LoadedModule;
  readonly #args: readonly string[];
  readonly #taskArgs: readonly string[];
  readonly #timeoutMs: number | undefined;

  private constructor(module: LoadedModule, { load, task }: PictureSettings) {
    this.#module = module;
    this.#args = load.args ?? [];
    this.#taskArgs = argumentsOf(task);
    this.#timeoutMs = load.limits?.timeoutMs;
  }

  /**
   * Loads the module and its model and classifies one picture, so that the first invocation finds
   * everything ready.
   *
   * @throws {WasmEdgeError} As `loadModule` and `LoadedModule.run`.
   * @throws {GuestFailure} If the guest fails with the picture.
   */
  static async load(
    settings: PictureSettings,
    onLoaded: (record: LoadRecord) => void,
  ): Promise<PictureModule> {
    const begin = performance.now();
    const { load } = settings;
    const found = load.models === undefined ? findModel() : undefined;
    const { module, withoutLabels } = await loadLabelled(
      settings.module ?? findGuest(settings.task.name),
      {
        ...load,
        ...(found && { models: { default: found } }),
      },
    );
    const record: LoadRecord = {
      module: module.file,
      mode: module.mode,
      isolation: module.isolation,
      ...modelOf(found ?? load.models?.['default']),
      // Models of other guests may have different outputs, or none.
      ...(withoutLabels.includes('default') && { labels: 'none' as const }),
      loadMs: millisecondsSince(begin),
    };
    const ready = new PictureModule(module, settings);
    if (settings.warmUp !== false) {
      const warmUp = performance.now();
      try {
        const { stdout } = await ready.run(settings.warmUp as Uint8Array, 'json');
        Object.assign(record, classesIn(stdout));
      } catch (error) {
        await module.close();
        throw error;
      }
      record.warmUpMs = millisecondsSince(warmUp);
    }
    onLoaded(record);
    return ready;
  }

  get isolation(): string {
    return this.#module.isolation;
  }

  /**
   * Processes a picture.
   *
   * @param options Time limit of the guest (the module's own limit applies as well), and a signal.
   * @throws {WasmEdgeError} As `LoadedModule.run`.
   * @throws {GuestFailure} If the guest exits with a code other than 0.
   */
  async run(
    picture: Uint8Array,
    representation: Representation,
    { timeoutMs, signal }: RunLimits = {},
  ): Promise<RunResult> {
    const limits = [timeoutMs, this.#timeoutMs].filter((each) => each !== undefined);
    const result = await this.#module.run({
      stdin: picture,
      args: [...this.#args, '--format', representation, ...this.#taskArgs],
      ...(limits.length > 0 && { timeoutMs: Math.min(...limits) }),
      ...(signal && { signal }),
    });
    if (result.exitCode !== 0) throw new GuestFailure(result);
    return result;
  }

  close(): Promise<void> {
    return this.#module.close();
  }
}

function modelOf(source: unknown): Pick<LoadRecord, 'model'> {
  const isOptions = typeof source === 'object' && source !== null && 'file' in source;
  const file = isOptions ? source.file : source;
  return typeof file === 'string' ? { model: file } : {};
}

/** Other guests may not report it. */
function classesIn(answer: Buffer): Pick<LoadRecord, 'classes'> {
  const classes = /"classes":(\d{1,9})[,}]/.exec(answer.toString('latin1', 0, 4096))?.[1];
  return classes === undefined ? {} : { classes: Number(classes) };
}

/** Arguments of the guest in addition to the format of its answer. */
function argumentsOf(task: PictureSettings['task']): string[] {
  return [
    ...(task.name === 'detect'
      ? ['--threshold', String(task.threshold)]
      : ['--top-k', String(task.topK)]),
    ...argumentsOfAccepted(task),
  ];
}
