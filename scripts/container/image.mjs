import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { root } from '../setup/paths.mjs';
import { baseImage } from './base.mjs';
import { buildah, imageSize } from './buildah.mjs';

export const defaultTag = 'localhost/image-classification:latest';

/** What this machine trusts and how it reaches npm's registry; for the build alone. */
const secrets = {
  certificates: process.env.SSL_CERT_FILE || '/etc/ssl/certs/ca-certificates.crt',
  npmrc: process.env.NPM_CONFIG_USERCONFIG || path.join(os.homedir(), '.npmrc'),
};

/**
 * Builds the Dockerfile at the root of the repository.
 *
 * @param {string} tag
 * @param {string[]} buildArguments NAME=VALUE
 * @returns {import('../setup/steps.mjs').Step}
 */
export function containerImage(tag, buildArguments) {
  return {
    name: 'container-image',
    title: `Image ${tag} (some minutes)`,
    advice: 'Fix the errors of the failing stage, then run this command again.',

    async run(_context, task) {
      const present = Object.entries(secrets).filter(([, file]) => existsSync(file));
      await task.exec(
        ...buildah(
          ...['build', '--isolation', 'chroot', '--tag', tag],
          ...present.flatMap(([id, file]) => ['--secret', `id=${id},src=${file}`]),
          ...[`BASE=${baseImage}`, ...buildArguments].flatMap((each) => ['--build-arg', each]),
          // .dockerignore is Docker's name, which buildah knows too.
          root,
        ),
      );
      return imageSize(tag);
    },
  };
}
