import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { runNode } from './support/command-line.js';
import { ROOT } from './support/paths.js';

const LIB = path.join(ROOT, 'lib');

/**
 * Asks for a value of ESLint's configuration of the rooms, in a process of its own, because it is
 * large.
 */
async function ask<T>(expression: string): Promise<T> {
  const script = `
    import { ESLint } from 'eslint';
    import { FLOORS } from './eslint.rooms.mjs';
    const complaints = async (filePath, text) => {
      const [{ messages }] = await new ESLint({ overrideConfigFile: './eslint.rooms.mjs' })
        .lintText(text, { filePath });
      return messages.map(({ ruleId, line }) => ruleId + ' ' + line);
    };
    console.log(JSON.stringify(${expression}));`;
  const { stdout, stderr, exitCode } = await runNode(['--input-type=module', '-e', script]);
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as T;
}

/** The files that each file of lib/ imports, also only for their types. */
function imports(): Map<string, string[]> {
  const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.includes('page/browser'),
  );
  return new Map(
    sources.map((name) => {
      const text = readFileSync(path.join(LIB, name), 'utf8');
      const found = [...text.matchAll(/\b(?:from |import\(|require\()'(\.[^']+)\.js'/g)];
      return [name, found.map((each) => path.join(path.dirname(name), `${each[1] ?? ''}.ts`))];
    }),
  );
}

/** An import cycle for each file that is reachable from itself. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

describe('The rooms of lib/', () => {
  it('are all on a floor, and only doors are outside of them', async () => {
    const floors = await ask<string[][]>('FLOORS');
    const entries = readdirSync(LIB, { withFileTypes: true });
    const names = (isFolder: boolean): string[] =>
      entries.filter((each) => each.isDirectory() === isFolder).map(({ name }) => name);
    assert.deepEqual(names(true).sort(), floors.flat().sort());
    assert.deepEqual(names(false).sort(), ['index.mts', 'index.ts']);
  });

  it('import nothing in a circle, not even types', () => {
    const graph = imports();
    assert.ok(graph.size > 100);
    for (const [file, targets] of graph) {
      for (const each of targets) assert.ok(existsSync(path.join(LIB, each)), `${file}: ${each}`);
    }
    assert.deepEqual(circles(graph), []);
    assert.deepEqual(circles(new Map(Object.entries({ a: ['b'], b: ['c'], c: ['b'] }))), [
      'b → c → b',
    ]);
  });

  it('are told by ESLint from imports that go up, and from one that goes round', async () => {
    const up = [
      "import { loadModule } from '../module/load-module.js';",
      "import type { LoadSettings } from '../module/load-settings.js';",
      "import { addon } from '../addon/native.js';",
      "export const settings = (): LoadSettings => require('../cli/parse.js');",
      'export { addon, loadModule };',
    ].join('\n');
    const round = "export { reasonOf } from './errors.js';";
    const found = await ask<string[][]>(`[
      await complaints('lib/options/broken.ts', ${JSON.stringify(up)}),
      await complaints('lib/support/printable.ts', ${JSON.stringify(round)}),
    ]`);
    const rule = 'import-x/no-restricted-paths';
    assert.deepEqual(found, [[`${rule} 1`, `${rule} 2`, `${rule} 4`], ['import-x/no-cycle 1']]);
  });
});
