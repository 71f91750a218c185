import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { fillSection } from '../../runner/section.mjs';
import { tableOf } from './table.mjs';

describe('the table of toolchains', () => {
  it('has a row for each that a test saw work', () => {
    const isolations = ['in-process', 'subprocess'];
    assert.equal(
      tableOf([{ toolchain: 'esbuild', version: '1.2.3', isolations, add: '`--external:x`' }]),
      [
        '| toolchain | version | isolations | to add |',
        '| --- | --- | --- | --- |',
        '| esbuild | 1.2.3 | `in-process`, `subprocess` | `--external:x` |',
      ].join('\n'),
    );
  });

  it('goes between the marks of its page, and nowhere without them', () => {
    const marks = { page: 'PAGE.md', begin: '<!-- a -->', end: '<!-- b -->' };
    const filled = fillSection('before <!-- a --> old <!-- b --> after', 'new', marks);
    assert.equal(filled, 'before <!-- a -->\n\nnew\n\n<!-- b --> after');
    assert.throws(() => fillSection('<!-- b --> <!-- a -->', 'new', marks), /PAGE\.md/);
  });
});
