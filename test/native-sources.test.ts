import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './support/paths.js';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
const sources = read('native/sources.txt').trimEnd().split('\n');

/** Folders of native/ that are not part of the addon; only CMake compiles them. */
const NOT_OF_THE_ADDON = /^(bench|fuzz|plugin|test)\//;

describe("The list of the addon's sources", () => {
  it('names every source once, in order', () => {
    const present = readdirSync(path.join(ROOT, 'native'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.cc') && !NOT_OF_THE_ADDON.test(name))
      .map((name) => `native/${name}`);
    assert.deepEqual(sources, present.sort());
  });

  it('is what both build files read: none names a source of its own', () => {
    for (const [file, reading] of [
      ['binding.gyp', /readFileSync\('native\/sources\.txt'/],
      ['native/CMakeLists.txt', /file\(STRINGS sources\.txt sources\)/],
    ] as const) {
      const text = read(file).replace(/^\s*#.*$/gm, '');
      assert.match(text, reading, file);
      assert.doesNotMatch(text, /\.cc\b/, file);
    }
  });

  it('is compiled with the same definitions by both', () => {
    const [, gyp = ''] = /"defines": \[(.*)\]/.exec(read('binding.gyp')) ?? [];
    const [, cmake = ''] =
      /target_compile_definitions\(wasmedge_embed PRIVATE ([^)]*)\)/.exec(
        read('native/CMakeLists.txt'),
      ) ?? [];
    const words = (text: string): string[] => (text.match(/\w+(=\w+)?/g) ?? []).sort();
    assert.ok(words(gyp).length > 0);
    assert.deepEqual(words(gyp), words(cmake));
  });

  it('is in the package, with all that is included', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    for (const name of sources) {
      assert.ok(
        files.some((each) => name === each || name.startsWith(`${each}/`)),
        name,
      );
    }
  });
});
