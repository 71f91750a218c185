import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, it } from 'mocha';

import { filesBelow } from '../../scripts/setup/files.mjs';
import { root } from '../../scripts/setup/paths.mjs';

/** Folders whose modules import from each other. The package's entry points are for others. */
const folders = ['lib', 'scripts', 'test', 'models', 'lambda', 'bench', 'docs'];
const isModule = (file) => /\.m?[jt]s$/.test(file) && !/\.d\.ts$/.test(file);
const isDoor = (file) => /\bindex\.m?[jt]s$|^test\/types\//.test(file);

/** Functions, classes and constants that are exported but named in no other file. */
function unused(texts) {
  const places = new Map();
  for (const [file, text] of texts) {
    for (const word of text.match(/[\w$]+/g) ?? []) {
      places.set(word, (places.get(word) ?? new Set()).add(file));
    }
  }
  const exported = /^export (?:async )?(?:function\*?|const|let|class) ([\w$]+)/gm;
  return [...texts]
    .filter(([file]) => !isDoor(file))
    .flatMap(([file, text]) => [...text.matchAll(exported)].map(([, name]) => [file, name]))
    .filter(([, name]) => places.get(name).size === 1)
    .map(([file, name]) => `${name} of ${file}`);
}

describe('what modules export', () => {
  it('is taken by another', () => {
    const files = folders.flatMap((folder) => filesBelow(path.join(root, folder))).filter(isModule);
    const texts = files.map((file) => [path.relative(root, file), readFileSync(file, 'utf8')]);
    assert.ok(texts.length > 500);
    assert.deepEqual(unused(new Map(texts)), []);
  });

  it('is found where nobody takes it', () => {
    const texts = Object.entries({
      'a.mjs': 'export const one = 1;\nexport async function two() {}\nexport function three() {}',
      'b.mjs': "import { two } from './a.mjs';\nexport default two;",
    });
    assert.deepEqual(unused(new Map(texts)), ['one of a.mjs', 'three of a.mjs']);
  });
});
