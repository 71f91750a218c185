import { parseArgs } from 'node:util';

import { debian11 } from './package/debian11.mjs';
import { prebuild } from './package/prebuild.mjs';
import { architectures } from './package/prebuilds.mjs';
import { packageTools } from './package/tools.mjs';
import { runCommand } from './setup/index.mjs';
import { npmDependencies } from './setup/npm.mjs';
import { runSteps } from './setup/steps.mjs';

const help = `Builds the package's binaries in prebuilds/linux-ARCH.

Usage: npm run prebuild -- [--arch ARCH]… [--yes]

      --arch  ${architectures.join(' or ')}; by default that of this machine; the other one is cross-compiled
  -y, --yes   install missing system packages without asking
  -h, --help  print this text

These are the addon, WasmEdge's plug-ins and LiteRT, for every system with glibc 2.34 and GLIBCXX 3.4.29 or newer.
They are built in a Debian 11 that is created from packages of this machine's mirror and kept in the cache
(WASMEDGE_EMBED_CACHE, half a gigabyte). Requires root. Binaries of unchanged sources are not built again.
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      arch: { type: 'string', multiple: true, default: [process.arch] },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const unknown = values.arch.filter((arch) => !architectures.includes(arch));
  if (unknown.length > 0) {
    throw new Error(`--arch ${unknown.join(', ')}: expected ${architectures.join(' or ')}.`);
  }
  return values;
}

async function main({ arch, yes }) {
  const perArchitecture = arch.flatMap((each) => [debian11(each), prebuild(each)]);
  const context = { forTests: false, yes: Boolean(yes), photographs: [] };
  await runSteps([npmDependencies, packageTools, ...perArchitecture], context);
  return 0;
}

await runCommand(help, readOptions, main);
