import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { releaseIn } from '../../scripts/release/changelog.mjs';

const changeLog = (...entries) => ['# Changelog', ...entries].join('\n\n');

describe('the entry of a release in the change log', () => {
  it('is the newest one', () => {
    const text = changeLog(
      '## [Unreleased]',
      '## [1.2.0] - 2026-07-31',
      '### Added\n\n- A thing.',
      '## [1.1.0] - 2026-01-01\n\n- Another.',
    );
    assert.deepEqual(releaseIn(text, '1.2.0'), { date: '2026-07-31' });
    assert.throws(() => releaseIn(text, '1.1.0'), /newest entry/);
  });

  it('has a date and tells something', () => {
    const undated = changeLog('## [Unreleased]', '## [1.2.0]', '- A thing.');
    assert.throws(() => releaseIn(undated, '1.2.0'), /YEAR-MONTH-DAY/);
    const empty = changeLog('## [Unreleased]', '## [1.2.0] - 2026-07-31', '### Added');
    assert.throws(() => releaseIn(empty, '1.2.0'), /has no entry/);
  });

  it('leaves nothing unreleased', () => {
    const text = changeLog('## [Unreleased]', '- New.', '## [1.2.0] - 2026-07-31', '- A thing.');
    assert.throws(() => releaseIn(text, '1.2.0'), /1 changes under Unreleased/);
    assert.throws(() => releaseIn('# Changelog\n', '1.2.0'), /does not begin/);
  });
});
