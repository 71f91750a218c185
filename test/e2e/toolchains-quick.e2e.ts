import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';

import { build, version as esbuildVersion } from 'esbuild';

import {
  ISOLATIONS,
  TRACE,
  copyAlone,
  expectedLabel,
  innerTests,
  toolchains,
  works,
} from '../support/toolchains.js';
import type { ToolchainProject, Toolchains } from '../support/toolchains.js';

const EXTERNAL = ['--external:wasmedge-embed'];

describe('The package in', function () {
  this.timeout(300_000);
  let quick: Toolchains;
  let project: ToolchainProject;
  let label: string;

  before(async () => {
    quick = toolchains('QUICK');
    label = await expectedLabel();
    project = await quick.project({
      'jest.test.cjs': `
const wasmedge = require('wasmedge-embed');
const { classify } = require('./classify.cjs');
${innerTests(label)}`,
      'vitest.test.mjs': `
import { expect, test } from 'vitest';
import * as wasmedge from 'wasmedge-embed';
import { classify } from './classify.mjs';
${innerTests(label)}`,
      'trace.mjs': TRACE,
    });
  });
  after(() => {
    quick.clear();
  });

  it('Jest', async () => {
    await project.output([
      ...[process.execPath, quick.file('jest', 'bin', 'jest.js'), '--ci', '--forceExit'],
      ...['--rootDir', project.folder, '--cacheDirectory', project.path('jest-cache')],
      ...['--testMatch', '**/jest.test.cjs'],
    ]);
    works({ toolchain: 'Jest', version: quick.version('jest'), isolations: ISOLATIONS });
  });

  it("Vitest's contexts of their own", async () => {
    await project.output([
      ...[
        process.execPath,
        quick.file('vitest', 'vitest.mjs'),
        'run',
        'vitest.test',
        '--pool=vmThreads',
      ],
      ...['--root', project.folder],
    ]);
    works({
      toolchain: 'Vitest, `--pool=vmThreads`',
      version: quick.version('vitest'),
      isolations: ISOLATIONS,
    });
  });

  it('a copy of the files that @vercel/nft traces', async () => {
    const traced = await project.output([process.execPath, 'trace.mjs']);
    const { files, warnings } = JSON.parse(traced) as { files: string[]; warnings: string[] };
    assert.deepEqual(warnings, []);
    const inside = 'node_modules/wasmedge-embed';
    const prebuild = `${inside}/prebuilds/${process.platform}-${process.arch}`;
    for (const name of [
      ...[
        `${inside}/dist/guest/image-classification.wasm`,
        `${inside}/dist/compile/compile-child.js`,
      ],
      ...[`${inside}/models/default/model.tflite`, `${inside}/models/default/labels.txt`],
      ...[`${prebuild}/wasmedge-embed.glibc.node`, `${prebuild}/libLiteRt.so`],
      ...[`${prebuild}/plugin/libwasi_nn.so`, `${prebuild}/libwasmedge_embed_plugin.so`],
    ]) {
      assert.ok(files.includes(name), `${name} is not among ${files.join(', ')}`);
    }
    const alone = copyAlone(project, [...files, 'picture.jpg']);
    try {
      const labels = await alone.labels([process.execPath, 'main.cjs']);
      assert.deepEqual(labels, [label, label, label]);
    } finally {
      rmSync(alone.folder, { recursive: true });
    }
    works({
      toolchain: 'Files traced by `@vercel/nft` (Vercel, Netlify)',
      version: quick.version('@vercel/nft'),
      isolations: ISOLATIONS,
      add: '[libwasmedge](#what-traces-files)',
    });
  });

  it('a bundle of esbuild that leaves it outside', async () => {
    for (const format of ['cjs', 'esm'] as const) {
      const outfile = project.path(`bundled.${format === 'esm' ? 'mjs' : 'cjs'}`);
      await build({
        ...{ bundle: true, platform: 'node', format, outfile, absWorkingDir: project.folder },
        entryPoints: [path.join(project.folder, `main.${format === 'esm' ? 'mjs' : 'cjs'}`)],
        external: EXTERNAL.map((each) => each.slice(each.indexOf(':') + 1)),
      });
      const labels = await project.labels([process.execPath, outfile]);
      assert.deepEqual(labels, [label, label, label]);
    }
    works({
      toolchain: 'esbuild',
      version: esbuildVersion,
      isolations: ISOLATIONS,
      add: `\`${EXTERNAL.join(' ')}\``,
    });
  });
});
