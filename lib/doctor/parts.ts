import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import path from 'node:path';

import { addonFile } from '../addon/addon-file.js';
import { addon } from '../addon/native.js';
import { compileModule } from '../compile/compile-module.js';
import { findGuest } from '../guest/guest-lookup.js';
import { findModel } from '../models/model-lookup.js';
import { openProgram } from '../runners/subprocess/program.js';
import { writableCacheDirectory } from '../support/cache-directory.js';
import { nativeCall } from '../support/errors.js';
import { packageRoot } from '../support/package-root.js';
import { glibcVersion, whyUnsupported } from '../support/platform.js';
import { withTemporaryFolder } from '../support/temporary-folder.js';

import { failed, ok, warning } from './finding.js';
import type { Check } from './finding.js';

/** The address space that WasmEdge reserves for each memory. */
const RESERVATION_BYTES = 12 * 2 ** 30;
/** The smallest module that is a program: `(module (func (export "_start")))`. */
const SMALLEST = Buffer.from(
  '0061736d01000000010401600000030201000' + '70a01065f7374617274' + '00000a040102000b',
  'hex',
);

/** The things that the package needs, each checked separately and before anything is run. */
export const PARTS: readonly Check[] = [
  {
    name: 'Node.js',
    look: () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const isSupported =
        major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
      return isSupported
        ? ok(`${process.version}, ${process.execPath}`)
        : failed(process.version, 'Install Node.js 20.19, 22.12 or newer.');
    },
  },
  {
    name: 'System',
    look: () => {
      const obstacle = whyUnsupported();
      if (obstacle !== undefined) return failed(obstacle, 'Use it in a container with Debian 13.');
      const { platform, arch } = process;
      return ok(`${platform}-${arch}, glibc ${glibcVersion() ?? ''}, kernel ${release()}`);
    },
  },
  {
    name: '/proc',
    look: () =>
      existsSync('/proc/self/maps')
        ? ok('mounted')
        : failed(
            'not mounted',
            'Mount it: mount -t proc proc /proc. Without it, TensorFlow Lite cannot use its fast kernels.',
          ),
  },
  {
    name: 'Address space',
    look: () => {
      const limit = addressSpaceLimit();
      if (limit === undefined) return ok('unlimited');
      const memories = Math.floor(limit / RESERVATION_BYTES);
      const text = `${(limit / 2 ** 30).toFixed(1)} GiB (RLIMIT_AS), room for ${memories} guest memories`;
      const remedy = `Each invocation reserves 12 GiB of address space (not memory): ulimit -v unlimited`;
      return memories < 1 ? failed(text, remedy) : warning(text, remedy);
    },
  },
  {
    name: 'Addon',
    look: () => {
      addon();
      return ok(addonFile());
    },
  },
  {
    name: 'WasmEdge',
    look: async () => {
      const { version, path: file } = await nativeCall(() => addon().runtime());
      return ok(`${version}, ${file}`);
    },
  },
  {
    name: 'LLVM',
    look: () =>
      withTemporaryFolder(async (folder) => {
        const [input, output] = [path.join(folder, 'a.wasm'), path.join(folder, 'a.so')];
        await writeFile(input, SMALLEST);
        await compileModule(input, output);
        return ok('compiles a module ahead of time');
      }),
  },
  {
    name: 'LiteRT',
    look: async () => {
      await nativeCall(() => addon().inference());
      const pinned = await readFile(path.join(packageRoot(), 'native', 'litert.json'), 'utf8');
      const { version } = JSON.parse(pinned) as { version: string };
      return ok(`${version}, ${path.join(path.dirname(addonFile()), 'libLiteRt.so')}`);
    },
  },
  {
    name: "WasmEdge's program",
    look: async () => {
      const { file, version, env } = await openProgram(
        { program: undefined, plugins: undefined },
        {},
      );
      return ok(`${version}, ${file}, with the plug-ins in ${env['WASMEDGE_PLUGIN_PATH'] ?? ''}`);
    },
  },
  {
    name: 'Cache',
    look: () => {
      const folder = writableCacheDirectory('aot');
      statSync(folder);
      return ok(folder);
    },
  },
  { name: 'Guest', look: () => ok(findGuest()) },
  {
    name: 'Model',
    look: () => {
      const { file, description } = findModel();
      return existsSync(file)
        ? ok(`${file}: ${description}`)
        : failed(`${file} is missing`, "In a clone of the repository run 'npm run quickstart'.");
    },
  },
];

/**
 * The address space that this process may use, in bytes; undefined if it is unlimited or unknown.
 */
function addressSpaceLimit(): number | undefined {
  if (!existsSync('/proc/self/limits')) return undefined;
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const found = /^Max address space\s+(\d+)/m.exec(limits)?.[1];
  return found === undefined ? undefined : Number(found);
}
