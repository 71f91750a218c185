import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './support/paths.js';

/** Folders that git ignores, or that are not part of the project. */
const OTHERS = ['build', 'coverage', 'dist', 'node_modules', 'prebuilds'];

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

function foldersOf(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((each) => each.isDirectory() && !each.name.startsWith('.'))
    .map(({ name }) => path.join(folder, name))
    .filter((name) => !OTHERS.includes(name));
}

/** The folders that ARCHITECTURE.md's table names in its first column. */
function tableFolders(): string[] {
  return read('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([\w./-]+)\/`/g)])
    .map((found) => found[1] ?? '');
}

/** The texts of a picture, as a reader sees them. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((found) => found[1] ?? '');
}

/** The words of a picture that look like a path or a class but do not exist. */
function unknownWords(svg: string): string[] {
  const files = ['lib', 'native'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|h)$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  const sources = files.map(read);
  const isClass = (name: string): boolean =>
    sources.some((text) => new RegExp(`\\b(class|struct|interface) ${name}\\b`).test(text));
  const isThere = (name: string): boolean =>
    files.some((file) => file.endsWith(`/${name}`)) ||
    ['', 'lib', 'native'].some((each) => existsSync(path.join(ROOT, each, name)));
  return texts(svg).flatMap((text) => {
    const paths = text.match(/[\w.-]+\/[\w./-]*|\b[\w-]+\.ts\b/g) ?? [];
    const classes = text.match(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b/g) ?? [];
    return [
      ...paths.filter((name) => !isThere(name)),
      ...classes.filter((name) => !isClass(name) && !PROPER_NAMES.includes(name)),
    ];
  });
}

const PROPER_NAMES = ['JavaScript', 'TypeScript', 'WasmEdge'];

describe('ARCHITECTURE.md', () => {
  it('has every folder in its table, and none that is not there', () => {
    const folders = ['.', 'lib', 'native', 'test'].flatMap(foldersOf);
    // Nothing is said of native/ itself, only of its parts.
    assert.deepEqual(tableFolders().sort(), folders.filter((name) => name !== 'native').sort());
  });

  it('has a picture that speaks of what there is', () => {
    assert.deepEqual(unknownWords(read('docs/architecture.svg')), []);
    assert.deepEqual(
      unknownWords('<text x="1">runners/gone.ts: LoadedModule, GoneModule, JavaScript</text>'),
      ['runners/gone.ts', 'GoneModule'],
    );
  });

  it('names files that there are', () => {
    const files = ['lib', 'native', 'wasm'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        path.basename(name),
      ),
    );
    const named = [...read('ARCHITECTURE.md').matchAll(/`([\w-]+\.(?:ts|mts|cc|h))`/g)];
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.map((found) => found[1] ?? '').filter((name) => !files.includes(name)),
      [],
    );
  });
});
