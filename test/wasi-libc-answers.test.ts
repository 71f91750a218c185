import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions, RunResult } from 'wasmedge-embed';

import { ROOT, testGuest } from './support/paths.js';
import { temporaryPath } from './support/wat.js';

const GUEST = testGuest('libc-answers');
/** Those for which the host's folder must be prepared. */
const PREPARED = ['open/acces', 'link/mlink'];

function hostFolder(): string {
  const root = temporaryPath('answers');
  mkdirSync(root, { recursive: true });
  return root;
}

function readOnlyFolder(): string {
  const root = hostFolder();
  mkdirSync(path.join(root, 'dir'));
  writeFileSync(path.join(root, 'a.txt'), '0123456789');
  return root;
}

const COMMON = {
  aot: 'off',
  limits: { scratchBytes: 1_000_000 },
} as const satisfies LoadOptions;

/** The guest's `/w`, `/r` and `/e`, by where `/w` is. */
const SCENES: Readonly<Record<string, () => LoadOptions>> = {
  'in memory': () => ({
    ...COMMON,
    scratch: ['/w'],
    directories: { '/e': { path: hostFolder(), write: true }, '/p': '/proc/self' },
    files: { '/r/a.txt': Buffer.from('0123456789'), '/r/dir/b.txt': Buffer.of() },
    env: { MEMORY: '/w' },
  }),
  'on the host': () => ({
    ...COMMON,
    directories: {
      '/w': { path: hostFolder(), write: true },
      '/r': readOnlyFolder(),
      '/p': '/proc/self',
    },
    scratch: ['/e'],
    env: { MEMORY: '/e' },
  }),
};

async function run(options: LoadOptions, args: string[]): Promise<RunResult> {
  const module = await loadModule(GUEST, options);
  try {
    return await module.run({ args });
  } finally {
    await module.close();
  }
}

function assertGood({ stdout, stderr, exitCode }: RunResult): void {
  assert.equal(stdout.toString(), '');
  assert.equal(stderr.toString(), '');
  assert.equal(exitCode, 0);
}

describe("The C library's functions for files, folders, clocks and sockets", () => {
  let names: string[];

  before(async () => {
    names = (await run(COMMON, ['list'])).stdout.toString().trimEnd().split('\n');
    assert.equal(new Set(names).size, names.length);
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    for (const [where, scene] of Object.entries(SCENES)) {
      it(`answer as they have to, ${where} (${isolation})`, async () => {
        const args = names.filter((name) => !PREPARED.includes(name));
        assertGood(await run({ ...scene(), isolation }, args));
      });
    }
  }

  it('tell that the file system counts no further names of a file (mlink)', async function () {
    const root = hostFolder();
    const file = path.join(root, 'many');
    writeFileSync(file, '');
    // ext4 counts up to 65,000; others to more than is practical to create.
    let code: string | undefined;
    for (let count = 1; count <= 65_000 && code === undefined; count++) {
      try {
        linkSync(file, path.join(root, String(count)));
      } catch (error) {
        ({ code } = error as NodeJS.ErrnoException);
      }
    }
    if (code !== 'EMLINK') this.skip();
    const directories = { '/e': { path: root, write: true } };
    const env = { MEMORY: '/w' };
    assertGood(await run({ ...COMMON, scratch: ['/w'], directories, env }, ['link/mlink']));
  });

  it("tell what the host's permissions refuse (acces)", () => {
    const root = hostFolder();
    for (const name of ['secret', 'locked/f']) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), 'content');
    }
    chmodSync(path.join(root, 'secret'), 0);
    chmodSync(path.join(root, 'locked'), 0);
    const script = `
      const { loadModule } = require('wasmedge-embed');
      loadModule(${JSON.stringify(GUEST)}, {
        aot: 'off',
        scratch: ['/w'],
        directories: { '/e': { path: ${JSON.stringify(root)}, write: true } },
        env: { MEMORY: '/w' },
      }).then(async (module) => {
        const { stdout, exitCode } = await module.run({ args: ['open/acces'] });
        console.log(exitCode, stdout.toString());
        await module.close();
      });`;
    // Root may do all of this, unless the capabilities are dropped.
    const asRoot = process.getuid?.() === 0;
    const { stdout, stderr } = spawnSync(
      asRoot ? 'setpriv' : process.execPath,
      [
        ...(asRoot
          ? ['--bounding-set=-dac_override,-dac_read_search', '--', process.execPath]
          : []),
        ...['-e', script],
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    chmodSync(path.join(root, 'locked'), 0o755);
    assert.equal(`${stdout}${stderr}`, '0 \n');
  });
});
