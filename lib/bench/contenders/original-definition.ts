import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { addon } from '../../addon/native.js';
import { defaultModel } from '../../models/model-lookup.js';
import { bytesOf } from '../../support/disk-usage.js';
import { withLibraries } from '../disk.js';
import { guestSource, liteRt, root, wasmedgeProgram } from '../places.js';

import { compiledModule } from './compiled-guest.js';
import { Unavailable } from './definition.js';
import type { Definition, PreparationContext, Prepared } from './definition.js';
import { TRIVIAL_BYTES, programPart } from './embedded-definitions.js';
import type { OriginalSettings } from './original.js';
import { childCommands } from './run-child.js';

const GUEST = 'image-classification-wasmedge-tensorflow';

/** What this package replaces, step by step. */
export const classification: Definition[] = [
  {
    name: 'original',
    title: "The original's way: spawn wasmedge",
    workload: 'classification',
    group: 'original',
    notes: [
      'A process for every picture: hexadecimal text in, the model embedded in the guest, the whole ' +
        "picture decoded by wasmedge_image, TensorFlow Lite's built-in kernels.",
      "LiteRT's built-in kernels are about 4 times faster than those of TensorFlow Lite 2.9 and 2.14, which " +
        'the original used: it was even slower than what is measured here.',
    ],
    prepare,
  },
];

/** The cost of spawning it, without our plug-ins. */
export const trivial: Definition[] = [
  {
    name: 'echo-original',
    title: 'Trivial guest, spawning wasmedge',
    workload: 'trivial',
    group: 'original',
    notes: ['As installed: unlike `subprocess`, which starts it without LLVM.'],
    prepare: prepareTrivial,
  },
];

async function prepareTrivial({ pictures, progress }: PreparationContext): Promise<Prepared> {
  const program = await wasmedgeProgram();
  const guest = await compiledModule(guestSource('echo'), progress);
  const settings: OriginalSettings = {
    command: program.file,
    args: [guest],
    env: {},
    copiedBytes: TRIVIAL_BYTES,
  };
  const runtime = await addon().runtime();
  return {
    ...childCommands('original.js', settings, pictures),
    versions: { WasmEdge: program.version },
    installed: [
      { part: 'WasmEdge and LLVM', bytes: bytesOf(...withLibraries(runtime.path)) },
      { part: 'wasmedge program', bytes: bytesOf(program.file) },
      { part: 'guest', bytes: bytesOf(guest) },
    ],
  };
}

async function prepare({ model, pictures, progress }: PreparationContext): Promise<Prepared> {
  const program = await wasmedgeProgram();
  const guest = await compiledModule(await embeddingGuest(model, progress), progress);
  const settings: OriginalSettings = {
    command: program.file,
    args: [guest],
    env: {
      WASMEDGE_PLUGIN_PATH: program.plugins,
      WASMEDGE_EMBED_INFERENCE: 'threads=1,kernels=builtin',
    },
  };
  const runtime = await addon().runtime();
  return {
    ...childCommands('original.js', settings, pictures),
    versions: { WasmEdge: program.version, LiteRT: liteRt().version },
    installed: [
      { part: 'LiteRT', bytes: bytesOf(liteRt().file) },
      { part: 'WasmEdge and LLVM', bytes: bytesOf(...withLibraries(runtime.path)) },
      programPart(program),
      { part: 'guest and model', bytes: bytesOf(guest) },
    ],
  };
}

/**
 * The guest with this model embedded: the existing build if that is its default model, otherwise a
 * new build.
 */
async function embeddingGuest(
  { file, labels }: PreparationContext['model'],
  progress: (what: string) => void,
): Promise<string> {
  if (path.resolve(file) === path.resolve(defaultModel().file)) return guestSource(GUEST);
  const workspace = path.join(root, 'wasm');
  if (!existsSync(path.join(workspace, GUEST))) {
    throw new Unavailable(
      'Its guest embeds the model, and its sources are in the repository only. It can be measured ' +
        'with the default model.',
    );
  }
  progress(`building the guest that embeds ${path.basename(file)}`);
  const target = path.join(root, 'build', 'bench', 'guest');
  const args = ['build', '--release', '--locked', '--target', 'wasm32-wasip1', '--package', GUEST];
  try {
    await promisify(execFile)(process.env['CARGO'] ?? 'cargo', [...args, '--target-dir', target], {
      cwd: workspace,
      env: {
        ...process.env,
        WASMEDGE_EMBED_GUEST_MODEL: path.resolve(file),
        WASMEDGE_EMBED_GUEST_LABELS: path.resolve(labels),
      },
      maxBuffer: 16 << 20,
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr ?? '').trim().split('\n').slice(-5).join('\n') || message;
    throw new Unavailable(
      "The guest that embeds the model could not be built ('npm run bench' finds Rust for WASI " +
        `itself): ${said}`,
    );
  }
  return path.join(target, 'wasm32-wasip1', 'release', `${GUEST}.wasm`);
}
