import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { addon } from '../../addon/native.js';
import { guestSource, root } from '../places.js';

import { compiledModule } from './compiled-guest.js';
import { KERNELS } from './compute-kernels.js';
import type { ComputeKernel, ComputeSettings } from './compute-kernels.js';
import type { Command, Definition } from './definition.js';
import { localBuild } from './local-build.js';
import { childCommands } from './run-child.js';

const run = promisify(execFile);

/** Each kernel in WasmEdge, in V8, and as native code. */
export const compute: Definition[] = KERNELS.flatMap((kernel) => [
  embedded(kernel),
  nodeWasi(kernel),
  native(kernel),
]);

function embedded(kernel: ComputeKernel): Definition {
  return {
    name: nameOf(kernel, 'in-process'),
    title: `${kernel.title}: wasmedge-embed`,
    workload: 'compute',
    group: 'embedded',
    prepare: async ({ pictures, progress }) => {
      const guest = await compiledModule(guestSource('compute'), progress);
      const settings: ComputeSettings = { guest, kernel };
      return {
        ...childCommands('compute-embedded.js', settings, pictures),
        versions: { WasmEdge: (await addon().runtime()).version },
        installed: [],
      };
    },
  };
}

function nodeWasi(kernel: ComputeKernel): Definition {
  return {
    name: nameOf(kernel, 'node-wasi'),
    title: `${kernel.title}: V8 with node:wasi`,
    workload: 'compute',
    group: 'peer',
    notes: ['The event loop is blocked during the call.'],
    prepare: async ({ pictures }) => {
      const settings: ComputeSettings = { guest: guestSource('compute'), kernel };
      return Promise.resolve({
        ...childCommands('compute-node-wasi.js', settings, pictures),
        versions: { 'Node.js': process.versions.node, V8: process.versions.v8 },
        installed: [],
      });
    },
  };
}

function native(kernel: ComputeKernel): Definition {
  return {
    name: nameOf(kernel, 'native'),
    title: `${kernel.title}: native code`,
    workload: 'compute',
    group: 'native',
    notes: ['The same source, compiled by rustc for this processor. No isolation.'],
    prepare: async ({ progress }) => {
      const program = await build(progress);
      const command = (...more: string[]): Command => ({
        command: program,
        args: [kernel.name, String(kernel.size), String(kernel.checksum), ...more],
      });
      return {
        ...{ serve: command(), coldStart: command('--cold-start') },
        versions: { rustc: (await run('rustc', ['--version'])).stdout.trim() },
        installed: [],
      };
    },
  };
}

/** The contender's name: that of the export, with hyphens, and where it runs. */
export function nameOf({ name }: ComputeKernel, where: string): string {
  return `compute-${name.replace('_', '-')}-${where}`;
}

const workspace = path.join(root, 'wasm');
const buildFolder = path.join(root, 'build', 'bench', 'compute');

const build = localBuild({
  title: 'the native kernels',
  language: 'Rust',
  source: path.join(workspace, 'compute'),
  failure: 'The native kernels could not be built, which requires cargo and rustc:',
  commands: () => {
    const which = ['--package', 'compute', '--example', 'native'];
    const args = ['build', '--release', '--locked', ...which, '--target-dir', buildFolder];
    const env = { ...process.env, RUSTFLAGS: '-C target-cpu=native' };
    return [['cargo', args, { cwd: workspace, env }]];
  },
  program: path.join(buildFolder, 'release', 'examples', 'native'),
});
