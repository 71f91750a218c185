import { chmodSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { sha256OfFile, writeAtomically } from '../../scripts/setup/files.mjs';
import { inspectMachine } from '../../scripts/setup/machine.mjs';
import { installLocked } from '../../scripts/setup/npm.mjs';
import { cacheFolder } from '../../scripts/setup/paths.mjs';
import { ask } from '../../scripts/setup/processes.mjs';
import { requirePrograms } from '../../scripts/setup/system/programs.mjs';
import { takeFromWheel } from '../../scripts/setup/wheel.mjs';

const pinned = JSON.parse(readFileSync(new URL('./emulator.json', import.meta.url), 'utf8'));
const clientSources = fileURLToPath(new URL('./client', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(path.join(clientSources, 'package.json'), 'utf8'));
const clientVersion = dependencies['aws-lambda-ric'];

const folder = path.join(cacheFolder(), 'lambda');
const clientFolder = path.join(folder, `aws-lambda-ric-${clientVersion}-${process.arch}`);

/** AWS's Runtime Interface Client for Node.js: the package. */
export const clientPackage = path.join(clientFolder, 'node_modules/aws-lambda-ric');
export const clientProgram = path.join(clientFolder, 'node_modules/.bin/aws-lambda-ric');
/** AWS's Runtime Interface Emulator. */
export const emulatorProgram = path.join(
  folder,
  `aws-lambda-rie-${pinned.version}-${process.arch}`,
);

/** What is needed to build the client, as Debian packages. */
const tools = {
  autoconf: 'autoconf',
  automake: 'automake',
  libtool: 'libtoolize',
  cmake: 'cmake',
  make: 'make',
  'g++': 'g++',
  // The client's node-gyp predates the Python versions without distutils.
  'python3-setuptools': async () =>
    (await ask('python3', ['-c', 'import distutils'])) !== undefined,
};

/** @type {import('../../scripts/setup/steps.mjs').Step[]} */
export const runtimeSteps = [
  {
    name: 'lambda-tools',
    title: 'Build tools',
    async run(context, task) {
      context.machine ??= await inspectMachine();
      return requirePrograms(tools, context, task);
    },
  },
  {
    name: 'lambda-emulator',
    title: `Runtime Interface Emulator of ${pinned.package} ${pinned.version}`,
    async run(context, task) {
      const { program, sha256 } = pinned.architectures[process.arch];
      if (sha256OfFile(emulatorProgram) === sha256) return 'up to date';
      const contents = await takeFromWheel(pinned, { [program]: sha256 }, context, task);
      writeAtomically(emulatorProgram, contents[program]);
      chmodSync(emulatorProgram, 0o755);
      return undefined;
    },
  },
  {
    name: 'lambda-client',
    title: `Runtime Interface Client, aws-lambda-ric ${clientVersion} (a minute or two)`,
    advice: 'See its log for errors of the build of libcurl or aws-lambda-cpp.',
    async run(_context, task) {
      if (existsSync(clientProgram)) return 'up to date';
      await installLocked(clientSources, clientFolder, task, {
        args: ['--ignore-scripts=false', '--foreground-scripts'],
        env: headers(),
      });
      return undefined;
    },
  },
];

/** Node's headers, if they were installed with it: otherwise node-gyp would download them. */
function headers() {
  const prefix = path.resolve(path.dirname(process.execPath), '..');
  const isThere = existsSync(path.join(prefix, 'include/node/node.h'));
  return isThere ? { npm_config_nodedir: prefix } : {};
}
