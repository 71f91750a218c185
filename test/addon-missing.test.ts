import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { runNode } from './support/command-line.js';
import { SMALL_MODEL, ROOT } from './support/paths.js';
import { temporaryPath } from './support/wat.js';

const TUPLE = `linux-${process.arch}`;

/** An installed package with these files of prebuilds. */
function installed(prebuilds: Record<string, string>): string {
  const folder = temporaryPath('package');
  mkdirSync(folder);
  for (const name of ['dist', 'package.json']) {
    cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [name, content] of Object.entries(prebuilds)) {
    const file = path.join(folder, 'prebuilds', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

async function failureOf(folder: string): Promise<{ code: string; message: string }> {
  const script = `require(process.argv[1]).inspectModel(${JSON.stringify(SMALL_MODEL)})
    .catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`;
  // The addon's lookup heeds it; tests of the whole package with a sanitizer set it.
  const env = { WASMEDGE_EMBED_PREBUILD: undefined };
  const { stdout, stderr } = await runNode(['-e', script, folder], env);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as { code: string; message: string };
}

describe('A package without an addon for this system', () => {
  it('says which there are, and the one command that builds it', async () => {
    for (const [prebuilds, present] of [
      [{}, 'none'],
      [{ 'linux-riscv64/wasmedge-embed.glibc.node': '' }, 'linux-riscv64'],
    ] as const) {
      const { code, message } = await failureOf(installed(prebuilds));
      assert.equal(code, 'ERR_NATIVE_LOAD');
      assert.ok(message.includes(`no native addon for ${TUPLE}`), message);
      assert.ok(message.includes(`has these prebuilds: ${present}.`), message);
      assert.match(message, /\n.*: npx wasmedge-embed build$/);
    }
  });

  it("is told the loader's reason for an addon that cannot be loaded, and the same command", async () => {
    const name = `${TUPLE}/wasmedge-embed.glibc.node`;
    const { code, message } = await failureOf(installed({ [name]: 'no library' }));
    assert.equal(code, 'ERR_NATIVE_LOAD');
    assert.match(message, new RegExp(`${name} cannot be loaded: .*(header|short)`));
    assert.match(message, /npx wasmedge-embed build$/);
  });

  it('takes no addon of another C library', async () => {
    const name = `${TUPLE}/wasmedge-embed.musl.node`;
    const { message } = await failureOf(installed({ [name]: 'no library' }));
    assert.ok(message.includes(`no native addon for ${TUPLE}`), message);
  });
});

describe('wasmedge-embed build', () => {
  it('names all the tools that are missing, and how to install them', async () => {
    const folder = installed({});
    const empty = temporaryPath('bin');
    mkdirSync(empty);
    const { exitCode, stdout, stderr } = await runNode(
      [path.join(folder, 'dist', 'cli', 'main.js'), 'build'],
      { PATH: empty, CXX: undefined },
    );
    assert.deepEqual([exitCode, stdout], [1, '']);
    for (const part of ['ERR_BUILD', 'CMake 3.18', 'make or Ninja', 'C++17', 'apt-get install']) {
      assert.ok(stderr.includes(part), `${part} in: ${stderr}`);
    }
  });

  it('says what the compiler says, and leaves nothing', async () => {
    const library = `${TUPLE}/libLiteRt.so`;
    const folder = installed({ [library]: '' });
    // The package's own; without it, pip would download one.
    cpSync(
      path.join(ROOT, 'build', 'Release', 'libLiteRt.so'),
      path.join(folder, 'prebuilds', library),
    );
    cpSync(path.join(ROOT, 'native', 'litert.json'), path.join(folder, 'native', 'litert.json'));
    writeFileSync(
      path.join(folder, 'native', 'CMakeLists.txt'),
      'cmake_minimum_required(VERSION 3.18)\nproject(none NONE)\nmessage(FATAL_ERROR "no such luck")\n',
    );
    const temporary = temporaryPath('tmp');
    mkdirSync(temporary);
    const { exitCode, stderr } = await runNode(
      [path.join(folder, 'dist', 'cli', 'main.js'), 'build'],
      { TMPDIR: temporary },
    );
    assert.equal(exitCode, 1);
    assert.match(stderr, /ERR_BUILD: cmake ended with exit code 1:\n.*no such luck/s);
    assert.deepEqual(readdirSync(temporary), []);
    assert.ok(!existsSync(path.join(folder, 'build')));
  });
});
