import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { describe as describeRows, fill } from './results.mjs';

const skipped = [
  { name: 'a b', reason: 'no sample data' },
  { name: 'a c', reason: 'no sample data' },
];

describe('the table of the matrix', () => {
  it('has a row for each combination, and the reasons of what was skipped once', () => {
    const rows = [
      { node: '20.1.0', wasmedge: '0.14.1', passed: 12, failed: 0, skipped },
      { node: '24.2.0', wasmedge: '0.17.1', passed: 13, failed: 1, skipped: [] },
    ];
    assert.equal(
      describeRows(rows),
      [
        '| Node.js | WasmEdge | passed | failed | skipped |',
        '| --- | --- | --: | --: | --: |',
        '| 20.1.0 | 0.14.1 | 12 | 0 | 2 |',
        '| 24.2.0 | 0.17.1 | 13 | 1 | 0 |',
        '',
        'Skipped: no sample data.',
      ].join('\n'),
    );
  });

  it('takes the place of what is between the markers, and of nothing else', () => {
    const markers = ['<!-- matrix: npm run test:matrix -- --write -->', '<!-- matrix ends -->'];
    const text = (between) => ['before', markers[0], between, markers[1], 'after'].join('\n');
    const filled = fill(text('an old table'), 'a new table');
    assert.equal(filled, text('\na new table\n'));
    assert.equal(fill(filled, 'a new table'), filled);
  });

  it('is refused where the markers are missing', () => {
    assert.throws(() => fill('no markers', 'a table'), /docs\/compatibility\.md has no/);
  });
});
