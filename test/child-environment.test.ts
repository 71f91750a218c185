import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { compileModule } from 'wasmedge-embed';

import { withEnvironment } from './support/environment.js';
import { ROOT, rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { shellScript } from './support/shell-script.js';
import { temporaryPath, watGuest } from './support/wat.js';
import { program as wasmedgeProgram } from './support/wasmedge-program.js';
import { workers } from './support/workers.js';

const TOUR = rustGuest('std-tour');
const SECRETS = {
  AWS_SECRET_ACCESS_KEY: 'hush',
  DATABASE_URL: 'postgres://hush',
  NODE_OPTIONS: '--trace-warnings',
  WASMEDGE_HUSH: 'hush',
  LANG: 'C.UTF-8',
};

/** The environment that a process was started with. */
const environmentOf = (file: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(file, 'latin1')
      .split('\0')
      .filter((each) => each !== '')
      .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );

function requireBare(environment: Record<string, string>): void {
  for (const name of Object.keys(SECRETS)) {
    assert.equal(environment[name], name === 'LANG' ? 'C.UTF-8' : undefined, name);
  }
  assert.equal(environment['ADDED'], 'yes');
  assert.equal(environment['HOME'], process.env['HOME']);
}

describe('The environment of a child process has no more than it needs and what is added:', () => {
  const childEnv = { ADDED: 'yes' };

  it('a worker process', async () => {
    await withEnvironment(SECRETS, () =>
      withModule(TOUR, { isolation: 'worker-process', childEnv }, () => {
        requireBare(environmentOf(`/proc/${workers()[0]}/environ`));
        return Promise.resolve();
      }),
    );
  });

  it("WasmEdge's program", async () => {
    const found = wasmedgeProgram();
    const seen = temporaryPath('environ');
    const program = shellScript(`cat /proc/self/environ > '${seen}'`, `exec '${found}' "$@"`);
    const options = { isolation: 'subprocess', subprocess: { program }, childEnv } as const;
    await withEnvironment(SECRETS, () => withModule(TOUR, options, (module) => module.run()));
    requireBare(environmentOf(seen));
  });

  it('the compiler', async () => {
    const seen = temporaryPath('environ');
    const { execPath } = process;
    process.execPath = shellScript(`cat /proc/self/environ > '${seen}'`, `exec '${execPath}' "$@"`);
    try {
      await withEnvironment(SECRETS, async () => {
        await compileModule(await watGuest('numbers'), temporaryPath('guest.so'), { childEnv });
      });
    } finally {
      process.execPath = execPath;
    }
    requireBare(environmentOf(seen));
  });
});

describe('Where no descriptors are left', () => {
  it('what needs a process fails in words, and works again afterwards', async () => {
    const guest = await watGuest('numbers');
    const script = `
      const { closeSync, openSync } = require('node:fs');
      const { compileModule, loadModule } = require('wasmedge-embed');
      const files = [];
      const fill = () => { try { for (;;) files.push(openSync('/dev/null')); } catch {} };
      const empty = () => { for (const file of files.splice(0)) closeSync(file); };
      const code = (promise) => promise.then(() => 'done', (error) => error.code ?? String(error));
      (async () => {
        const worker = await loadModule(${JSON.stringify(TOUR)}, { isolation: 'worker-process', concurrency: 1, workerProcess: { recycleAfterRuns: 1 } });
        const single = await loadModule(${JSON.stringify(TOUR)}, { isolation: 'subprocess' });
        const bytes = require('node:fs').readFileSync(${JSON.stringify(guest)});
        await worker.run();
        fill();
        console.log(await code(single.run()));
        console.log(await code(compileModule(bytes, ${JSON.stringify(temporaryPath('guest.so'))})));
        const waiting = code(worker.run());
        empty();
        await waiting;
        while (await code(worker.run()) !== 'done');
        console.log(await code(single.run()));
        await worker.close();
        await single.close();
      })();`;
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', 'ulimit -n 200; exec "$0" -e "$1"', process.execPath, script],
      { cwd: ROOT, timeout: 60_000 },
    );
    assert.equal(stdout, 'ERR_WORKER_DIED\nERR_MODULE_LOAD\ndone\n');
  });

  it('a module is interpreted that cannot be compiled by itself', async () => {
    const guest = await watGuest('numbers');
    const script = `
      const { closeSync, openSync, readFileSync } = require('node:fs');
      const { loadModule } = require('wasmedge-embed');
      const bytes = readFileSync(${JSON.stringify(guest)});
      const load = async () => {
        const module = await loadModule(bytes);
        await module.close();
        return module.mode;
      };
      (async () => {
        for (let free = 0; ; free++) {
          const files = [];
          try { for (;;) files.push(openSync('/dev/null')); } catch {}
          for (const file of files.splice(0, free)) closeSync(file);
          const mode = await load().catch(({ code }) => code);
          for (const file of files) closeSync(file);
          console.log(mode);
          if (mode === 'aot') return;
        }
      })();`;
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', 'ulimit -n 60; exec "$0" --no-warnings -e "$1"', process.execPath, script],
      {
        cwd: ROOT,
        timeout: 60_000,
        env: { ...process.env, WASMEDGE_EMBED_CACHE: temporaryPath('cache') },
      },
    );
    assert.match(stdout, /^(ERR_\w+\n)*(interpreter\n)+aot\n$/);
  });
});
