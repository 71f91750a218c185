import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { WASI_FUNCTIONS } from './support/wasi-program.js';
import { temporaryPath } from './support/wat.js';

const GUEST = rustGuest('wasi-answers');
/** Functions that end the guest: wasi-exit.test.ts. */
const WITHOUT_CASES = ['proc_exit'];

/** A folder of the host, empty, or with the contents of `/r`. */
function hostFolder(...files: string[]): string {
  const root = temporaryPath('answers');
  mkdirSync(path.join(root, 'dir'), { recursive: true });
  for (const file of files) writeFileSync(path.join(root, file), '0123456789');
  return root;
}

/** The guest's `/w`, `/r` and `/e`, by where `/w` is. */
const SCENES: Readonly<Record<string, () => LoadOptions>> = {
  'in memory': () => ({
    scratch: ['/w'],
    directories: { '/e': { path: hostFolder(), write: true } },
    files: { '/r/a.txt': Buffer.from('0123456789'), '/r/dir/b.txt': Buffer.of() },
    limits: { scratchBytes: 1_000_000 },
  }),
  'on the host': () => ({
    directories: {
      '/w': { path: hostFolder(), write: true },
      '/r': hostFolder('a.txt'),
    },
    scratch: ['/e'],
  }),
};

async function caseNames(): Promise<string[]> {
  return withModule(GUEST, { aot: 'off' }, async (module) => {
    const { stdout } = await module.run({ args: ['list'] });
    return stdout.toString().trimEnd().split('\n');
  });
}

describe('Each function of WASI preview 1', () => {
  it('has a case for success, or for the one errno that it has', async () => {
    const names = await caseNames();
    assert.equal(new Set(names).size, names.length);
    for (const name of Object.keys(WASI_FUNCTIONS)) {
      if (WITHOUT_CASES.includes(name)) continue;
      const own = names.filter((each) => each.startsWith(`${name}/`));
      const isMet =
        name.startsWith('sock_') || name === 'proc_raise'
          ? own.length > 0
          : own.some((each) => each.startsWith(`${name}/success`));
      assert.ok(isMet, `${name}: ${own.join(', ')}`);
    }
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    for (const [where, scene] of Object.entries(SCENES)) {
      it(`answers as it has to, ${where} (${isolation})`, async () => {
        const names = await caseNames();
        let module: LoadedModule | undefined;
        try {
          module = await loadModule(GUEST, { isolation, aot: 'off', env: { A: '1' }, ...scene() });
          const { stdout, exitCode } = await module.run({ args: names });
          assert.equal(stdout.toString(), '');
          assert.equal(exitCode, 0);
        } finally {
          await module?.close();
        }
      });
    }
  }
});
