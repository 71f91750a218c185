import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { root } from '../setup/paths.mjs';
import { baseImage } from './base.mjs';
import { buildah, imageSize } from './buildah.mjs';

export const defaultTag = 'localhost/image-classification:latest';

/** The image for development, and its Dockerfile. */
export const devContainer = {
  tag: 'localhost/wasmedge-embed-dev:latest',
  file: path.join(root, '.devcontainer/Dockerfile'),
};

/** This machine's trusted certificates and access to npm's registry; only for the build. */
const secrets = {
  certificates: process.env.SSL_CERT_FILE || '/etc/ssl/certs/ca-certificates.crt',
  npmrc: process.env.NPM_CONFIG_USERCONFIG || path.join(os.homedir(), '.npmrc'),
};

/**
 * Builds a Dockerfile with the repository as its context.
 *
 * @param {string} tag
 * @param {string[]} buildArguments NAME=VALUE
 * @param {string} [file] By default the Dockerfile at the root.
 * @returns {import('../setup/steps.mjs').Step}
 */
export function containerImage(tag, buildArguments, file = path.join(root, 'Dockerfile')) {
  return {
    name: tag === devContainer.tag ? 'dev-container-image' : 'container-image',
    title: `Image ${tag} (some minutes)`,
    advice: 'Fix the errors of the failing stage, then run this command again.',

    async run(_context, task) {
      const present = Object.entries(secrets).filter(([, file]) => existsSync(file));
      await task.exec(
        ...buildah(
          ...['build', '--isolation', 'chroot', '--file', file, '--tag', tag],
          ...present.flatMap(([id, file]) => ['--secret', `id=${id},src=${file}`]),
          ...[`BASE=${baseImage()}`, ...buildArguments].flatMap((each) => ['--build-arg', each]),
          // .dockerignore is Docker's name, which buildah supports too.
          root,
        ),
      );
      return imageSize(tag);
    },
  };
}
