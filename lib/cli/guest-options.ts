import { Option } from 'commander';
import type { Command } from 'commander';

import { DAMAGED, MOST_PIXELS } from '../guest/accepted-pictures.js';
import type { AcceptedPictures } from '../guest/accepted-pictures.js';
import type { Task } from '../guest/task.js';
import type { HandlerOptions } from '../lambda/types.js';
import { FITS, fittingOf } from '../models/fit.js';
import { findModel } from '../models/model-lookup.js';
import { AOT_MODES, ISOLATIONS, KERNELS } from '../module/load-settings.js';
import type {
  CompileLimits,
  Fit,
  InferenceOptions,
  Isolation,
  Kernels,
  Limits,
  LoadOptions,
} from '../options/types.js';
import { WasmEdgeError } from '../support/errors.js';

import { integerIn, share } from './parse.js';
import {
  collectArgument,
  collectDirectory,
  collectScratch,
  collectVariable,
} from './run/options.js';

/** Limits for compiling a module, as command options. */
export interface CompileLimitOptions {
  /** In seconds. */
  compileTimeout?: number;
  /** In MiB. */
  compileMemory?: number;
}

export function addCompileLimits(command: Command, ofTime: string, ofMemory: string): Command {
  return command
    .option(
      '--compile-timeout <seconds>',
      `time limit for compiling a module (default: ${ofTime})`,
      integerIn(1, 86_400),
    )
    .option(
      '--compile-memory <MiB>',
      `memory limit of the compiler (default: ${ofMemory})`,
      integerIn(1, 1 << 20),
    );
}

/** The same in the form of the package's functions. */
export function compileLimitsOf({
  compileTimeout,
  compileMemory,
}: CompileLimitOptions): CompileLimits {
  return {
    ...(compileTimeout !== undefined && { timeoutMs: compileTimeout * 1000 }),
    ...(compileMemory !== undefined && { memoryBytes: compileMemory * 2 ** 20 }),
  };
}

/** Which pictures to accept, in the handler's form. */
export function acceptedOf({ maxPixels, damaged }: AcceptedPictures): AcceptedPictures {
  return {
    ...(maxPixels !== undefined && { maxPixels }),
    ...(damaged !== undefined && { damaged }),
  };
}

/** How and where to run a model, as command options. */
export interface InferenceCommandOptions {
  threads: number;
  kernels: Kernels;
  rewrite: boolean;
  isolation: Isolation;
}

/**
 * The options of all commands for pictures: which guest and model to use, and how to run inference.
 */
export interface GuestOptions
  extends CompileLimitOptions, InferenceCommandOptions, AcceptedPictures {
  module?: string;
  untrusted?: true;
  model?: string;
  labels?: string;
  fit?: Fit;
  crop?: number;
  aot: NonNullable<LoadOptions['aot']>;
  /** In MiB. */
  memory?: number;
  fuel?: number;
}

export function addInferenceOptions(command: Command): Command {
  return command
    .option('--threads <n>', 'threads for one inference', integerIn(1, 64), 1)
    .addOption(
      new Option('--kernels <name>', 'inference kernels').choices(KERNELS).default('xnnpack'),
    )
    .option('--no-rewrite', 'run a uint8 model unchanged, without conversion to int8')
    .addOption(
      new Option('--isolation <name>', 'where the guest runs')
        .choices(ISOLATIONS)
        .default('in-process'),
    );
}

export function addGuestOptions(command: Command, task: Task = 'classify'): Command {
  const kind = task === 'detect' ? 'detection' : 'classification';
  command
    .option(
      '--module <file>',
      `the ${kind} guest, compiled or plain (default: the one in the package)`,
    )
    .option(
      '--untrusted',
      'do not trust the guest: accept only WebAssembly, and compile it here within limits',
    );
  addCompileLimits(command, 'none, 60 with --untrusted', 'none, 2048 with --untrusted');
  (task === 'detect'
    ? command.requiredOption(
        '--model <file>',
        'a .tflite detector that ends with TFLite_Detection_PostProcess, as SSD and EfficientDet do',
      )
    : command.option('--model <file>', 'a .tflite classifier (default: the best one available)')
  ).option('--labels <file>', 'its labels, one per line (default: found beside the model)');
  if (task === 'classify') addFitOptions(command);
  return addInferenceOptions(command)
    .addOption(
      new Option(
        '--aot <mode>',
        'auto: compile a plain guest once; off: interpret it; background: interpret it until it is compiled',
      )
        .choices(AOT_MODES)
        .default('auto'),
    )
    .option(
      '--max-pixels <n>',
      'pixel limit of a picture, width × height (default: 200000000)',
      integerIn(1, MOST_PIXELS),
    )
    .addOption(
      new Option(
        '--damaged <what>',
        'refuse or accept a JPEG that is cut or otherwise damaged; accept uses what is there (default: refuse)',
      ).choices(DAMAGED),
    )
    .option('--memory <MiB>', 'memory limit of the guest (default: 4096)', integerIn(1, 4096))
    .option(
      '--fuel <n>',
      'instruction limit; for a guest compiled with --meter, or compiled here',
      integerIn(1, Number.MAX_SAFE_INTEGER),
    );
}

/** Options for fitting pictures to a classifier. */
export function addFitOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--fit <name>',
        'stretch: the whole picture; cover: its middle, in the proportions of the input (default: stretch ' +
          'with --model, otherwise what the model was made for)',
      ).choices(FITS),
    )
    .option(
      '--crop <share>',
      'with --fit cover: the share of the middle to show, in both directions (default: 1)',
      share,
    );
}

/** Options for answering requests with a program. */
export interface ProgramOptions {
  task?: 'run';
  contentType?: string;
  cgi?: true;
  arg?: string[];
  env?: Record<string, string>;
  dir?: NonNullable<LoadOptions['directories']>;
  scratch?: string[];
}

export function addProgramOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--task <name>',
        'run: the module is any WASI program; the request body is its input, its output is the response ' +
          '(default: what the model is for)',
      ).choices(['run']),
    )
    .option(
      '--content-type <type>',
      'with --task run: content type of the responses (default: text/plain)',
    )
    .option('--cgi', 'with --task run: the program speaks CGI/1.1')
    .option(
      '--arg <text>',
      'with --task run: an argument of the program; can be repeated',
      collectArgument,
    )
    .option(
      '--env <name[=value]>',
      'with --task run: an environment variable of the program; without a value, it is inherited from this ' +
        'command; can be repeated (default: none)',
      collectVariable,
    )
    .option(
      '--dir <host[::guest][:rw|:copy]>',
      'with --task run: a folder, which the program finds under the name guest (default: the same as host); ' +
        'writable only with :rw, or with :copy in a copy in memory for each request; can be repeated',
      collectDirectory,
    )
    .option(
      '--scratch <guest>',
      'with --task run: a temporary folder in memory, empty for each request; can be repeated',
      collectScratch,
    );
}

/**
 * The same in the handler's form; undefined for tasks with pictures.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for a program's option without `--task run`.
 */
export function programOf({
  task,
  contentType,
  cgi,
  arg,
  env,
  dir,
  scratch,
}: ProgramOptions): HandlerOptions | undefined {
  const flags = { 'content-type': contentType, cgi, arg, env, dir, scratch };
  if (task !== undefined) {
    return {
      task,
      ...(contentType !== undefined && { contentType }),
      ...(cgi && { cgi }),
      ...(arg && { args: arg }),
      ...(env && { env }),
      ...(dir && { directories: dir }),
      ...(scratch && { scratch }),
    };
  }
  const [needless] = Object.entries(flags).find(([, value]) => value !== undefined) ?? [];
  if (needless === undefined) return undefined;
  throw new WasmEdgeError('ERR_INVALID_ARGUMENT', `--${needless} requires --task run.`);
}

const PAGES_PER_MIB = 16;

/** The limits of each invocation, with the command's own time limit. */
export function limitsOf({ memory, fuel }: GuestOptions, timeoutSeconds?: number): Limits {
  return {
    ...(memory !== undefined && { memoryPages: memory * PAGES_PER_MIB }),
    ...(fuel !== undefined && { fuel }),
    ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
  };
}

/** How to load the module: how far it is trusted, how it runs, and the limits for compiling it. */
export function trustOf(options: GuestOptions): Pick<LoadOptions, 'trusted' | 'compile' | 'aot'> {
  return {
    trusted: options.untrusted !== true,
    aot: options.aot,
    compile: compileLimitsOf(options),
  };
}

/** The guest of a server or consumer: what it is, and its limits. */
export function guestOf(options: GuestOptions & { concurrency: number }): Pick<
  HandlerOptions,
  'module' | 'isolation' | 'limits' | 'trusted' | 'compile' | 'aot'
> & {
  concurrency: number;
} {
  const { module, isolation, concurrency } = options;
  return {
    ...(module !== undefined && { module }),
    ...{ isolation, concurrency },
    ...trustOf(options),
    limits: limitsOf(options),
  };
}

export function inferenceOf({
  threads,
  kernels,
  rewrite,
}: InferenceCommandOptions): InferenceOptions {
  return { threads, kernels, rewrite };
}

/** A model in the form for `loadModule`, with a description for people. */
export interface ChosenModel {
  file: string;
  /** Absent if they are to be found beside the model. */
  labels?: string;
  fit?: Fit;
  crop?: number;
  /** Describes the model. */
  description: string;
}

export function chooseModel({
  model,
  labels,
  fit,
  crop,
}: Pick<GuestOptions, 'model' | 'labels' | 'fit' | 'crop'>): ChosenModel {
  const {
    fit: ownFit,
    crop: ownCrop,
    ...chosen
  }: ChosenModel = model === undefined ? findModel() : { file: model, description: model };
  // A crop only applies to one of the ways to fit.
  const fitting = fittingOf((option) => `--${option}`, {
    fit: fit ?? ownFit,
    crop: crop ?? (fit === undefined || fit === ownFit ? ownCrop : undefined),
  });
  return { ...chosen, ...(labels !== undefined && { labels }), ...fitting };
}
