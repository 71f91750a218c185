// This package, in each isolation: does what a program that uses it would do.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type * as NativeDoor from '../../addon/native.js';
import type { loadModule as LoadModule } from '../../module/load-module.js';
import type { Isolation, Kernels, Timings } from '../../options/types.js';

import type { Answer, Mark, Workload } from './workload.js';

export interface EmbeddedSettings {
  isolation: Isolation;
  /** The compiled guest. */
  guest: string;
  /** Absent for a guest without inference. */
  model?: { file: string; labels: string };
  /** For a guest that only copies its input: so many bytes of the picture. */
  copiedBytes?: number;
  kernels: Kernels;
  concurrency: number;
  /** Loads one part after another, to measure each, instead of in parallel. */
  apart?: boolean;
}

const load = createRequire(__filename);

export async function create(settings: EmbeddedSettings, mark: Mark): Promise<Workload> {
  const { loadModule } = load('../../index.js') as { loadModule: typeof LoadModule };
  mark('require the package');
  if (settings.apart) await loadParts(settings, mark);
  const { isolation, guest, model, kernels, concurrency } = settings;
  const module = await loadModule(guest, {
    isolation,
    ...(model && { models: { default: model }, args: ['--format', 'json'] }),
    inference: { threads: 1, kernels },
    concurrency,
  });
  mark(settings.apart ? 'load and link the module' : 'load the module and the model');
  return {
    async run(picture): Promise<Answer> {
      const stdin = model ? picture : picture.subarray(0, settings.copiedBytes);
      const { stdout, stderr, exitCode, timings } = await module.run({ stdin });
      if (exitCode !== 0) throw new Error(`The guest exited with ${exitCode}: ${String(stderr)}`);
      const partsMs = partsOf(timings);
      return model ? { label: labelOf(stdout), partsMs } : { partsMs };
    },
    close: () => module.close(),
  };
}

/** Keeps the model loaded, so that the module, loaded later, finds it by its content. */
const held: unknown[] = [];

/** Does one after another what loading does in parallel. */
async function loadParts({ model, kernels }: EmbeddedSettings, mark: Mark): Promise<void> {
  const native = (load('../../addon/native.js') as typeof NativeDoor).addon();
  mark('load the addon');
  await native.runtime();
  mark('load libwasmedge');
  if (!model) return;
  const loaded = await native.Model.load(readFileSync(model.file), '');
  await loaded.prepare({ threads: 1, kernels, rewrite: true });
  mark('load LiteRT and the model');
  held.push(loaded);
}

function labelOf(stdout: Buffer): string {
  const { topK } = JSON.parse(stdout.toString()) as { topK: { label: string }[] };
  return topK[0]?.label ?? '';
}

function partsOf({
  instantiateMs,
  executeMs,
  inferenceMs,
}: Timings): NonNullable<Answer['partsMs']> {
  // An isolation that cannot measure inference only knows the time of the whole process.
  if (inferenceMs === undefined) return { process: instantiateMs + executeMs };
  return {
    instance: instantiateMs,
    decode: executeMs - inferenceMs,
    inference: inferenceMs,
  };
}
