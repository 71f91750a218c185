import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { SetupFailure } from '../failure.mjs';
import { describeSource, findDebianSource, readSources } from './apt-sources.mjs';

/**
 * Makes a Debian out of packages of this machine's mirror: the essential ones, and what the arguments include.
 *
 * @param {object} options
 * @param {string} options.suite
 * @param {string} options.target a folder, or by its ending an archive; what is there is replaced
 * @param {boolean} [options.hasFixes] with the suite's updates and security fixes
 * @param {string[]} [options.args] further arguments of mmdebstrap
 * @param {string} [options.elsewhere] what to do on a machine that is no Debian
 * @param {import('../task.mjs').Task} task
 */
export async function makeDebian(
  { suite, target, hasFixes = false, args = [], elsewhere = 'Run this command on a Debian.' },
  task,
) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'));
  try {
    const sources = path.join(folder, 'debian.sources');
    writeFileSync(sources, describeSources(suite, hasFixes, elsewhere));
    rmSync(target, { recursive: true, force: true });
    mkdirSync(path.dirname(target), { recursive: true });
    await task.exec('mmdebstrap', ['--variant=minbase', ...args, suite, target, sources]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The sources of the suite's packages: the mirror of this Debian. */
function describeSources(suite, hasFixes, elsewhere) {
  const sources = readSources();
  const main = findDebianSource(sources);
  if (!main) {
    throw new SetupFailure('No package source of apt is a Debian source.', { advice: elsewhere });
  }
  if (!hasFixes) return describeSource(main, suite);
  const security = findDebianSource(sources, '-security');
  const stanzas = [describeSource(main, `${suite} ${suite}-updates`)];
  if (security) stanzas.push(describeSource(security, `${suite}-security`));
  return stanzas.join('\n');
}
