import { SetupFailure } from '../setup/failure.mjs';

/**
 * The entry of a version in a change log of the form that keepachangelog.com describes.
 *
 * @param {string} text
 * @param {string} version
 * @returns {{ date: string }} "2026-07-31"
 * @throws {SetupFailure} unless it is the newest entry, has a date and is not empty, and nothing is unreleased
 */
export function releaseIn(text, version) {
  const entries = text
    .split(/^(?=## )/m)
    .slice(1)
    .map((entry) => {
      const [heading, ...lines] = entry.split('\n');
      const told = lines.filter((line) => line.startsWith('- ')).length;
      return { heading, told };
    });
  const [unreleased, newest] = entries;
  if (unreleased?.heading !== '## [Unreleased]') {
    throw new SetupFailure("CHANGELOG.md does not begin with '## [Unreleased]'.");
  }
  if (unreleased.told > 0) {
    throw new SetupFailure(
      `CHANGELOG.md has ${unreleased.told} changes under Unreleased: move them to ${version}.`,
    );
  }
  const [, named, date] = newest?.heading.match(/^## \[(.+)\] - (\d{4}-\d{2}-\d{2})$/) ?? [];
  if (named !== version) {
    throw new SetupFailure(
      `The newest entry of CHANGELOG.md must be '## [${version}] - YEAR-MONTH-DAY', because that is the version in package.json.`,
    );
  }
  if (newest.told === 0) throw new SetupFailure(`CHANGELOG.md has no entry for ${version}.`);
  return { date };
}
