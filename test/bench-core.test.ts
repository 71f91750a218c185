import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as AddonCore from '../dist/bench/contenders/addon-core.js';

import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';

const load = createRequire(path.join(ROOT, 'dist', 'bench', 'run.js'));
const { addonCore } = load('./contenders/addon-core.js') as typeof AddonCore;

describe('The C++ pipeline of the benchmark', () => {
  const ARCHIVE = 'build/native/plugin/libcore_archive.a';
  const BUILT = 2000;

  function clone(times: Record<string, number>): string {
    const names = Object.keys(times);
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, ''])));
    for (const [name, time] of Object.entries(times)) {
      utimesSync(path.join(folder, name), time, time);
    }
    return folder;
  }

  it("takes the addon's code where it was built since its sources changed", () => {
    const folder = clone({
      [ARCHIVE]: BUILT,
      'native/base/error.cc': BUILT - 1,
      'native/test/base_test.cc': BUILT + 1,
    });
    assert.equal(addonCore(folder), path.join(folder, ARCHIVE));
  });

  it('compiles the sources itself where they are newer, or nothing was built', () => {
    const newer = { 'native/base/error.h': BUILT + 1 };
    assert.equal(addonCore(clone({ [ARCHIVE]: BUILT, ...newer })), undefined);
    assert.equal(addonCore(clone(newer)), undefined);
  });
});
