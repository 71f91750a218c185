import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { build } from 'esbuild';

import { runNode } from './support/process.js';
import { ROOT } from './support/paths.js';
import { folderWith } from './support/model-files.js';

/** Each entry point by name, and the error when a bundle lacks the files that it needs. */
const DOORS = {
  findGuest: 'Promise.resolve().then(() => findGuest())',
  findModel: 'Promise.resolve().then(() => findModel())',
  loadModule: "loadModule('guest.wasm')",
  inspectModel: 'inspectModel(new Uint8Array(8))',
  compileModule: "compileModule(new Uint8Array(8), 'out.so')",
};
const SOURCE = `
import { ${Object.keys(DOORS).join(', ')} } from 'wasmedge-embed';
for (const [name, call] of Object.entries({
  ${Object.entries(DOORS)
    .map(([name, call]) => `${name}: () => ${call}`)
    .join(',\n  ')},
})) {
  call().then(() => ({}), (error) => error).then(({ code, message }) => {
    console.log(JSON.stringify({ name, code, message }));
  });
}`;
/** CommonJS modules inside esbuild's ECMAScript modules need these. */
const BANNER =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function bundled(format: 'cjs' | 'esm', external: string[] = []): Promise<string[]> {
  const folder = folderWith({ 'entry.mjs': SOURCE });
  const outfile = path.join(folder, format === 'esm' ? 'out.mjs' : 'out.cjs');
  await build({
    ...{ entryPoints: [path.join(folder, 'entry.mjs')], outfile, format, external },
    ...{ bundle: true, platform: 'node', logLevel: 'silent', absWorkingDir: ROOT },
    nodePaths: [path.join(ROOT, 'node_modules')],
    alias: { 'wasmedge-embed': ROOT },
    ...(format === 'esm' && { banner: { js: BANNER } }),
  });
  writeFileSync(path.join(folder, 'guest.wasm'), '');
  // The model of the sample data would be found without the package.
  const { code, stdout, stderr } = await runNode([outfile], { WASMEDGE_EMBED_DATA: '' }, folder);
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

describe('A bundler that merges the package into another file', () => {
  for (const [format, place] of [
    ['cjs', /bundled into \/.*\/out\.cjs,/],
    ['esm', /bundled into another file,/],
  ] as const) {
    it(`is told at every door to leave it outside (${format})`, async () => {
      const failures = (await bundled(format)).map(
        (line) => JSON.parse(line) as { name: string; code: string; message: string },
      );
      assert.deepEqual(failures.map(({ name }) => name).sort(), Object.keys(DOORS).sort());
      for (const { name, code, message } of failures) {
        assert.equal(code, 'ERR_NATIVE_LOAD', `${name}: ${message}`);
        assert.match(message, place, name);
        for (const words of ['Mark wasmedge-embed as external', 'serverExternalPackages']) {
          assert.ok(message.includes(words), `${name}: ${message}`);
        }
        assert.doesNotMatch(message, /build it/i);
      }
    });
  }
});
