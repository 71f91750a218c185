import assert from 'node:assert/strict';

import { expectedLabel, toolchains, works, ISOLATIONS } from '../support/toolchains.js';
import type { ToolchainProject, Toolchains } from '../support/toolchains.js';

/** The error of a bundle that includes the package: it says nothing about other missing parts. */
const ADVICE = /ERR_NATIVE_LOAD|wasmedge-embed was bundled into .*Mark wasmedge-embed as external/s;

/** A program that makes `merged` and `external` from `main.mjs`, with its settings for each. */
interface Bundler {
  name: string;
  package: string;
  /** As printed on the page. */
  line: string;
  build: string;
}

const BUNDLERS: readonly Bundler[] = [
  {
    name: 'webpack',
    package: 'webpack',
    line: "externals: { 'wasmedge-embed': 'commonjs wasmedge-embed' }",
    build: `
import { promisify } from 'node:util';
import webpack from 'webpack';
const common = {
  ...{ mode: 'production', target: 'node', entry: './main.cjs', context: process.cwd() },
  ignoreWarnings: [/.*/],
};
for (const [name, more] of Object.entries({
  merged: {},
  external: { externals: { 'wasmedge-embed': 'commonjs wasmedge-embed' } },
})) {
  const output = { path: process.cwd(), filename: name + '.cjs' };
  const stats = await promisify(webpack)({ ...common, ...more, output });
  if (stats.hasErrors()) throw new Error(stats.toString());
}`,
  },
  {
    name: 'Rollup',
    package: 'rollup',
    line: 'external: [/^wasmedge-embed/]',
    build: `
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
for (const [name, more] of Object.entries({
  merged: {},
  external: { external: [/^wasmedge-embed/] },
})) {
  const plugins = [nodeResolve({ preferBuiltins: true }), commonjs()];
  const bundle = await rollup({ input: 'main.cjs', plugins, onLog: () => {}, ...more });
  await bundle.write({ file: name + '.cjs', format: 'cjs', exports: 'auto' });
}`,
  },
  {
    name: 'Vite, SSR',
    package: 'vite',
    line: "ssr: { external: ['wasmedge-embed'] }",
    build: `
import { build } from 'vite';
for (const [name, ssr] of Object.entries({
  merged: { noExternal: true },
  external: { noExternal: true, external: ['wasmedge-embed'] },
})) {
  await build({
    ...{ configFile: false, logLevel: 'silent', ssr },
    build: {
      ...{ ssr: 'classify.mjs', outDir: '.', emptyOutDir: false },
      rollupOptions: { output: { entryFileNames: name + '.classify.mjs', format: 'es' } },
    },
  });
}`,
  },
];

describe('The package, bundled by', function () {
  this.timeout(600_000);
  let others: Toolchains;
  let project: ToolchainProject;
  let label: string;

  before(async () => {
    others = toolchains('OTHERS');
    label = await expectedLabel();
    project = await others.project({
      'external.mjs': `
import { classify } from './external.classify.mjs';
console.log(await classify(process.argv[2], process.cwd()));`,
      'merged.mjs': `
import { classify } from './merged.classify.mjs';
console.log(await classify(process.argv[2], process.cwd()));`,
    });
  });
  after(() => {
    others.clear();
  });

  for (const { name, package: packageName, line, build } of BUNDLERS) {
    it(`${name}, which leaves it outside, and says so where it does not`, async () => {
      project.write({ 'build.mjs': build });
      await project.output([process.execPath, 'build.mjs']);
      const ending = packageName === 'vite' ? 'mjs' : 'cjs';
      const labels = await project.labels([process.execPath, `external.${ending}`]);
      assert.deepEqual(labels, [label, label, label]);
      const merged = await project.run([process.execPath, `merged.${ending}`, 'in-process']);
      assert.notEqual(merged.exitCode, 0);
      assert.match(merged.stderr, ADVICE);
      works({
        toolchain: name,
        version: others.version(packageName),
        isolations: ISOLATIONS,
        add: `\`${line}\``,
      });
    });
  }
});
