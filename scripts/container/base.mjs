import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { describeSource, findDebianSource, readSources } from '../setup/system/apt-sources.mjs';
import { buildah, inspectImage, storage } from './buildah.mjs';

/** Old enough for its packages to have fixes. */
const renewAfterMs = 7 * 24 * 3600 * 1000;
/** The release that is deployed, with its updates and security fixes. */
const deployed = 'trixie';

/** Like Docker's image of that name. */
export function baseImage(suite = deployed) {
  return `localhost/debian:${suite}-slim`;
}

/**
 * A Debian release as small as Docker's image of it, from packages on this machine's mirror.
 *
 * @param {string} [suite]
 * @returns {import('../setup/steps.mjs').Step}
 */
export function containerBase(suite = deployed) {
  const tag = baseImage(suite);
  return {
    name: `container-base-${suite}`,
    title: `Base image ${tag}`,
    advice: 'Check whether `apt-get update` works on this machine, then run this command again.',

    async run(_context, task) {
      const present = await inspectImage(tag);
      if (present && Date.now() - Date.parse(present.created) < renewAfterMs) return 'up to date';

      mkdirSync(storage, { recursive: true });
      const folder = mkdtempSync(path.join(storage, 'base-'));
      const place = (name) => path.join(folder, name);
      try {
        writeFileSync(place('debian.sources'), sourcesOf(suite));
        const excluded = ['man', 'doc', 'locale', 'info'].map((name) => `/usr/share/${name}/*`);
        await task.exec('mmdebstrap', [
          '--variant=minbase',
          ...excluded.map((files) => `--dpkgopt=path-exclude=${files}`),
          // The licences are kept.
          '--dpkgopt=path-include=/usr/share/doc/*/copyright',
          // Lists of packages are signed. They expire after a week, and a mirror may be older.
          '--aptopt=Acquire::Check-Valid-Until "false"',
          ...[suite, place('base.tar'), place('debian.sources')],
        ]);
        writeFileSync(place('Dockerfile'), 'FROM scratch\nADD base.tar /\nCMD ["/bin/bash"]\n');
        await task.exec(...buildah('build', '--file', place('Dockerfile'), '--tag', tag, folder));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      return undefined;
    },
  };
}

/** Where the suite's packages come from: the mirror of this Debian. */
function sourcesOf(suite) {
  const sources = readSources();
  const main = findDebianSource(sources);
  if (!main) {
    throw new SetupFailure('No package source of apt is a Debian source.', {
      advice: 'Build the Dockerfile with Docker or Podman, or run this command on a Debian.',
    });
  }
  if (suite !== deployed) return describeSource(main, suite);
  const security = findDebianSource(sources, '-security');
  const stanzas = [describeSource(main, `${suite} ${suite}-updates`)];
  if (security) stanzas.push(describeSource(security, `${suite}-security`));
  return stanzas.join('\n');
}
