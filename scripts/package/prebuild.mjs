import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { inside } from '../container/root.mjs';
import { parallel } from '../setup/addon.mjs';
import { copyAtomically } from '../setup/files.mjs';
import { placeLiteRt } from '../setup/litert.mjs';
import { inspectMachine } from '../setup/machine.mjs';
import { root } from '../setup/paths.mjs';
import { debian11Folder, toolPrefix } from './debian11.mjs';
import {
  addonName,
  liteRtName,
  nativeSources,
  pluginCoreName,
  pluginFiles,
  prebuildFolder,
  recordName,
  recordOf,
  stateOfPrebuild,
} from './prebuilds.mjs';
import { nodeFolder } from './tools.mjs';

/** The oldest supported Node.js; the addon is a single Node-API binary for all versions. */
const nodeLine = 20;
/** CMake's names of processors. */
const processors = { x64: 'x86_64', arm64: 'aarch64' };

/**
 * The addon by prebuildify, the plug-ins by CMake, both by Debian 11's GCC; LiteRT beside them.
 *
 * @param {string} arch as in `process.arch`
 * @returns {import('../setup/steps.mjs').Step}
 */
export function prebuild(arch) {
  return {
    name: `prebuild-${arch}`,
    title: `Prebuild for linux-${arch} (some minutes)`,
    advice: 'Fix the errors of the compiler, then run this command again.',

    async run(context, task) {
      if (stateOfPrebuild(arch) === 'current') return 'up to date';
      context.machine ??= await inspectMachine();
      const system = debian11Folder(arch);
      const sources = path.join(system, 'build');
      rmSync(sources, { recursive: true, force: true });
      for (const name of [...nativeSources, 'binding.gyp', 'package.json']) {
        cpSync(path.join(root, name), path.join(sources, name), { recursive: true });
      }
      const run = (words) =>
        task.exec(
          ...inside(system, { binds: binds(), cwd: '/build', env: environmentFor(arch) }, words),
        );

      await run([
        ...['node', 'node_modules/prebuildify/bin.js', '--napi', '--tag-libc', '--strip'],
        ...['--arch', arch, '--target', `node@${nodeLine}.0.0`],
      ]);
      await run([
        ...['cmake', '-S', 'native', '-B', 'plugins', '-DCMAKE_BUILD_TYPE=Release'],
        ...['-DCMAKE_SYSTEM_NAME=Linux', `-DCMAKE_SYSTEM_PROCESSOR=${processors[arch]}`],
      ]);
      await run([
        ...['cmake', '--build', 'plugins', '--target', 'plugin', '--parallel', String(parallel)],
      ]);
      const libraries = [`plugins/Release/${pluginCoreName}`].concat(
        pluginFiles.map((name) => `plugins/${name}`),
      );
      await run([`${toolPrefix(arch)}strip`, '--strip-unneeded', ...libraries]);

      // Created elsewhere, then moved into place: an interrupted prebuild leaves nothing.
      const target = prebuildFolder(arch);
      const fresh = `${target}.${process.pid}`;
      try {
        mkdirSync(path.join(fresh, 'plugin'), { recursive: true });
        const built = {
          [addonName]: `prebuilds/linux-${arch}/${addonName}`,
          [pluginCoreName]: `plugins/Release/${pluginCoreName}`,
          ...Object.fromEntries(pluginFiles.map((name) => [name, `plugins/${name}`])),
        };
        for (const [name, from] of Object.entries(built)) {
          copyAtomically(path.join(sources, from), path.join(fresh, name));
        }
        await placeLiteRt(arch, path.join(fresh, liteRtName), context, task);
        writeFileSync(path.join(fresh, recordName), recordOf(fresh));
        rmSync(target, { recursive: true, force: true });
        renameSync(fresh, target);
      } finally {
        rmSync(fresh, { recursive: true, force: true });
        rmSync(sources, { recursive: true, force: true });
      }
      return undefined;
    },
  };
}

function binds() {
  return {
    'opt/node': nodeFolder(nodeLine),
    'build/node_modules': path.join(root, 'node_modules'),
  };
}

function environmentFor(arch) {
  const prefix = toolPrefix(arch);
  return {
    PATH: '/opt/node/bin:/usr/bin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    // It includes its headers: nothing is downloaded.
    npm_config_nodedir: '/opt/node',
    JOBS: String(parallel),
    CC: `${prefix}gcc`,
    CXX: `${prefix}g++`,
    AR: `${prefix}ar`,
    PREBUILD_STRIP_BIN: `${prefix}strip`,
  };
}
