import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { bytesOf } from '../../support/disk-usage.js';
import { withLibraries } from '../disk.js';
import { liteRt, root } from '../places.js';

import { addonCore } from './addon-core.js';
import type { Command, Definition, PreparationContext, Prepared } from './definition.js';
import { localBuild } from './local-build.js';

const run = promisify(execFile);

/** The same work in C++ alone: what a sandbox and JavaScript can approach at best. */
export const classification: Definition[] = [
  {
    name: 'native',
    title: 'C++ alone: libjpeg-turbo, LiteRT',
    workload: 'classification',
    group: 'native',
    notes: ['Neither WebAssembly nor Node.js: a lower bound, without isolation.'],
    prepare: (context) => prepare(context, []),
  },
];

/** The model alone, with each way in which LiteRT can run it. */
export const inference: Definition[] = [
  {
    name: 'inference-xnnpack',
    title: 'LiteRT, as this package runs the model',
    options: ['--kernels', 'xnnpack'],
  },
  {
    name: 'inference-two-threads',
    title: 'The same with two threads',
    options: ['--kernels', 'xnnpack', '--threads', '2'],
  },
  {
    name: 'inference-as-it-is',
    title: 'LiteRT, XNNPACK on the model as it is',
    options: ['--kernels', 'xnnpack', '--as-it-is'],
  },
  {
    name: 'inference-builtin',
    title: 'LiteRT, built-in kernels',
    options: ['--kernels', 'builtin'],
  },
].map(({ name, title, options }) => ({
  name,
  title,
  workload: 'inference',
  group: 'native',
  prepare: (context) => prepare(context, ['--inference-only', ...options]),
}));

async function prepare(
  { model, pictures, progress }: PreparationContext,
  options: string[],
): Promise<Prepared> {
  const program = await build(progress);
  const library = liteRt();
  const command = (...more: string[]): Command => ({
    command: program,
    args: [...options, ...more, model.file, ...pictures],
    env: { WASMEDGE_EMBED_LITERT: library.file },
  });
  return {
    serve: command(),
    coldStart: command('--cold-start'),
    versions: { LiteRT: library.version, 'libjpeg-turbo': await jpegVersion() },
    installed: [
      { part: 'LiteRT', bytes: bytesOf(library.file) },
      { part: 'program and libjpeg-turbo', bytes: bytesOf(...withLibraries(program)) },
      { part: 'model', bytes: bytesOf(model.file, model.labels) },
    ],
    labels: readFileSync(model.labels, 'utf8').split('\n'),
  };
}

const buildFolder = path.join(root, 'build', 'bench');

const build = localBuild({
  title: 'the C++ pipeline',
  language: 'C++',
  source: path.join(root, 'native', 'bench', 'CMakeLists.txt'),
  failure:
    'It could not be built; this requires CMake, a C++17 compiler and the headers of libjpeg-turbo ' +
    '(Debian: cmake g++ libjpeg62-turbo-dev).',
  commands: () => {
    // Where it can be used, nothing of it is compiled twice.
    const core = addonCore(root) ?? '';
    const options = ['-DWASMEDGE_EMBED_BENCH=ON', `-DWASMEDGE_EMBED_CORE=${core}`];
    const parallel = String(availableParallelism());
    return [
      ['cmake', ['-S', root, '-B', buildFolder, ...options]],
      ['cmake', ['--build', buildFolder, '--target', 'native_pipeline', '--parallel', parallel]],
    ];
  },
  program: path.join(buildFolder, 'native', 'bench', 'native_pipeline'),
});

async function jpegVersion(): Promise<string> {
  try {
    return (await run('pkg-config', ['--modversion', 'libjpeg'])).stdout.trim();
  } catch {
    return 'the system’s';
  }
}
