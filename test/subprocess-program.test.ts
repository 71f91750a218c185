import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { shellScript } from './support/shell-script.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const isolation = 'subprocess';

const load = (subprocess?: { program?: string; plugins?: string }): Promise<void> =>
  withModule(TOUR, { isolation, ...(subprocess && { subprocess }) }, () => Promise.resolve());

describe("WasmEdge's program", () => {
  it('that is missing is an ERR_NATIVE_LOAD, with where it was looked for and what to install', async () => {
    await withEnvironment({ PATH: temporaryPath('a'), HOME: temporaryPath('b') }, async () => {
      const { message } = await fails('ERR_NATIVE_LOAD', load());
      assert.match(message, /apt-get install wasmedge/);
      assert.match(message, /installer/);
      assert.ok(message.includes(path.join(process.env['PATH']!, 'wasmedge')), message);
      assert.ok(message.includes('.wasmedge/bin/wasmedge'), message);
    });
  });

  it('is taken from the option, and the guest runs in it', async () => {
    const marker = temporaryPath('marker');
    const program = shellScript(`echo "$*" >> ${marker}`, 'exec wasmedge "$@"');
    await withModule(TOUR, { isolation, subprocess: { program } }, async (module) => {
      assert.equal((await module.run({ args: ['exit', '5'] })).exitCode, 5);
    });
    // A second time where LLVM can be left out.
    assert.match(readFileSync(marker, 'utf8'), /^(?:--version\n){1,2}.*std-tour\.wasm exit 5\n$/);
  });

  it('that cannot be used is an ERR_NATIVE_LOAD that says why', async () => {
    for (const [program, why] of [
      [temporaryPath('none'), /ENOENT/],
      [shellScript('exit 3'), /ended with exit code 3/],
      [shellScript('echo something else'), /does not report a version/],
      [shellScript('echo wasmedge version 0.14.1'), /does not load this package's plug-ins/],
      [shellScript('kill -9 $$'), /ended with SIGKILL/],
    ] as const) {
      assert.match((await fails('ERR_NATIVE_LOAD', load({ program }))).message, why);
    }
    const empty = temporaryPath('plugins');
    mkdirSync(empty);
    const { message } = await fails('ERR_NATIVE_LOAD', load({ plugins: empty }));
    assert.ok(message.includes(empty), message);
  });

  it('of another line of versions than the library is refused, but for interpreting', async () => {
    const program = shellScript(
      // The output of a program of that version with our plug-ins.
      `if [ "$1" = --version ]; then printf '{"log":1}\\nwasmedge version 0.99.0\\n' >&3; exit; fi`,
      'exit 99',
    );
    const { message } = await fails('ERR_NATIVE_LOAD', load({ program }));
    assert.match(message, /0\.99\.0.*0\.1\d\.\d/);
    const options = { isolation, aot: 'off', subprocess: { program } } as const;
    await withModule(TOUR, options, async (module) => {
      await fails('ERR_WORKER_DIED', module.run());
    });
  });

  it('has nothing of the environment but what it needs', async () => {
    const marker = temporaryPath('environment');
    const program = shellScript(`env > ${marker}`, 'exec wasmedge "$@"');
    await withEnvironment({ A_SECRET: 'secret', WASMEDGE_EMBED_LOG: '/dev/null' }, () =>
      withModule(TOUR, { isolation, subprocess: { program } }, async (module) => {
        await module.run({ args: ['exit', '0'], env: { OF_THE_GUEST: '1' } });
      }),
    );
    const environment = readFileSync(marker, 'utf8');
    assert.match(environment, /^WASMEDGE_PLUGIN_PATH=/m);
    assert.doesNotMatch(environment, /SECRET|OF_THE_GUEST|^WASMEDGE_EMBED_LOG=/m);
  });
});
