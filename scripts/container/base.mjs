import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { makeDebian } from '../setup/system/mmdebstrap.mjs';
import { buildah, inspectImage, storage } from './buildah.mjs';

const suite = 'trixie';
/** Old enough for its packages to have fixes. */
const renewAfterMs = 7 * 24 * 3600 * 1000;
const elsewhere = 'Build the Dockerfile with Docker or Podman, or run this command on a Debian.';

/** Debian 13 as small as Docker's image of it, made from packages on this machine's mirror. */
export const baseImage = `localhost/debian:${suite}-slim`;

/** @type {import('../setup/steps.mjs').Step} */
export const containerBase = {
  name: 'container-base',
  title: `Base image ${baseImage}`,
  advice: 'Check whether `apt-get update` works on this machine, then run this command again.',

  async run(_context, task) {
    const present = await inspectImage(baseImage);
    if (present && Date.now() - Date.parse(present.created) < renewAfterMs) return 'up to date';

    mkdirSync(storage, { recursive: true });
    const folder = mkdtempSync(path.join(storage, 'base-'));
    try {
      const archive = path.join(folder, 'base.tar');
      const withoutDocumentation = ['man', 'doc', 'locale', 'info']
        .map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`)
        // The licences are kept.
        .concat('--dpkgopt=path-include=/usr/share/doc/*/copyright');
      await makeDebian(
        { suite, target: archive, hasFixes: true, args: withoutDocumentation, elsewhere },
        task,
      );
      const file = path.join(folder, 'Dockerfile');
      writeFileSync(file, 'FROM scratch\nADD base.tar /\nCMD ["/bin/bash"]\n');
      await task.exec(...buildah('build', '--file', file, '--tag', baseImage, folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return undefined;
  },
};
