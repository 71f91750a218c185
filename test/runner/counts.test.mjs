import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { countCargo, countCtest, countGoogleTest, totalLine } from './counts.mjs';

describe('the counts of', () => {
  it('ctest, with what it skipped apart from what passed', () => {
    const text = [
      '1/4 Test #1: memory ...........   Passed    0.01 sec',
      '50% tests passed, 1 tests failed out of 4',
      '',
      'The following tests did not run:',
      '\t  3 - real models (Skipped)',
      '',
      'The following tests FAILED:',
      '\t  4 - slots (Failed)',
    ].join('\n');
    assert.deepEqual(countCtest(text), {
      passed: 2,
      failed: 1,
      skipped: [{ name: 'real models' }],
    });
    assert.equal(countCtest('No tests were found!!!'), undefined);
  });

  it('a program of GoogleTest, with what it skipped named once', () => {
    const text = [
      '[       OK ] Memory.Reads (0 ms)',
      '[  SKIPPED ] Models.Real (0 ms)',
      '[  FAILED  ] Slots.Run (2 ms)',
      '[==========] 3 tests from 3 test suites ran. (2 ms total)',
      '[  PASSED  ] 1 test.',
      '[  SKIPPED ] 1 test, listed below:',
      '[  SKIPPED ] Models.Real',
      '[  FAILED  ] 1 test, listed below:',
      '[  FAILED  ] Slots.Run',
    ].join('\n');
    assert.deepEqual(countGoogleTest(text), {
      passed: 1,
      failed: 1,
      skipped: [{ name: 'Models.Real' }],
    });
    assert.equal(countGoogleTest('[ RUN      ] Memory.Reads'), undefined);
  });

  it('cargo, over all its test programs', () => {
    const text = [
      'test resize::one ... ok',
      'test photographs::real ... ignored, needs the sample data',
      'test result: ok. 11 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s',
      'test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s',
    ].join('\n');
    assert.deepEqual(countCargo(text), {
      passed: 13,
      failed: 3,
      skipped: [{ name: 'photographs::real', reason: 'needs the sample data' }],
    });
    assert.equal(countCargo('error: could not compile'), undefined);
  });

  it('everything, where a check that failed without counting is one failure', () => {
    const counts = [{ passed: 2, failed: 1, skipped: [{ name: 'a' }] }, undefined];
    assert.equal(totalLine(counts, 1), '2 passed, 2 failed, 1 skipped');
  });
});
