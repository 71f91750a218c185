import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './support/paths.js';

/**
 * The folders of native/ that make up the addon and the plug-ins, each with the other folders from
 * which its files may include. A folder only lists folders above it, so no cycle can be written
 * down.
 */
const ROOMS: Record<string, readonly string[]> = {
  base: [],
  binary: ['base'],
  workarounds: ['base', 'binary'],
  image: ['base'],
  'inference/check': ['base'],
  'inference/rewrite': ['base', 'inference/check'],
  'inference/run': ['base', 'workarounds', 'inference/check', 'inference/rewrite'],
  host: ['base', 'image', 'inference/check', 'inference/run'],
  wasi: ['base', 'host'],
  engine: ['base', 'binary', 'workarounds', 'inference/run', 'host', 'wasi'],
  compile: ['base', 'binary', 'workarounds', 'engine'],
  bindings: [
    'base',
    'workarounds',
    'inference/check',
    'inference/run',
    'host',
    'engine',
    'compile',
  ],
  plugin: ['base', 'workarounds', 'image', 'inference/run', 'host', 'engine'],
};

/** They may include whatever they measure, fuzz or test. */
const PROGRAMS = ['bench', 'fuzz', 'test'];

interface Source {
  /** Below native/, as in an include: "engine/slot.cc". */
  name: string;
  text: string;
}

function nativeSources(): Source[] {
  const folder = path.join(ROOT, 'native');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cc|h)$/.test(name) && !PROGRAMS.includes(name.split('/')[0] ?? ''))
    .map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
}

/** The violations of the order of includes, one line each. */
function violations(sources: readonly Source[]): string[] {
  const found: string[] = [];
  for (const { name, text } of sources) {
    const room = path.dirname(name);
    // The addon's own file is next to the folders and starts the bindings.
    const allowed = room === '.' ? ['bindings'] : ROOMS[room];
    if (allowed === undefined) {
      found.push(`${name}: the folder is not in the list`);
      continue;
    }
    for (const [, included = ''] of text.matchAll(/^\s*#\s*include "([^"]+)"/gm)) {
      const from = path.dirname(included);
      if (from !== room && !allowed.includes(from)) found.push(`${name} includes ${included}`);
    }
  }
  return found;
}

describe('The folders of native/', () => {
  it('are listed from the ground up', () => {
    const names = Object.keys(ROOMS);
    names.forEach((name, index) => {
      for (const below of ROOMS[name] ?? []) {
        assert.ok(names.slice(0, index).includes(below), `${name} is above ${below}`);
      }
    });
  });

  it('include only what the list allows', () => {
    assert.deepEqual(violations(nativeSources()), []);
  });

  it('include all that the list allows', () => {
    const sources = nativeSources();
    for (const [room, allowed] of Object.entries(ROOMS)) {
      const own = sources.filter(({ name }) => path.dirname(name) === room);
      assert.ok(own.length > 0, `there is no native/${room}`);
      for (const below of allowed) {
        assert.ok(
          own.some(({ text }) => text.includes(`#include "${below}/`)),
          `${room} includes nothing of ${below}`,
        );
      }
    }
  });

  it('are told from what breaks the order', () => {
    assert.deepEqual(
      violations([
        { name: 'base/error.h', text: '#include <string>\n#include "engine/slot.h"\n' },
        { name: 'host/image.cc', text: '#include "host/image.h"\n  #  include "wasi/abi.h"\n' },
        { name: 'attic/old.h', text: '' },
      ]),
      [
        'base/error.h includes engine/slot.h',
        'host/image.cc includes wasi/abi.h',
        'attic/old.h: the folder is not in the list',
      ],
    );
  });
});
