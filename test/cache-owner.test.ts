import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { withEnvironment } from './support/environment.js';
import { ROOT } from './support/paths.js';
import { scriptOutput } from './support/process.js';
import { withModule } from './support/run-guest.js';
import { skip } from './support/skip.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/** An unrelated user. */
const OTHER = 54_321;
const IS_ROOT = process.geteuid?.() === 0;

const script = (file: string): string => `
  const warnings = [];
  process.on('warning', ({ code, message }) => warnings.push([code, message]));
  const { loadModule } = require(${JSON.stringify(ROOT)});
  loadModule(${JSON.stringify(file)}).then(async (module) => {
    const value = await module.call('answer');
    setImmediate(() => console.log(JSON.stringify({ value, mode: module.mode, warnings })));
  });`;

interface Told {
  value: number;
  mode: string;
  warnings: [code: string, message: string][];
}

/** Loads the guest in a process of its own, as this user or another. */
async function load(
  file: string,
  env: Record<string, string>,
  { user, umask = '022' }: { user?: number; umask?: string } = {},
): Promise<Told> {
  const prefix =
    user === undefined ? '' : `exec setpriv --reuid=${user} --regid=${user} --clear-groups `;
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', `umask ${umask}; ${prefix} "$0" --no-warnings -e "$1"`, process.execPath, script(file)],
    { cwd: '/', env: { PATH: process.env['PATH'], TMPDIR: temporary(), ...env }, timeout: 50_000 },
  );
  return JSON.parse(stdout) as Told;
}

let shared: string;
/** A folder with the permissions of /tmp. */
function temporary(): string {
  return shared;
}

describe('The cache is its owner’s', () => {
  let good: string;
  let evil: string;
  let cache: string;

  before(async () => {
    good = await wasmFile('(module (func (export "answer") (result i32) (i32.const 42)))');
    evil = await wasmFile('(module (func (export "answer") (result i32) (i32.const 666)))');
    for (const file of [good, evil]) {
      chmodSync(path.dirname(file), 0o755);
      chmodSync(file, 0o644);
    }
  });
  beforeEach(() => {
    cache = temporaryPath('cache');
    shared = temporaryPath('tmp');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
  });

  /** Puts compiled code of the other module where that of the good one is expected. */
  async function forge(root: string): Promise<string> {
    const honest = temporaryPath('honest');
    const other = temporaryPath('other');
    for (const [file, folder] of [
      [good, honest],
      [evil, other],
    ] as const) {
      await withEnvironment({ WASMEDGE_EMBED_CACHE: folder }, () =>
        withModule(file, {}, () => Promise.resolve()),
      );
    }
    const [name] = readdirSync(path.join(honest, 'aot'));
    const [from] = readdirSync(path.join(other, 'aot'));
    mkdirSync(path.join(root, 'aot'), { recursive: true });
    const forged = path.join(root, 'aot', name!);
    copyFileSync(path.join(other, 'aot', from!), forged);
    return forged;
  }

  function give(file: string, owner = OTHER): void {
    chownSync(file, owner, owner);
    if (!statSync(file).isDirectory()) return;
    for (const name of readdirSync(file)) give(path.join(file, name), owner);
  }

  function requireFallback({ value, mode, warnings }: Told, folder: string, why: RegExp): void {
    assert.deepEqual([value, mode], [42, 'aot']);
    assert.equal(warnings.length, 1, JSON.stringify(warnings));
    const [[code, message]] = warnings as [[string, string]];
    assert.equal(code, 'WASMEDGE_EMBED_CACHE');
    assert.ok(message.includes(folder), message);
    assert.match(message, why);
    assert.match(message, /chmod 700.*WASMEDGE_EMBED_CACHE/);
  }

  it('what is forged in it would be run: only so is the rest of this a test', async () => {
    await forge(cache);
    assert.equal((await load(good, { WASMEDGE_EMBED_CACHE: cache })).value, 666);
  });

  for (const [what, env] of [
    ['WASMEDGE_EMBED_CACHE', () => ({ WASMEDGE_EMBED_CACHE: cache })],
    ['XDG_CACHE_HOME', () => ({ XDG_CACHE_HOME: cache })],
    ['the HOME of another user', () => ({ HOME: cache })],
  ] as const) {
    it(`is not used where another user made it first: in ${what}`, async function () {
      if (!IS_ROOT) return skip(this, 'needs two users: run it as root');
      const root =
        what === 'WASMEDGE_EMBED_CACHE'
          ? cache
          : path.join(cache, ...(what === 'XDG_CACHE_HOME' ? [] : ['.cache']), 'wasmedge-embed');
      await forge(root);
      give(root);
      requireFallback(await load(good, env()), root, /belongs to another user/);
      // Nor for a user who is not root.
      requireFallback(await load(good, env(), { user: OTHER + 1 }), root, /belongs to another/);
      assert.equal((await load(good, env(), { user: OTHER })).value, 666, 'it is his');
    });
  }

  it('is not made by root in the HOME of another user', async function () {
    if (!IS_ROOT) return skip(this, 'needs two users: run it as root');
    const home = path.join(cache, '.cache');
    mkdirSync(home, { recursive: true });
    give(cache);
    requireFallback(await load(good, { HOME: cache }), home, /belongs to another user/);
    assert.deepEqual(readdirSync(home), []);
  });

  it('is not used where other users can write to it, or it is a symbolic link', async () => {
    await forge(cache);
    chmodSync(cache, 0o775);
    requireFallback(
      await load(good, { WASMEDGE_EMBED_CACHE: cache }),
      cache,
      /other users can write/,
    );
    chmodSync(cache, 0o700);
    chmodSync(path.join(cache, 'aot'), 0o722);
    requireFallback(
      await load(good, { WASMEDGE_EMBED_CACHE: cache }),
      cache,
      /other users can write/,
    );
    chmodSync(path.join(cache, 'aot'), 0o700);
    const link = temporaryPath('link');
    symlinkSync(cache, link);
    requireFallback(await load(good, { WASMEDGE_EMBED_CACHE: link }), link, /symbolic link/);
    renameSync(path.join(cache, 'aot'), path.join(cache, 'real'));
    symlinkSync('real', path.join(cache, 'aot'));
    requireFallback(await load(good, { WASMEDGE_EMBED_CACHE: cache }), cache, /symbolic link/);
  });

  for (const umask of ['000', '002', '077']) {
    it(`is for nobody else, whatever the umask: ${umask}`, async () => {
      const { value, warnings } = await load(good, { WASMEDGE_EMBED_CACHE: cache }, { umask });
      assert.deepEqual([value, warnings], [42, []]);
      const [name] = readdirSync(path.join(cache, 'aot'));
      for (const each of [cache, path.join(cache, 'aot')]) {
        assert.equal(statSync(each).mode & 0o777, 0o700, each);
      }
      assert.equal(statSync(path.join(cache, 'aot', name!)).mode & 0o022, 0);
    });
  }

  for (const [what, change] of [
    [
      'other users can write to',
      (file: string) => {
        chmodSync(file, 0o666);
      },
    ],
    [
      'is a symbolic link',
      (file: string) => {
        renameSync(file, `${file}.away`);
        symlinkSync(`${file}.away`, file);
      },
    ],
    [
      'has another byte',
      (file: string) => {
        const content = readFileSync(file);
        const at = content.length >> 1;
        content[at] = content[at]! ^ 1;
        rmSync(file);
        writeFileSync(file, content, { mode: 0o700 });
      },
    ],
    [
      'has no digest',
      (file: string) => {
        const content = readFileSync(file);
        rmSync(file);
        writeFileSync(file, content.subarray(0, -48), { mode: 0o700 });
      },
    ],
    [
      'belongs to another user',
      (file: string) => {
        chownSync(file, OTHER, OTHER);
      },
    ],
  ] as const) {
    it(`has a file made anew that ${what}`, async function () {
      if (what.startsWith('belongs') && !IS_ROOT) {
        return skip(this, 'needs two users: run it as root');
      }
      const file = await forge(cache);
      change(file);
      const told = await load(good, { WASMEDGE_EMBED_CACHE: cache });
      assert.deepEqual([told.value, told.mode, told.warnings], [42, 'aot', []]);
      assert.ok(statSync(file).isFile());
    });
  }

  it('that is taken in the temporary folder as well is one of the process, and goes with it', async function () {
    if (!IS_ROOT) return skip(this, 'needs two users: run it as root');
    const squatted = path.join(shared, `wasmedge-embed-${OTHER}`);
    mkdirSync(squatted);
    give(squatted, OTHER + 1);
    const told = await load(good, { WASMEDGE_EMBED_CACHE: '/proc/none' }, { user: OTHER });
    requireFallback(told, squatted, /belongs to another user/);
    assert.deepEqual(readdirSync(shared), [`wasmedge-embed-${OTHER}`]);
  });

  it('that cannot be written is one in the temporary folder, without a word', async function () {
    if (!IS_ROOT) return skip(this, 'needs a user who may not write: run it as root');
    mkdirSync(cache, { mode: 0o500 });
    give(cache);
    const told = await load(good, { WASMEDGE_EMBED_CACHE: cache }, { user: OTHER });
    assert.deepEqual([told.value, told.mode, told.warnings], [42, 'aot', []]);
    assert.ok(existsSync(path.join(shared, `wasmedge-embed-${OTHER}`, 'aot')));
  });

  it('has models that were fetched only where they are this user’s', async function () {
    if (!IS_ROOT) return skip(this, 'needs two users: run it as root');
    const folder = path.join(cache, 'models', 'mobilenet_v1_1.0_224_quant');
    mkdirSync(folder, { recursive: true });
    for (const name of ['mobilenet_v1_1.0_224_quant.tflite', 'labels_mobilenet_quant_v1_224.txt']) {
      writeFileSync(path.join(folder, name), '');
    }
    const found = (): Promise<string> =>
      scriptOutput(`console.log(require('wasmedge-embed').findModel().file)`, {
        env: { WASMEDGE_EMBED_CACHE: cache, WASMEDGE_EMBED_DATA: '' },
      });
    assert.ok((await found()).startsWith(folder));
    give(folder);
    assert.ok(!(await found()).startsWith(cache));
  });
});
