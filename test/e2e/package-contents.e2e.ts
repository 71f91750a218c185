import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { TARGETS, missingVersions, newestVersions, readSharedObject } from '../support/bundle.js';
import { MACHINE_OFFSET } from '../support/elf.js';
import { given } from '../support/package.js';
import { ROOT } from '../support/paths.js';
import { temporaryPath } from '../support/wat.js';

const PREBUILD = [
  'libLiteRt.so',
  'libwasmedge_embed_plugin.so',
  'plugin/libwasi_nn.so',
  'plugin/libwasmedge_image.so',
  'plugin/libwasmedge_tensorflow.so',
  'plugin/libwasmedge_tensorflowlite.so',
  'wasmedge-embed.glibc.node',
];
/** System V ABI: e_machine of x86-64 and of AArch64. */
const MACHINES: Record<string, number | undefined> = { x64: 62, arm64: 183 };

/** The kinds of files in the package, besides its prebuilds and its native sources. */
const KINDS: [kind: RegExp, count: number | 'many'][] = [
  [/^(package\.json|README\.md|LICENSE|NOTICE)$/, 4],
  [/^dist\/(index|(lambda|broker)\/index)\.mjs$/, 3],
  [/^dist\/(index|(lambda|broker)\/index)\.d\.mts$/, 3],
  [/^dist\/[\w/-]+\.js$/, 'many'],
  [/^dist\/[\w/-]+\.d\.ts$/, 'many'],
  [/^dist\/bench\/report\/page\.css$/, 1],
  [/^dist\/serve\/page\/(page\.html|(page|choosing|photographs)\.css|icon\.svg)$/, 5],
  [/^dist\/guest\/(image-classification|object-detection|infer|echo)\.wasm$/, 4],
  [/^models\/default\/(model\.tflite|labels\.txt|README\.md)$/, 3],
  [/^native\/(CMakeLists\.txt|addon\.cc|litert\.json|sources\.txt)$/, 4],
  [/^native\/plugin\/CMakeLists\.txt$/, 1],
  [
    /^native\/(base|binary|bindings|compile|engine|host|image|plugin|wasi|workarounds)\/\w+\.(cc|h)$/,
    'many',
  ],
  [/^native\/inference\/(check|rewrite|run)\/\w+\.(cc|h)$/, 'many'],
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort();
}

describe('The tarball', function () {
  this.timeout(60_000);
  let folder: string;
  let files: string[];
  let architectures: string[];

  before(() => {
    const target = temporaryPath('tarball');
    mkdirSync(target);
    execFileSync('tar', ['-xzf', given('TARBALL'), '-C', target]);
    folder = path.join(target, 'package');
    files = filesBelow(folder);
    architectures = readdirSync(path.join(folder, 'prebuilds'));
  });

  const read = (name: string): Buffer => readFileSync(path.join(folder, name));
  const manifest = (): Record<string, unknown> =>
    JSON.parse(read('package.json').toString()) as Record<string, unknown>;

  it('holds exactly what runs', () => {
    const isOfPrebuild = (name: string): boolean => name.startsWith('prebuilds/');
    const matched = new Map<string, number>();
    for (const [kind, count] of KINDS) {
      const found = files.filter((name) => kind.test(name));
      if (count === 'many') assert.ok(found.length > 0, String(kind));
      else assert.equal(found.length, count, `${String(kind)}: ${found.join(', ')}`);
      for (const name of found) matched.set(name, (matched.get(name) ?? 0) + 1);
    }
    const others = files.filter((name) => !isOfPrebuild(name) && !matched.has(name));
    assert.deepEqual(others, []);
    assert.ok(architectures.includes(`linux-${process.arch}`));
    assert.deepEqual(
      files.filter(isOfPrebuild),
      architectures.flatMap((each) => PREBUILD.map((name) => `prebuilds/${each}/${name}`)).sort(),
    );
  });

  it('has every module of the sources, and none of a source that is gone', () => {
    const modules = files.filter((name) => /^dist\/.*\.js$/.test(name));
    const withoutSource = modules.filter(
      (name) => !existsSync(path.join(ROOT, name.replace(/^dist/, 'lib').replace(/js$/, 'ts'))),
    );
    // Generated from many of the other modules, which re-export what it defines.
    assert.deepEqual(withoutSource, ['dist/shared.js']);
    assert.match(String(read('dist/index.js')), /require\("\.\/shared\.js"\)\("index\.js"\)/);
    const withoutModule = filesBelow(path.join(ROOT, 'lib'))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => `dist/${name.replace(/ts$/, 'js')}`)
      .filter((name) => !modules.includes(name));
    assert.deepEqual(withoutModule, []);
  });

  it('has the types that its entries lead to, and no others', () => {
    const declarations = files.filter((name) => /\.d\.m?ts$/.test(name));
    const imported = declarations.flatMap((name) =>
      [
        ...read(name)
          .toString()
          .matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g),
      ].map((found) =>
        path.join(path.dirname(name), (found[1] ?? '').replace(/\.(m?)js$/, '.d.$1ts')),
      ),
    );
    const entries = ['', 'lambda/', 'broker/'].flatMap((door) =>
      ['ts', 'mts'].map((type) => `dist/${door}index.d.${type}`),
    );
    assert.deepEqual(declarations, [...new Set([...imported, ...entries])].sort());
  });

  it('has every native source that its build file names, as it is in the repository', () => {
    const sources = read('native/sources.txt').toString().trimEnd().split('\n');
    for (const name of sources) assert.ok(files.includes(name), name);
    for (const name of files.filter((each) => each.startsWith('native/'))) {
      assert.ok(read(name).equals(readFileSync(path.join(ROOT, name))), name);
    }
  });

  it('runs nothing when it is installed, and leads no package manager to node-gyp', () => {
    const scripts = (manifest()['scripts'] ?? {}) as Record<string, string>;
    for (const name of ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare']) {
      assert.equal(scripts[name], undefined, name);
    }
    assert.ok(!files.includes('binding.gyp'));
    assert.equal(manifest()['gypfile'], false);
  });

  it('is for Linux with glibc, on the processors whose prebuilds it may have', () => {
    const { os, cpu, libc, engines } = manifest();
    assert.deepEqual([os, libc], [['linux'], ['glibc']]);
    assert.deepEqual(cpu, ['x64', 'arm64']);
    assert.deepEqual(engines, { node: '^20.19.0 || >=22.12.0' });
    for (const each of architectures) assert.ok(cpu.includes(each.slice(6)), each);
  });

  it('says whose what it ships is', () => {
    assert.match(read('LICENSE').toString(), /Apache License\s+Version 2\.0/);
    const notice = read('NOTICE').toString();
    for (const name of [
      'LiteRT',
      'WasmEdge',
      'jpeg-decoder',
      'jpeg-encoder',
      'image-webp',
      'png',
      'gif',
      'serde',
      'Rust',
    ]) {
      assert.ok(notice.includes(name), name);
    }
    assert.equal(manifest()['license'], 'Apache-2.0');
  });

  const shipped = (): string[] =>
    files.filter((name) => read(name).subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1')));

  it('has binaries for the processor that their folder is for', () => {
    assert.deepEqual(
      shipped(),
      files.filter((name) => name.startsWith('prebuilds/')),
    );
    for (const name of shipped()) {
      const [, folderName = ''] = name.split('/');
      const expected = MACHINES[folderName.slice('linux-'.length)];
      assert.equal(read(name).readUInt16LE(MACHINE_OFFSET), expected, name);
    }
  });

  it('has binaries that need no newer glibc than 2.34 and no newer libstdc++ than GCC 11 has', () => {
    const target = TARGETS['amazon-linux-2023'];
    assert.deepEqual([target.has.GLIBC, target.has.GLIBCXX], ['2.34', '3.4.29']);
    for (const name of shipped()) {
      const object = readSharedObject(path.join(folder, name));
      const needed = newestVersions([{ name, object }]);
      assert.deepEqual(missingVersions(target, needed), [], name);
      // The small plug-ins need none; a misread binary must not pass as "none".
      if (!name.includes('/plugin/')) assert.ok(needed.GLIBC && needed.GLIBCXX, name);
      // WasmEdge is opened at run time, whatever version is installed.
      assert.ok(!object.needed.some((each) => each.includes('wasmedge.so')), name);
    }
  });

  it('has binaries that need no function but of Node-API, of each other, or of a library that they name', () => {
    for (const name of shipped()) {
      const symbols = execFileSync('readelf', ['--wide', '--dyn-syms', path.join(folder, name)], {
        encoding: 'utf8',
      });
      // Symbols of glibc and libstdc++ have a version if the library is linked.
      const foreign = [...symbols.matchAll(/ GLOBAL +DEFAULT +UND +([^\s@]+)$/gm)]
        .map(([, symbol = '']) => symbol)
        .filter((symbol) => !/^(napi_\w+|node_api_\w+|wasmedge_embed_plugin)$/.test(symbol));
      assert.deepEqual(foreign, [], name);
    }
  });

  it('has stripped binaries of ours, and the very LiteRT that is pinned', () => {
    const { architectures: pinned } = JSON.parse(read('native/litert.json').toString()) as {
      architectures: Record<string, { sha256: string; patch?: { sha256: string } } | undefined>;
    };
    for (const name of shipped()) {
      const [, folderName = ''] = name.split('/');
      if (path.basename(name) === 'libLiteRt.so') {
        const digest = createHash('sha256').update(read(name)).digest('hex');
        const wheel = pinned[folderName.slice('linux-'.length)];
        assert.equal(digest, (wheel?.patch ?? wheel)?.sha256, name);
        continue;
      }
      const sections = execFileSync('readelf', ['--wide', '--sections', path.join(folder, name)], {
        encoding: 'utf8',
      });
      assert.match(sections, /\.dynsym/);
      assert.doesNotMatch(sections, /\.symtab|\.debug_/, name);
    }
  });
});
