import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { containerBase } from './container/base.mjs';
import { buildah, containerTools, storage } from './container/buildah.mjs';
import { containerImage, defaultTag } from './container/image.mjs';
import { runImage } from './container/run.mjs';
import { runCommand } from './setup/index.mjs';
import { run } from './setup/processes.mjs';
import { runSteps } from './setup/steps.mjs';

const help = `Builds and runs the Dockerfile without a Docker engine, with Debian's buildah, as root.

Usage: npm run container -- build [--tag NAME] [--file DOCKERFILE] [--build-arg NAME=VALUE]… [--yes]
       npm run container -- run [--tag NAME] [--env NAME=VALUE]… [--entrypoint FILE] [-- COMMAND…]
       npm run container -- remove

build   creates a base image of Debian 13 from packages of this machine's mirror (once a week), then the image.
        MODEL and LABELS select another model of the repository, FIT and CROP how pictures are fitted to it.
run     runs it until it ends or is interrupted. It accepts invocations on port 8080 of this machine.
remove  removes all images and containers that this command created.

      --tag         name of the image, by default ${defaultTag}
      --file        the Dockerfile, by default the one at the root; another one is .devcontainer/Dockerfile
      --build-arg   an ARG of the Dockerfile
      --env         an environment variable of the function
      --entrypoint  a program of the image to run instead of its entry point
  -y, --yes         install missing system packages without asking
  -h, --help        print this text

Images are kept in the cache (WASMEDGE_EMBED_CACHE), which takes a few gigabytes during the build.
`;

const actions = {
  async build({ tag, file, 'build-arg': buildArguments, yes }) {
    const context = { forTests: false, yes: Boolean(yes), photographs: [] };
    await runSteps(
      [containerTools, containerBase(), containerImage(tag, buildArguments, file)],
      context,
    );
    return 0;
  },
  async run({ tag, env, entrypoint }, command) {
    return runImage(tag, { entryPoint: entrypoint, command, environment: env });
  },
  async remove() {
    await run(...buildah('rm', '--all'), { inherit: true });
    await run(...buildah('rmi', '--all', '--force'), { inherit: true });
    rmSync(storage, { recursive: true, force: true });
    return 0;
  },
};

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tag: { type: 'string', default: defaultTag },
      file: { type: 'string' },
      'build-arg': { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
      entrypoint: { type: 'string' },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [name] = positionals;
  if (!values.help && !Object.hasOwn(actions, name ?? '')) {
    throw new Error('Specify build, run or remove.');
  }
  return { ...values, positionals };
}

async function main({ positionals, ...values }) {
  const [name, ...rest] = positionals;
  return actions[name](values, rest);
}

await runCommand(help, readOptions, main);
