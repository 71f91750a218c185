import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';

import { given } from '../support/package.js';
import { ROOT } from '../support/paths.js';
import {
  ISOLATIONS,
  ToolchainProject,
  expectedLabel,
  innerTests,
  toolchains,
  works,
} from '../support/toolchains.js';
import type { Toolchains } from '../support/toolchains.js';
import { temporaryPath } from '../support/wat.js';

/**
 * More than a classification: guests that are stopped, trap, and are compiled by this runtime's own
 * process.
 */
const STOPS = `
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { WasmEdgeError, compileModule, loadModule } from 'wasmedge-embed';
await compileModule(readFileSync('small.wasm'), 'small.so');
for (const isolation of ${JSON.stringify(ISOLATIONS)}) {
  const module = await loadModule('small.so', { isolation, concurrency: 1 });
  const late = await module.run({ timeoutMs: 50 }).catch((error) => error);
  const controller = new AbortController();
  setTimeout(() => controller.abort('enough'), 50);
  const stopped = await module.run({ signal: controller.signal }).catch((error) => error);
  await module.close();
  console.log(isolation, late instanceof WasmEdgeError && late.code, stopped.code, stopped.cause);
}
process.exit(0);`;
const STOPPED = ISOLATIONS.map((each) => `${each} ERR_TIMEOUT ERR_ABORTED enough\n`).join('');

describe('The package in', function () {
  this.timeout(600_000);
  let others: Toolchains;
  let project: ToolchainProject;
  let label: string;
  let node: string;

  before(async () => {
    others = toolchains('OTHERS');
    label = await expectedLabel();
    node = path.join(given('NODE_24'), 'bin', 'node');
    project = await others.project({
      'stops.mjs': STOPS,
      'jest.test.cjs': `
const wasmedge = require('wasmedge-embed');
const { classify } = require('./classify.cjs');
${innerTests(label)}`,
      'vitest.test.mjs': `
import { expect, test } from 'vitest';
import * as wasmedge from 'wasmedge-embed';
import { classify } from './classify.mjs';
${innerTests(label)}`,
    });
  });
  after(() => {
    others.clear();
  });

  it("Jest with jsdom's globals", async () => {
    await project.output([
      ...[process.execPath, others.file('jest', 'bin', 'jest.js'), '--ci', '--forceExit'],
      ...['--rootDir', project.folder, '--cacheDirectory', project.path('jest-cache')],
      ...['--testMatch', '**/jest.test.cjs'],
      ...['--env', others.file('jest-environment-jsdom')],
    ]);
    works({
      toolchain: 'Jest, `testEnvironment: jsdom`',
      version: others.version('jest'),
      isolations: ISOLATIONS,
    });
  });

  it('each pool of Vitest', async () => {
    const pools = ['forks', 'threads', 'vmForks', 'vmThreads'];
    for (const pool of pools) {
      await project.output([
        ...[node, others.file('vitest', 'vitest.mjs'), 'run', 'vitest.test', `--pool=${pool}`],
        ...['--root', project.folder],
      ]);
    }
    works({
      toolchain: `Vitest, pools ${pools.map((each) => `\`${each}\``).join(', ')}`,
      version: `${others.version('vitest')}, Node.js 24`,
      isolations: ISOLATIONS,
    });
  });

  it('Bun', async () => {
    const bun = others.file(
      '@oven',
      `bun-linux-${process.arch === 'x64' ? 'x64' : 'aarch64'}`,
      'bin/bun',
    );
    for (const main of ['main.cjs', 'main.mjs']) {
      assert.deepEqual(await project.labels([bun, main]), [label, label, label]);
    }
    assert.equal(await project.output([bun, 'stops.mjs']), STOPPED);
    works({ toolchain: 'Bun', version: others.version('bun'), isolations: ISOLATIONS });
  });

  it('Deno', async () => {
    const deno = others.file('@deno', `linux-${process.arch}-glibc`, 'deno');
    for (const main of ['main.cjs', 'main.mjs']) {
      const labels = await project.labels([deno, 'run', '-A', main]);
      assert.deepEqual(labels, [label, label, label]);
    }
    assert.equal(await project.output([deno, 'run', '-A', 'stops.mjs']), STOPPED);

    // The package in a folder of its own, and a program with no package.json above it.
    const folder = temporaryPath('outside');
    const away = path.join(folder, 'package');
    cpSync(project.path('node_modules'), path.join(folder, 'node_modules'), { recursive: true });
    renameSync(path.join(folder, 'node_modules', 'wasmedge-embed'), away);
    const outside = new ToolchainProject(path.join(folder, 'program'));
    outside.write({
      'main.mjs': readFileSync(project.path('classify.mjs'), 'utf8')
        .replace(
          'import { findGuest, findModel, loadModule } from',
          'const { findGuest, findModel, loadModule } =',
        )
        .replace("'wasmedge-embed'", `createRequire(import.meta.url)(${JSON.stringify(away)})`)
        .replace('import path', "import { createRequire } from 'node:module';\nimport path")
        .concat(
          "\nimport process from 'node:process';\nconsole.log(await classify(process.argv[2], process.cwd()));",
        ),
    });
    cpSync(project.path('picture.jpg'), outside.path('picture.jpg'));
    assert.deepEqual(await outside.labels([deno, 'run', '-A', 'main.mjs']), [label, label, label]);
    works({
      toolchain: 'Deno, `deno run -A`',
      version: others.version('deno'),
      isolations: ISOLATIONS,
      add: 'from a folder outside of node_modules: [`createRequire`](#deno)',
    });
  });

  it("Node.js' permission model", async () => {
    const flags = ['--permission', '--allow-addons', '--allow-fs-read=*'];
    const more = ['--allow-fs-write=*', '--allow-child-process'];
    const labels = await project.labels([node, ...flags, ...more, 'main.cjs']);
    assert.deepEqual(labels, [label, label, label]);
    // By now, the module is in the cache.
    const [alone] = await project.labels([node, ...flags, 'main.cjs'], ['in-process']);
    assert.equal(alone, label);
    works({
      toolchain: 'Node.js, `--permission`',
      version: process.env['WASMEDGE_EMBED_NODE_24'] ? '24' : '',
      isolations: ISOLATIONS,
      add: '`--allow-addons --allow-fs-read=*`, and for others than `in-process` `--allow-child-process --allow-fs-write=*`',
    });
  });

  it('TypeScript with the resolution of Node.js 10', async () => {
    project.write({
      'types.ts': `
import { loadModule } from 'wasmedge-embed';
import { createHandler } from 'wasmedge-embed/lambda';
import { connectClient } from 'wasmedge-embed/broker';
export const all: [(file: string) => Promise<{ close(): Promise<void> }>, Function, Function] = [
  loadModule, createHandler, connectClient,
];`,
    });
    const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    await project.output([
      ...[process.execPath, compiler, '--ignoreConfig', '--strict', '--noEmit', '--types', 'node'],
      ...['--target', 'es2022', '--module', 'commonjs', '--moduleResolution', 'node10'],
      ...['--ignoreDeprecations', '6.0', '--lib', 'es2022,esnext.disposable', 'types.ts'],
    ]);
  });
});
