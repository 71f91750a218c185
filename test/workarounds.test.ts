import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from './support/paths.js';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

/** Applied to a downloaded file, so it has no switch. */
const WITHOUT_SWITCH = 'litert-arm64-symbol';

describe('The workarounds of other libraries’ faults', () => {
  const documented = [...read('docs/workarounds.md').matchAll(/^\| `([\w-]+)` +\|(.*)\|$/gm)].map(
    ([, name = '', cells = '']) => ({ name, cells: cells.split(/(?<!\\)\|/) }),
  );
  const inCode = [...read('native/workarounds/workaround.cc').matchAll(/return "([\w-]+)";/g)].map(
    ([, name]) => name,
  );

  it('are described, each with what it takes to be removed', () => {
    assert.deepEqual(documented.map(({ name }) => name).sort(), [...inCode, WITHOUT_SWITCH].sort());
    for (const { name, cells } of documented) {
      assert.equal(cells.length, 5, name);
      for (const cell of cells) assert.notEqual(cell.trim(), '', name);
    }
  });

  it('have at least one test each, and those are described', async () => {
    const file = pathToFileURL(path.join(ROOT, 'test/workarounds/rows.mjs')).href;
    const { rows } = (await import(file)) as {
      rows: { name: string; native?: string; mocha?: string }[];
    };
    assert.deepEqual([...new Set(rows.map(({ name }) => name))].sort(), [...inCode].sort());
    for (const { name, native, mocha } of rows) {
      const cell = documented.find((row) => row.name === name)?.cells[3] ?? '';
      assert.ok(cell.includes(native?.replace(/^\*|\.\*$/g, '') ?? `${mocha}.test.ts`), name);
    }
  });
});
