import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { build } from 'esbuild';

import type { BundleReport } from '../dist/bundle/bundle.js';
import type { SideFile } from '../dist/compile/side-file.js';
import {
  TARGETS,
  invokeAlone,
  isOfGlibc,
  nodeLibraries,
  readSharedObject,
  wasmEdgeLibraries,
} from './support/bundle.js';
import { CLASSIFIER, classify } from './support/classification.js';
import { commandLine } from './support/command-line.js';
import { readText, tableRows } from './support/documentation.js';
import { jpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { SMALL_MODEL, ROOT, compiledTestGuest } from './support/paths.js';
import { skip } from './support/skip.js';
import { assemble, temporaryPath } from './support/wat.js';

const LONG_MS = 300_000;
const PICTURE = jpeg({
  width: 64,
  height: 48,
  block: (column, row) => [40 + 20 * column, 100 + 10 * row, 200 - 15 * column],
});
const MODEL = ['--model', SMALL_MODEL];
const ADDER = `(module (func (export "add") (param i32 i32) (result i32)
  (i32.add (local.get 0) (local.get 1))))`;
/** A handler that calls it. */
const ADDING =
  "const { loadModule } = require('wasmedge-embed');\n" +
  "const path = require('node:path');\n" +
  "const module_ = loadModule(path.join(__dirname, 'module.so'));\n" +
  'exports.handler = async () => {\n' +
  "  const sum = await (await module_).call('add', 40, 2);\n" +
  '  return { statusCode: sum, body: (await module_).mode };\n};\n';

/** Shared objects of a bundle. */
function nativeFiles(bundle: string): string[] {
  const prebuilds = path.join(bundle, 'node_modules', 'wasmedge-embed', 'prebuilds');
  const folder = path.join(prebuilds, `${process.platform}-${process.arch}`);
  return readdirSync(folder).map((name) => path.join(folder, name));
}

describe('wasmedge-embed bundle', function () {
  this.timeout(LONG_MS);

  let bundle: string;
  let report: BundleReport;
  let hidden: string[];
  let ofNode: Set<string>;

  before(async function () {
    if (process.env['LD_PRELOAD']) {
      // The runtime of a sanitizer. An addon that needs it does not load without it.
      skip(this, 'a bundle is tried in processes without preloaded libraries');
    }
    const made = path.join(temporaryPath('bundle'), 'new', 'folder');
    // Without optimization, which takes a quarter of a minute: a bundle would compile it with.
    const module = compiledTestGuest('image-classification-generic');
    const args = ['--output', made, '--module', module, ...MODEL, '--json', '--force'];
    const { stdout, stderr, exitCode } = await commandLine(['bundle', ...args]);
    assert.equal(exitCode, 0, stderr);
    report = JSON.parse(stdout) as BundleReport;
    assert.equal(report.folder, made);
    const fits = report.suitable.includes('amazon-linux-2023');
    assert.match(stderr, fits ? /^$/ : /^warning: .* needs GLIBC.* Amazon Linux 2023 .*\n$/);
    // Nothing next to it, and it is moved: the rest is about the moved folder.
    assert.deepEqual(readdirSync(path.dirname(made)), ['folder']);
    bundle = temporaryPath('elsewhere');
    renameSync(made, bundle);
    hidden = await wasmEdgeLibraries();
    ofNode = await nodeLibraries();
  });

  async function classifies(
    env: Record<string, string>,
    hide: string[],
    handler = path.join(bundle, 'index.mjs'),
  ): Promise<void> {
    const { statusCode, body, libraries } = await invokeAlone(handler, PICTURE, env, hide);
    assert.equal(statusCode, 200, body);
    const model = { file: SMALL_MODEL, labels: path.join(bundle, 'labels.txt') };
    assert.equal(body, await classify(model, PICTURE));
    const foreign = libraries.filter((file) => !file.startsWith(bundle));
    const names = foreign.map((file) => path.basename(file));
    const expected = foreign
      .filter((file) => ofNode.has(file) || isOfGlibc(path.basename(file)))
      .map((file) => path.basename(file));
    assert.deepEqual(names, expected, 'only what Node.js itself needs comes from the system');
    assert.ok(libraries.some((file) => file.includes('libwasmedge.so')));
    assert.ok(libraries.some((file) => file.endsWith('libLiteRt.so')));
  }

  it('classifies where it was moved to, without any library of the system', async () => {
    await classifies({}, hidden);
  });

  it("loads its own libraries where the system's come first, as on Lambda", async () => {
    const folders = [...new Set(hidden.map((file) => path.dirname(file)))].join(':');
    await classifies({ LD_LIBRARY_PATH: folders, HOME: bundle }, []);
  });

  it('has nothing that the page does not list', () => {
    const listed = tableRows(readText('docs/bundle.md')).map(([names]) => names ?? '');
    const unlisted = readdirSync(bundle).filter(
      (name) => !listed.some((names) => names.includes(`\`${name}`)),
    );
    assert.deepEqual(unlisted, []);
  });

  it('tells its size and what it needs', () => {
    const { sizes, needs } = report;
    const libraries = Object.values(sizes.libraries).reduce((sum, bytes) => sum + bytes, 0);
    const parts = libraries + sizes.addon + sizes.javascript + sizes.module + sizes.model;
    // Included in none of the parts: the handler, and the compiled module's side file.
    assert.ok(sizes.total > parts && sizes.total < parts + 10_000, JSON.stringify(sizes));
    assert.equal(report.lambdaBytes, 262_144_000);
    assert.match(needs.GLIBC?.version ?? '', /^2\.\d+$/);
    assert.match(needs.GLIBCXX?.version ?? '', /^3\.4\.\d+$/);
    for (const file of nativeFiles(bundle)) {
      const object = readSharedObject(file);
      assert.deepEqual([object.runPathBefore, object.runPathAfter], ['$ORIGIN', undefined], file);
    }
  });

  it('compiles a plain module, optimized and for any processor, which runs', async () => {
    const folder = folderWith({ 'adder.wasm': await assemble(ADDER), 'handler.cjs': ADDING });
    const out = path.join(folder, 'out');
    const module = ['--module', path.join(folder, 'adder.wasm')];
    const handler = ['--handler', path.join(folder, 'handler.cjs')];
    const args = ['--output', out, ...module, ...handler, ...MODEL, '--target', 'none'];
    const { stderr, exitCode } = await commandLine(['bundle', ...args]);
    assert.equal(exitCode, 0, stderr);
    const text = readFileSync(path.join(out, 'module.so.aot.json'), 'utf8');
    const { target, options } = JSON.parse(text) as SideFile;
    assert.deepEqual(target.features, []);
    const others = { interruptible: false, meter: false };
    assert.deepEqual(options, { optimize: 3, generic: true, ...others });
    const invocation = await invokeAlone(path.join(out, 'index.cjs'), PICTURE, {}, hidden);
    assert.deepEqual([invocation.statusCode, invocation.body], [42, 'aot']);
  });

  for (const [format, name] of [
    ['esm', 'own.mjs'],
    ['cjs', 'own.cjs'],
  ] as const) {
    it(`serves a handler that esbuild has bundled (${format})`, async () => {
      const here = format === 'esm' ? 'import.meta.dirname' : '__dirname';
      const folder = folderWith({
        'own-code.ts': 'export const top = (k: number): { topK: number } => ({ topK: k });',
        'handler.ts': `
          import path from 'node:path';
          import { createHandler } from 'wasmedge-embed/lambda';
          import { loadModule } from 'wasmedge-embed';
          import { top } from './own-code';
          if (typeof loadModule !== 'function') throw new Error('the package is not whole');
          export const handler = createHandler({
            module: path.join(${here}, 'module.so'),
            models: { default: { file: path.join(${here}, 'model.tflite'), labels: path.join(${here}, 'labels.txt') } },
            ...top(3),
          });`,
      });
      const outfile = path.join(bundle, name);
      const { outputFiles, warnings } = await build({
        entryPoints: [path.join(folder, 'handler.ts')],
        bundle: true,
        platform: 'node',
        target: 'node20',
        format,
        external: ['wasmedge-embed', 'wasmedge-embed/*'],
        outfile,
        write: false,
        logLevel: 'silent',
      });
      assert.deepEqual(warnings, []);
      const [output] = outputFiles;
      assert.ok(output && !output.text.includes("own-code'"), 'its own modules are inside');
      writeFileSync(outfile, output.contents);
      await classifies({}, hidden, outfile);
    });
  }

  it('takes a module that was compiled for any processor, a handler, an empty folder', async () => {
    const folder = folderWith({
      'adder.wasm': await assemble(ADDER),
      'handler.cjs': ADDING,
    });
    const at = (name: string): string => path.join(folder, name);
    await commandLine(['compile', at('adder.wasm'), '-o', at('native.so')]);
    await commandLine(['compile', at('adder.wasm'), '-o', at('any.so'), '--generic']);
    const args = [
      'bundle',
      '--output',
      at('out'),
      '--handler',
      at('handler.cjs'),
      '--target',
      'none',
    ];
    const refused = await commandLine([...args, ...MODEL, '--module', at('native.so')]);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /ERR_BUNDLE: .*native\.so was compiled for this machine's proc/);
    assert.ok(!existsSync(at('out')));
    // An empty folder counts as none.
    mkdirSync(at('out'));
    const made = await commandLine([...args, ...MODEL, '--module', at('any.so')]);
    assert.equal(made.exitCode, 0, made.stderr);
    assert.match(made.stdout, /Unpacked: [\d.]+ MB, \d+ % of the 250\.0 MB that Lambda allows/);
    assert.match(made.stdout, /Requires from the system: GLIBC_2\.\d+ \(\S+\), GLIBCXX_3\.4\.\d+/);
    const invocation = await invokeAlone(path.join(at('out'), 'index.cjs'), PICTURE, {}, hidden);
    assert.deepEqual([invocation.statusCode, invocation.body], [42, 'aot']);
  });

  it('leaves nothing where a signal ends it', async () => {
    const folder = folderWith({});
    const main = path.join(ROOT, 'dist', 'cli', 'main.js');
    const args = ['bundle', '--output', path.join(folder, 'out'), '--module', CLASSIFIER, ...MODEL];
    const child = spawn(process.execPath, [main, ...args, '--force'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (readdirSync(folder).length === 0 && child.exitCode === null) await setTimeout(5);
    assert.match(readdirSync(folder)[0] ?? '', /^\.out\..*\.tmp$/);
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    assert.equal(code, 143);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('refuses what it cannot do, and leaves everything as it was', async () => {
    const folder = folderWith({
      'kept/file.txt': 'mine',
      'handler.ts': 'export {};',
      'adder.wasm': await assemble(ADDER),
    });
    const out = path.join(folder, 'out');
    const module = ['--module', path.join(folder, 'adder.wasm')];
    const none = ['--target', 'none'];
    const cases: [string[], RegExp, Record<string, string>?][] = [
      [['--output', path.join(folder, 'kept'), ...none], /ERR_BUNDLE: .*kept is not empty/],
      [['--output', path.join(folder, 'handler.ts'), ...none], /ERR_BUNDLE: Cannot write/],
      [
        ['--output', out, ...none],
        /ERR_BUNDLE: .*patchelf.*apt-get install patchelf/,
        { PATH: folder },
      ],
      [['--output', out, ...none, '--module', path.join(folder, 'no.wasm')], /ERR_MODULE_LOAD/],
      [['--output', out, ...none, '--model', path.join(folder, 'no.tflite')], /ERR_MODEL/],
      [
        ['--output', out, ...none, ...module, '--handler', path.join(folder, 'handler.ts')],
        /ERR_BUNDLE: .*handler\.ts must be one JavaScript file/,
      ],
    ];
    const unsuitable = Object.keys(TARGETS).find(
      (name) => !report.suitable.some((s) => s === name),
    );
    if (unsuitable !== undefined) {
      const isOfAddon = Object.values(report.needs).some(({ file }) => file.endsWith('.node'));
      const needs = new RegExp(
        `ERR_BUNDLE: No bundle was created for ${unsuitable}: .* needs GLIBC.*official release` +
          (isOfAddon ? '.*npm run prebuild' : ''),
      );
      cases.push([['--output', out, '--target', unsuitable], needs]);
    }
    const before = readdirSync(folder);
    for (const [args, expected, variables] of cases) {
      const given = [...(args.includes('--model') ? [] : MODEL), ...args];
      const { stdout, stderr, exitCode } = await commandLine(['bundle', ...given], variables);
      assert.deepEqual([exitCode, stdout], [1, ''], stderr);
      assert.match(stderr, expected);
      assert.deepEqual(readdirSync(folder), before);
    }
    assert.equal(readFileSync(path.join(folder, 'kept', 'file.txt'), 'utf8'), 'mine');
  });
});
