import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { containerBase } from './container/base.mjs';
import { containerTools } from './container/buildah.mjs';
import { containerImage, defaultTag } from './container/image.mjs';
import { templateChecks } from './container/template.mjs';
import { runCommand } from './setup/index.mjs';
import { cacheFolder, setupFolder } from './setup/paths.mjs';
import { runSteps } from './setup/steps.mjs';
import { runEndToEnd } from './test/end-to-end.mjs';

const help = `Checks template.yaml, builds the Dockerfile without a Docker engine, and classifies through the image.

Usage: npm run test:container -- [--no-build] [--grep PATTERN] [--yes]

      --no-build  test the image that was built before
      --grep      only the tests whose names match
      --counts    where to write how many tests passed, failed and were skipped, as JSON
  -y, --yes       install missing system packages without asking
  -h, --help      this text

The repository is to be set up (npm run quickstart). Root is needed. The image is invoked by curl through AWS's
Runtime Interface Emulator inside it, in a network of its own. AWS's SAM CLI and cfn-lint, which check the template,
get a virtual environment of Python in the cache (WASMEDGE_EMBED_CACHE).
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      'no-build': { type: 'boolean' },
      grep: { type: 'string' },
      counts: { type: 'string', default: path.join(setupFolder, 'mocha-container.json') },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}

async function main(values) {
  const { counts, grep } = values;
  rmSync(counts, { force: true });
  const building = values['no-build'] ? [] : [containerBase, containerImage(defaultTag, [])];
  await runSteps([...templateChecks, containerTools, ...building], {
    forTests: true,
    yes: Boolean(values.yes),
    photographs: [],
  });
  return runEndToEnd('e2e/container.e2e', {
    counts,
    grep,
    env: {
      WASMEDGE_EMBED_CONTAINER_IMAGE: defaultTag,
      // Where the images are; tests have a cache of their own else.
      WASMEDGE_EMBED_CACHE: cacheFolder(),
    },
    // A network of the tests' own: the emulator's ports are free in it.
    through: ['unshare', '--net', '--', 'sh', '-ec', 'ip link set lo up; exec "$@"', 'sh'],
  });
}

await runCommand(help, readOptions, main);
