import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';

const pinnedFile = 'test/support/pillow.json';

/** Where the tests look for it; an empty folder if there is none for this Python. */
const pillowFolder = path.join(setupFolder, 'pillow');

/**
 * Pillow, with which tests compare pictures: a pinned wheel for this machine's Python. Versions in distributions differ,
 * and Debian 13's package cannot be installed with Debian 12's Python.
 *
 * @type {import('./steps.mjs').Step}
 */
export const pillow = {
  name: 'pillow',
  title: 'Pillow, for the tests',

  async stamp({ machine }) {
    const python = await versionOf(machine.python.command);
    return { digest: digestOf([pinnedFile], [python, process.arch]), outputs: [pillowFolder] };
  },

  async run({ machine }, task) {
    const { command } = machine.python;
    const pinned = JSON.parse(readFileSync(path.join(root, pinnedFile), 'utf8'));
    const python = await versionOf(command);
    const digest = pinned.wheels[python]?.[process.arch];
    // Created elsewhere, then moved into place: an interrupted installation leaves nothing.
    const fresh = `${pillowFolder}.${process.pid}`;
    const requirements = `${fresh}.txt`;
    mkdirSync(fresh, { recursive: true });
    try {
      if (digest !== undefined) {
        const requirement = `${pinned.package}==${pinned.version} --hash=sha256:${digest}\n`;
        writeFileSync(requirements, requirement);
        await task.exec(
          command,
          [
            ...['-m', 'pip', 'install', '--target', fresh, '--requirement', requirements],
            ...['--require-hashes', '--no-deps', '--only-binary=:all:'],
            ...['--disable-pip-version-check', '--progress-bar=off', '--no-input'],
          ],
          {
            // pip does not allow --target together with these, which may be set for installations.
            env: { PIP_USER: undefined, PIP_PREFIX: undefined, PIP_REQUIRE_VIRTUALENV: undefined },
            advice:
              'See whether pip reaches its package index; PIP_INDEX_URL, PIP_CERT and its other settings are\n' +
              'respected. Then run this command again.',
          },
        );
      }
      rmSync(pillowFolder, { recursive: true, force: true });
      renameSync(fresh, pillowFolder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
      rmSync(requirements, { force: true });
    }
    return digest === undefined ? `none for Python ${python} on ${process.arch}` : undefined;
  },
};

/** For example "3.11"; for an implementation other than CPython, its name. */
async function versionOf(command) {
  const program =
    'import platform, sys\n' +
    'print("%d.%d" % sys.version_info[:2] if platform.python_implementation() == "CPython" else platform.python_implementation())';
  const { stdout } = await run(command, ['-c', program]);
  return stdout.trim();
}
